"""The audit room in Chromium: a lost network loses nothing, and two auditors overwrite nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from sqlalchemy import select

from services.audit.fieldwork import queries
from services.audit.fieldwork.schemas import ChecklistOut
from services.audit.models import Audit, Finding
from services.identity import commands as identity
from services.identity.schemas import GrantIn, PersonIn, Role
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests import chromium
from tests.audit.rooms import asked
from tests.browser.looking import window
from tests.evidence.factories import picture
from tests.helpers import Bus
from tests.portal.factories import lead_under_way
from tests.world import PASSWORD, SINCE, WORLD, id_of

TABLET: ViewportSize = {"width": 820, "height": 1180}
SAVED = "Tout est enregistré"
EMMA = id_of("emma")

TOO_LOW = """() => [...document.querySelectorAll('.q-room button, .q-room select, .q-room summary, '
  + '.q-room .q-card-choice, .q-room input:not([type=radio])')].filter(one => one.checkVisibility()
  && one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture
def audit(served: str) -> Audit:
    """Under way, with three questions."""
    audit = lead_under_way()
    for text in ("Qui règle la presse 4 ?", "Où sont les fiches ?", "Qui les lit ?"):
        asked(audit, text)
    return audit


@contextmanager
def tablet(browser: Browser, url: str, name: str = "diane") -> Iterator[Page]:
    context = browser.new_context(base_url=url, locale="fr-FR", has_touch=True, viewport=TABLET)
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    chromium.sign_in(page, url, f"{name}@example.org", PASSWORD)
    yield page
    context.close()
    assert complaints == []


def enter(page: Page, audit: Audit) -> None:
    page.goto(f"/audits/{audit.id}")
    page.get_by_role("link", name=re.compile("^Salle d.audit$")).tap()
    expect(page.locator("[data-net]")).to_have_text(SAVED)


def answer(page: Page, verdict: str, note: str = "") -> None:
    page.get_by_role("radio", name=verdict, exact=True).check(force=True)
    if note:
        page.get_by_label("Note", exact=True).fill(note)
        page.get_by_label("Note", exact=True).blur()


def kept(audit: Audit) -> ChecklistOut:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return queries.checklist(uow, audit.id)


def notes(audit: Audit) -> dict[str, list[str]]:
    found = kept(audit)
    given: dict[UUID, list[str]] = {one.id: [] for one in found.questions}
    for one in found.answers:
        given[one.question_id].append(f"{one.verdict}: {one.note}")
    return {one.text_fr: given[one.id] for one in found.questions}


def test_a_tablet_goes_on_through_a_lost_network(
    browser: Browser, served: str, audit: Audit
) -> None:
    with tablet(browser, served) as page:
        enter(page, audit)
        expect(page.locator("[data-done]")).to_have_text("0 / 3")
        page.get_by_role("button", name="Qui règle la presse 4 ?").tap()
        assert page.locator("[name=verdict]:checked").count() == 0
        assert page.evaluate(TOO_LOW) == []
        answer(page, "Conforme", "Le régleur est nommé")
        expect(page.locator("[data-net]")).to_have_text(SAVED)

        page.context.set_offline(True)
        page.get_by_role("button", name="Suivante").tap()
        answer(page, "Non-conformité", "Fiches du 3 au 7 vides")
        page.get_by_label("Échantillon").fill("Fiches de la presse 4")
        page.get_by_label("Photographie").set_input_files(
            {"name": "fiche.png", "mimeType": "image/png", "buffer": picture("PNG")}
        )
        page.locator("[data-finding]").evaluate("one => { one.open = false; }")
        page.locator("[data-finding] summary").tap()
        page.get_by_role("radio", name="Non-conformité mineure").check(force=True)
        page.get_by_label("Exigence").fill("ISO 9001:2015 8.5.1")
        page.get_by_role("button", name="Enregistrer le constat").tap()
        page.get_by_role("button", name="Suivante").tap()
        answer(page, "Non audité")
        page.get_by_label("Raison").fill("Équipe de nuit absente")
        page.get_by_label("Raison").blur()
        page.get_by_label("Nom", exact=True).fill("Nadia Petit")
        page.get_by_role("button", name="Ajouter").tap()
        expect(page.locator("[data-net]")).to_contain_text("attendent le réseau")
        expect(page.locator("[data-done]")).to_have_text("3 / 3")
        assert notes(audit)["Où sont les fiches ?"] == []

        page.context.set_offline(False)
        expect(page.locator("[data-net]")).to_have_text(SAVED, timeout=15_000)

        found = kept(audit)
        assert notes(audit) == {
            "Qui règle la presse 4 ?": ["conform: Le régleur est nommé"],
            "Où sont les fiches ?": ["nonconformity: Fiches du 3 au 7 vides"],
            "Qui les lit ?": ["not_audited: "],
        }
        assert [one.name for one in found.met] == ["Nadia Petit"]
        assert [one.name for one in found.photographs] == ["fiche.png"]
        [raised] = found.findings
        with unit_of_work("audit", SYSTEM) as uow:
            row = uow.session.scalars(select(Finding).where(Finding.id == raised.id)).one()
        assert (row.statement, row.process) == ("Fiches du 3 au 7 vides", "PROD")
        assert row.evidence == "Fiches de la presse 4"


def test_what_waits_outlives_the_page(browser: Browser, served: str, audit: Audit) -> None:
    """The tab is closed without a network; the next visit sends what was left."""
    with tablet(browser, served) as page:
        enter(page, audit)
        page.get_by_role("button", name="Qui règle la presse 4 ?").tap()
        page.route("**/questions/*/answers", lambda route: route.abort())
        answer(page, "Conforme", "Le régleur est nommé")
        expect(page.locator("[data-net]")).to_have_text("1 réponse attend le réseau")
        page.goto("/audits")
        assert notes(audit)["Qui règle la presse 4 ?"] == []

        page.unroute("**/questions/*/answers")
        enter(page, audit)

        expect(page.locator("[data-done]")).to_have_text("1 / 3")
        assert notes(audit)["Qui règle la presse 4 ?"] == ["conform: Le régleur est nommé"]


def test_what_arrived_but_was_not_confirmed_is_kept_once(
    browser: Browser, served: str, audit: Audit
) -> None:
    with tablet(browser, served) as page:
        enter(page, audit)
        page.get_by_role("button", name="Qui règle la presse 4 ?").tap()
        lost: list[int] = []

        def lose_the_answer(route: object) -> None:
            if not lost:
                lost.append(route.fetch().status)  # type: ignore[attr-defined]
                route.abort()  # type: ignore[attr-defined]
            else:
                route.continue_()  # type: ignore[attr-defined]

        page.route("**/questions/*/answers", lose_the_answer)
        answer(page, "Conforme")
        page.get_by_label("Note", exact=True).fill("Le régleur est nommé")
        page.get_by_label("Note", exact=True).blur()

        expect(page.locator("[data-net]")).to_have_text(SAVED, timeout=15_000)
        assert lost == [200]
        assert notes(audit)["Qui règle la presse 4 ?"] == ["conform: Le régleur est nommé"]


@pytest.fixture
def emma(served: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A second auditor at Lyon, on the team."""
    with unit_of_work("identity", SYSTEM) as uow:
        data = {"id": EMMA, "name": "Emma", "email": "emma@example.org", "password": PASSWORD}
        identity.add_person(uow, PersonIn.model_validate(data))
        held = {"person_id": EMMA, "role": Role.AUDITOR, "node_id": WORLD.lyon}
        identity.grant(uow, GrantIn.model_validate(held | {"valid_from": SINCE}))
    Bus().deliver_all()
    team = {WORLD.diane.id, EMMA}
    monkeypatch.setattr("services.audit.fieldwork.gates.team_of", lambda *_: team)
    return "emma"


def test_two_auditors_overwrite_nothing_and_settle_what_contradicts(
    browser: Browser, served: str, audit: Audit, emma: str
) -> None:
    question = "Qui règle la presse 4 ?"
    with tablet(browser, served) as diane, tablet(browser, served, emma) as other:
        for page in (diane, other):
            enter(page, audit)
            page.get_by_role("button", name=question).tap()
        diane.context.set_offline(True)
        answer(diane, "Conforme", "Le régleur est nommé")
        answer(other, "Non-conformité", "Personne n'est nommé")
        expect(other.locator("[data-net]")).to_have_text(SAVED)

        diane.context.set_offline(False)

        rivals = diane.locator("[data-rivals]")
        expect(rivals).to_contain_text("Emma", timeout=15_000)
        expect(rivals).to_contain_text("Diane")
        both = ["conform: Le régleur est nommé", "nonconformity: Personne n'est nommé"]
        assert sorted(notes(audit)[question]) == both
        assert other.locator("[data-rivals]").is_hidden()
        mine = rivals.locator("li").filter(has_text="Emma")
        mine.get_by_role("button", name="Retenir cette réponse").tap()
        expect(rivals).to_be_hidden()
        expect(diane.locator("[data-net]")).to_have_text(SAVED)
        assert notes(audit)[question] == ["nonconformity: Personne n'est nommé"]
        expect(diane.get_by_label("Note", exact=True)).to_have_value("Personne n'est nommé")


def test_the_room_is_worked_by_keys_alone(browser: Browser, served: str, audit: Audit) -> None:
    with tablet(browser, served) as page:
        enter(page, audit)
        page.get_by_role("button", name="Qui règle la presse 4 ?").focus()
        page.keyboard.press("Enter")
        expect(page.locator("[data-title]")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        expect(page.get_by_role("radio", name="Conforme", exact=True)).to_be_checked()
        page.keyboard.press("Tab")
        page.keyboard.type("Le régleur est nommé")
        for _ in range(4):
            page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Suivante")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("[data-title]")).to_have_text("Où sont les fiches ?")
        expect(page.locator("[data-net]")).to_have_text(SAVED)
    assert notes(audit)["Qui règle la presse 4 ?"] == ["conform: Le régleur est nommé"]


@pytest.mark.parametrize(("language", "light"), [("fr", "light"), ("en", "dark")])
def test_nothing_bars_the_way_into_the_room(
    browser: Browser, served: str, audit: Audit, language: str, light: str
) -> None:
    with window(browser, served, language, light) as opened:
        chromium.sign_in(opened.page, served, "diane@example.org", PASSWORD)
        opened.go(f"/audits/{audit.id}/room")
        assert opened.barriers() == []
        opened.page.locator(".q-room-row").first.click()
        assert opened.barriers() == []
