"""Actions, indicators, policy, risks, the inbox and home, as people use them."""

import re
from datetime import date, timedelta
from functools import partial
from uuid import UUID

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient

from portal import formats
from runtime.bench.pages import SAMPLES
from shared.settings import Settings, settings
from shared.work import clock
from tests.audit.factories import accept_answer_to
from tests.helpers import Bus
from tests.portal.conftest import Browser, People, link_in, portal_in, shown
from tests.portal.factories import policy_in_force, risk_at_lyon
from tests.world import WORLD

ENDLESS = r"[0-9a-f-]{36}|(?<=after=)[^&]+|(?<=day=)[^&]+|(?<=year=)[^&]+"
"""What addresses differ by without being other pages: ids, pages of a list, days, years."""


@pytest.fixture(scope="module", autouse=True)
def policy(web: TestClient) -> None:
    policy_in_force()


@pytest.fixture
def action(people: People, case: str) -> str:
    return link_in(people["paul"].get(case), "/actions")


def soon(days: int = 30) -> str:
    return (formats.today() + timedelta(days=days)).isoformat()


def plan_and_do(paul: Browser, action: str) -> None:
    paul.submit(
        action,
        f"{action}/plan",
        root_cause="Le verrouillage manque",
        effectiveness_criterion="Aucune récidive sur trois mois",
        no_indicator_because="Un seul poste, jugé sur place",
        effectiveness_check_on=soon(),
    )
    paul.submit(action, f"{action}/start")
    paul.submit(action, f"{action}/done", evidence="Verrouillage posé le 12 mars")


def test_an_action_goes_from_plan_to_effect(people: People, action: str, live_bus: Bus) -> None:
    paul, diane = people["paul"], people["diane"]
    assert not paul.offers(action, f"{action}/start")
    assert not people["bob"].offers(action, f"{action}/plan")

    plan_and_do(paul, action)

    assert "Réalisée. Son efficacité doit être vérifiée" in paul.read(action)
    assert not paul.offers(action, f"{action}/verify")
    refused = paul.post(f"{action}/verify", version=5, result="effective", statement="Bien fait")
    assert refused.status_code == 403
    verified = diane.submit(
        action, f"{action}/verify", result="effective", statement="Essai du verrouillage concluant"
    )
    assert verified.status_code == 303
    assert "La vérification est enregistrée." in diane.read(action)
    live_bus.deliver_all()
    finding = link_in(diane.get(action), "/findings")
    accept_answer_to(UUID(finding.rpartition("/")[2].partition("?")[0]))
    assert diane.submit(finding, f"{finding}/close").status_code == 303
    assert "Le constat est clos." in diane.read(finding)


def test_a_plan_that_is_not_right_keeps_what_was_typed(people: People, action: str) -> None:
    answer = people["paul"].submit(
        action, f"{action}/plan", root_cause="Le verrouillage manque", effectiveness_criterion="?"
    )

    assert answer.status_code == 422
    said = shown(answer)
    assert "2 champs sont à corriger." in said
    assert "Date de vérification · À remplir." in said
    assert "Le verrouillage manque" in said


def test_a_later_deadline_is_asked_for_and_somebody_else_grants_it(
    people: People, action: str
) -> None:
    paul, alice = people["paul"], people["alice"]
    earlier = paul.submit(action, f"{action}/move", due_on="2020-01-01", reason="Pièce en retard")
    assert "doit être postérieure au" in shown(earlier)

    paul.submit(action, f"{action}/move", due_on=soon(400), reason="Pièce en retard")

    assert not paul.offers(action, f"{action}/move-decision")
    assert "quelqu'un d'autre doit l'approuver" in paul.read(action)
    alice.submit(action, f"{action}/move-decision", approved="true")
    assert "1 report" in alice.read(action)


def test_a_coordinator_gives_an_action_to_somebody_else(people: People, action: str) -> None:
    assert not people["paul"].offers(action, f"{action}/assign")

    offered = re.findall(r'<option value="([0-9a-f-]{36})"', people["alice"].get(action).text)
    assert str(WORLD.bob.id) not in offered
    people["alice"].submit(action, f"{action}/assign", owner_id=WORLD.alice.id)

    version = people["alice"].hidden(action, f"{action}/cancel")["version"]
    refused = people["paul"].post(f"{action}/start", version=version)
    assert refused.status_code == 403
    assert "seul son pilote ou un coordinateur peut le faire" in shown(refused)
    assert people["alice"].post(f"{action}/dance").status_code == 404


def test_an_action_is_opened_by_hand(people: People) -> None:
    alice = people["alice"]
    form = alice.hidden("/actions/new", "/actions/new") | {
        "site_id": WORLD.lyon,
        "title": "Renouveler le kit antipollution",
        "type": "improvement",
        "priority": "P4",
        "process": "LOG",
    }
    assert "Pilote · À remplir." in shown(alice.client.post("/actions/new", data=form))
    stranger = form | {"owner_id": "00000000-0000-0000-0000-000000000009"}
    assert "choisissez quelqu'un d'autre" in shown(alice.client.post("/actions/new", data=stranger))

    answer = alice.client.post("/actions/new", data=form | {"owner_id": WORLD.alice.id})

    assert "L'action est ouverte." in alice.read(answer.headers["location"])
    assert "Renouveler le kit antipollution" in alice.read("/actions?mine=1")
    assert "Renouveler le kit antipollution" not in alice.read("/actions?status=done")
    assert "Renouveler le kit antipollution" in alice.read("/actions?status=all")
    assert "Renouveler" not in alice.read("/actions?late=1")


def test_an_indicator_shows_its_course_as_a_chart_and_as_a_table(people: People, case: str) -> None:
    alice = people["alice"]
    board = alice.read("/indicators")
    assert "Non-conformités majeures sur 12 mois" in board
    [page] = re.findall(
        r'href="(/indicators/[0-9a-f-]{36})">Non-conformités maj', alice.get("/indicators").text
    )

    answer = alice.get(page)

    assert '<script type="application/json"' in answer.text
    assert "Lire comme un tableau" in answer.text
    assert formats.month(clock().date(), "fr") in answer.text
    assert "Alertes 1" in shown(answer)


def test_the_figure_of_what_is_due_is_that_of_its_list(people: People, case: str) -> None:
    answer = people["alice"].get("/")
    [told] = re.findall(r"<strong>(\d+)</strong><span>à échéance", answer.text)
    [due] = re.findall(r'<section[^>]*id="due">.*?</section>', answer.text, re.DOTALL)

    assert int(told) == due.count("<li>") == int(re.findall(r"q-count\">(\d+)<", due)[0])


def test_a_group_figure_shows_the_sites_it_is_made_of(people: People, case: str) -> None:
    hugo = people["hugo"]
    board = hugo.read("/indicators")
    assert {"Lyon", "Lille", "Brest"} <= set(board.split())
    [page] = re.findall(r'href="(/indicators/[0-9a-f-]{36})">Major', hugo.get("/indicators").text)

    shows = hugo.read(page)
    assert "By site" in shows
    assert "raised within the last twelve months" in shows
    assert hugo.get(f"{page}?place={WORLD.lyon}").status_code == 200
    assert people["charlie"].get(f"{page}?place={WORLD.lyon}").status_code == 404


def test_an_alert_is_acknowledged_and_closed_with_a_reason(people: People, case: str) -> None:
    alice = people["alice"]
    alert = link_in(alice.get("/"), "/alerts")
    assert not people["bob"].offers(alert, f"{alert}/close")

    alice.submit(alert, f"{alert}/acknowledge")
    assert "Prise en compte" in alice.read(alert)
    empty = alice.submit(alert, f"{alert}/close")
    assert empty.status_code == 422
    assert "donnez l'une ou l'autre" in shown(empty)
    alice.submit(alert, f"{alert}/close", reason="Action corrective engagée au poste 4")

    assert "L'alerte est close." in alice.read(alert)


def test_a_review_is_decided_with_a_reason(people: People, case: str) -> None:
    greta = people["greta"]
    review = link_in(greta.get("/policy"), "/review-requests")
    assert "En attente de ma décision" in greta.read("/")
    assert not people["alice"].offers(review, f"{review}/decide")
    assert "La décision revient au coordinateur du groupe." in people["alice"].read(review)
    short = greta.submit(review, f"{review}/decide", reason="non")
    assert "2 champs sont à corriger." in shown(short)

    reason = "La politique tient, l'écart est local"
    answer = greta.submit(review, f"{review}/decide", decision="maintain", reason=reason)

    assert answer.status_code == 303
    assert "Maintenir la politique L'écart" not in greta.read(review)
    assert reason in greta.read(review)
    assert review in greta.get("/policy?status=decided").text
    again = greta.post(f"{review}/decide", version=2, decision="act", reason=reason)
    assert "Ce réexamen a été décidé le" in shown(again)


def test_the_inbox_tells_and_is_read(people: People, case: str) -> None:
    alice = people["alice"]
    assert "Non lu" in alice.read("/inbox")
    counted = alice.get("/inbox/count?asked=3").text
    assert 'hx-get="/inbox/count?asked=4"' in counted
    assert "hx-get" not in alice.get("/inbox/count?asked=19").text
    before = int(re.findall(r'q-dot">(\d+)<', counted)[0])
    [first, *_] = re.findall(r'action="(/inbox/[0-9a-f-]{36}/read)"', alice.get("/inbox").text)

    assert alice.submit("/inbox", first).headers["location"] == "/inbox"
    assert re.findall(r'q-dot">(\d+)<', alice.get("/inbox/count").text) in ([str(before - 1)], [])
    alice.submit("/inbox", "/inbox/read-all") if before > 1 else None

    assert "Tout est lu." in alice.read("/inbox?unread=1")


def test_a_risk_is_added_and_rated(people: People) -> None:
    alice = people["alice"]
    form = alice.hidden("/risks/new", "/risks/new") | {
        "site_id": WORLD.lyon,
        "domain": "S",
        "title": "Écrasement de la main sur une presse",
        "method": "GP4",
        "method_reason": "La grille du groupe, connue de tous",
        "initial.gravity": "4",
    }
    half = alice.client.post("/risks/new", data=form)
    assert "Probabilité initiale · À remplir." in shown(half)

    answer = alice.client.post("/risks/new", data=form | {"initial.probability": "2"})
    risk = answer.headers["location"]
    assert "gravité 4 \u00d7 probabilité 2 = 8" in alice.read(risk)
    off = alice.submit(
        risk,
        f"{risk}/residual",
        **{"residual.gravity": "9", "residual.probability": "1", "measures": "Capot verrouillé"},
    )
    assert off.status_code == 422
    assert "cote de 1 à 4 ; 9 n'est pas sur son échelle" in shown(off)
    alice.submit(
        risk,
        f"{risk}/residual",
        **{"residual.gravity": "4", "residual.probability": "1", "measures": "Capot verrouillé"},
    )

    assert "gravité 4 \u00d7 probabilité 1 = 4" in alice.read(risk)
    assert "Écrasement de la main" in alice.read("/risks")


def test_a_reader_rates_no_risk(people: People) -> None:
    risk = f"/risks/{risk_at_lyon().id}"

    assert not people["bob"].offers(risk, f"{risk}/residual")
    assert people["bob"].get("/risks/new").status_code == 200
    refused = people["bob"].post(
        f"{risk}/residual",
        version=1,
        measures="Ligne de vie",
        **{"residual.gravity": "1", "residual.probability": "1"},
    )
    assert refused.status_code == 403


def test_home_shows_what_is_late_and_what_waits(
    people: People, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_and_do(people["paul"], action)

    alice = people["alice"].read("/")

    assert "À vérifier" in alice
    assert "Alertes ouvertes" in alice
    assert "Changé depuis le" in alice
    assert f"place={WORLD.lyon}" in people["alice"].get(f"/?place={WORLD.lyon}").text


def test_an_administrator_sees_no_business(people: People) -> None:
    adam = people["adam"]

    assert "Rien n'est en retard." in adam.read("/")
    assert 'href="/audits"' not in adam.get("/").text
    assert adam.get("/audits").status_code == 403
    assert "Il faut pour cela le droit" in shown(adam.get("/audits"))


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "diane", "greta", "hugo", "adam"])
def test_every_link_leads_somewhere(people: People, case: str, name: str) -> None:
    """Every page, and each filter and order of a list; not each with each, nor day after day."""
    browser, waiting = people[name], ["/"]
    visited: set[tuple[str, str]] = set()
    while waiting:
        path = waiting.pop()
        page, _, query = re.sub(ENDLESS, "*", path).partition("?")
        kinds = {(page, choice) for choice in query.split("&")}
        if kinds <= visited:
            continue
        visited |= kinds
        answer = browser.get(path)
        assert answer.status_code == 200, path
        if page == SAMPLES:
            continue
        waiting += [
            link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', answer.text)
        ]

    assert len(visited) > 5


def test_a_service_that_is_away_is_said_so(people: People, web: TestClient) -> None:
    people["greta"].get("/")  # signed in before the service goes away
    portal = portal_in(web)
    client = portal.state.client

    async def nobody(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    portal.state.client = httpx.AsyncClient(
        base_url="http://away", transport=httpx.MockTransport(nobody)
    )
    try:
        answer = people["greta"].get("/")
    finally:
        portal.state.client = client

    assert answer.status_code == 503
    assert "Momentanément indisponible" in answer.text


def test_mails_are_shown_where_they_are_kept(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert people["greta"].get("/mails").status_code == 404
    sunk = Settings(**settings().model_dump() | {"mail_sink_url": "http://127.0.0.1:9"})
    monkeypatch.setattr("portal.pages.mails.settings", lambda: sunk)
    monkeypatch.setattr("portal.render.settings", lambda: sunk)
    assert people["greta"].get("/mails").status_code == 503

    letter = {"to": ["a@b.fr"], "subject": "Action", "text": "Bonjour", "date": "2026-11-23T09:00Z"}
    kept = httpx.MockTransport(lambda _request: httpx.Response(200, json=[letter]))
    reach = partial(httpx.AsyncClient, transport=kept)
    monkeypatch.setattr("portal.pages.mails.httpx.AsyncClient", reach)

    page = people["greta"].read("/mails")
    assert "Courriels" in page
    assert "Action à a@b.fr" in page
    assert date(2026, 11, 23).isoformat() in people["greta"].get("/mails").text
