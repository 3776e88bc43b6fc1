"""An audit from the programme to the coverage of the next, by everybody it takes, in French.

Alice coordinates Lyon, Greta the group, Diane audits, Paul runs the production, Bob reads. All
parts are the real ones: web, workers, Celery, PostgreSQL and Redis as processes of their own.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from portal.formats import today
from services.audit.library.models import KnownProcess, KnownRequirement
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests import chromium
from tests.audit.auditors.factories import fit_to_lead
from tests.compliance.factories import loaded
from tests.live import Live
from tests.portal.factories import policy_in_force
from tests.processes import eventually
from tests.register.factories import registered
from tests.world import PASSWORD

CHAIN_MS = 30_000
SAVED = "Tout est enregistré"
YEAR = today().year + 1
DAY = date(YEAR, 1, 11)
QUESTION = re.compile("Maîtrise de la production")


class Company:
    """Everybody at a screen of their own, opened when they are first needed."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.complaints: list[str] = []
        self.screens: dict[str, Page] = {}

    def __getitem__(self, name: str) -> Page:
        if name not in self.screens:
            self.screens[name] = self._screen(name)
        return self.screens[name]

    def _screen(self, name: str) -> Page:
        wide = {"diane": 820}.get(name, 1440)
        context = self.browser.new_context(
            base_url=self.url, locale="fr-FR", viewport={"width": wide, "height": 1180}
        )
        page = context.new_page()
        page.set_default_timeout(CHAIN_MS)
        page.on("pageerror", lambda error: self.complaints.append(f"{name}: {error}"))
        chromium.sign_in(page, self.url, f"{name}@example.org", PASSWORD)
        return page


@pytest.fixture
def company(browser: Browser, live: Live) -> Iterator[Company]:
    """A group with a policy, ISO 9001, a process at Lyon and an auditor who may lead there."""
    policy_in_force()
    loaded("iso_9001_2015")
    registered("PROD")
    eventually(library_is_known)
    fit_to_lead("ISO 9001")
    there = Company(browser, live.url)
    yield there
    for page in there.screens.values():
        page.context.close()
    assert there.complaints == []


def library_is_known() -> bool:
    with unit_of_work("audit", SYSTEM) as uow:
        return all(uow.session.scalar(uow.select(m)) for m in (KnownRequirement, KnownProcess))


def printed(text: str) -> str:
    """With the apostrophes of a printer, as pages have them."""
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=printed(name), exact=True).first.click()


def send(page: Page, name: str) -> None:
    """Send a form, and see what it leads to."""
    with page.expect_navigation():
        press(page, name)


def fill(page: Page, **typed: str) -> None:
    """Fields by what is written above them, underscores for blanks."""
    for label, text in typed.items():
        page.get_by_label(re.compile(f"^{printed(label.replace('_', ' '))}")).first.fill(text)


def test_an_audit_from_the_programme_to_the_coverage(company: Company) -> None:
    expect(cell(company["bob"])).to_have_text("Trou")
    programme(company)
    expect(cell(company["bob"])).to_have_text("Planifié")
    audit = team_and_plan(company)
    room(company["diane"], audit)
    finding = findings(company, audit)
    report(company["diane"], audit)
    action(company, finding)
    close(company, finding, audit)
    coverage(company["bob"], audit)


def state(page: Page) -> Locator:
    """What the head of a page says of the thing it shows."""
    return page.locator(".q-head .q-badge").first


def cell(page: Page) -> Locator:
    """How the matrix shows that the clause of the question is covered at Lyon."""
    page.goto(f"/coverage?by=clause_site&until={YEAR}-12-31")
    return page.get_by_role("row", name=re.compile("^8.5.1 ")).get_by_role("cell").first


def programme(company: Company) -> None:
    """Alice drafts it, lets the platform say what is missing, and Greta approves."""
    alice = company["alice"]
    alice.goto("/programmes/new")
    alice.get_by_label("Lieu", exact=True).select_option(label="Lyon")
    fill(alice, Intitulé=f"Programme {YEAR}", Objectifs="Couvrir le système en un an")
    send(alice, "Enregistrer le projet")
    alice.get_by_role("link", name="Combler les trous").click()
    line = alice.locator("section.card").filter(has_text="PROD").first
    line.get_by_label("Mois").select_option(value=f"{YEAR}-01-01")
    line.get_by_label(re.compile("^Charge en jours")).fill("2")
    for box in alice.get_by_role("checkbox", name=re.compile("^Inscrire cette ligne")).all():
        box.uncheck()
    line.get_by_role("checkbox").check()
    send(alice, "Inscrire les lignes cochées")
    expect(alice.get_by_role("heading", name=f"janvier {YEAR}")).to_be_visible()

    greta = company["greta"]
    greta.goto(alice.url)
    send(greta, "Approuver et signer")
    expect(state(greta)).to_have_text("Approuvé")

    alice.reload()
    alice.locator(".q-list a.q-row").first.click()
    fill(alice, Intitulé="Audit de la production", Premier_jour=DAY.isoformat())
    alice.get_by_label(re.compile("^Responsable")).select_option(label="Diane")
    send(alice, "Planifier l'audit")


def team_and_plan(company: Company) -> str:
    """The team that is proposed is kept; Diane prepares, plans, composes and begins."""
    alice, diane = company["alice"], company["diane"]
    expect(alice.get_by_role("heading", name="Audit de la production")).to_be_visible()
    audit = re.sub(r"[?#].*", "", alice.url)
    alice.goto(f"{audit}/team")
    expect(alice.locator("main")).to_contain_text("Diane")
    send(alice, "Retenir cette équipe")

    diane.goto(f"{audit}/preparation")
    fill(diane, Motif_du_choix="Les réglages se voient à la presse")
    send(diane, "Enregistrer la préparation")
    diane.goto(f"{audit}/plan")
    diane.get_by_label("Nature").select_option(label=printed("Réunion d'ouverture"))
    fill(diane, Jour=DAY.isoformat(), De="08:30", À="09:00", Lieu="Atelier 4")
    diane.get_by_label("Paul", exact=True).check()
    send(diane, "Ajouter le créneau")
    send(diane, "Envoyer le plan")
    diane.goto(f"{audit}/checklist")
    send(diane, "Composer à partir des référentiels")
    expect(diane.locator(".q-list .q-row").first).to_be_visible()
    diane.goto(audit)
    send(diane, "Commencer l'audit")
    return audit


def room(diane: Page, audit: str) -> None:
    """On a tablet, the network lost in the middle."""
    diane.goto(f"{audit}/room")
    expect(diane.locator("[data-net]")).to_have_text(SAVED)
    diane.get_by_role("button", name=QUESTION).first.click()
    diane.get_by_role("radio", name="Non-conformité", exact=True).check(force=True)
    expect(diane.locator("[data-net]")).to_have_text(SAVED)

    diane.context.set_offline(True)
    diane.get_by_label("Note", exact=True).fill("Fiches de réglage du 3 au 7 vides")
    diane.get_by_label("Échantillon").fill("Fiches de la presse 4")
    found = diane.locator("[data-finding]")
    found.evaluate("one => { one.open = false; }")
    found.locator("summary").click()
    found.get_by_role("radio", name="Non-conformité majeure").check(force=True)
    found.get_by_label("Processus").select_option(value="PROD")
    press(diane, "Enregistrer le constat")
    expect(diane.locator("[data-found] li")).to_have_count(1)
    expect(diane.locator("[data-net]")).to_contain_text("le réseau")

    diane.context.set_offline(False)
    expect(diane.locator("[data-net]")).to_have_text(SAVED)
    diane.goto(audit)
    send(diane, "Terminer le terrain")


def findings(company: Company, audit: str) -> str:
    """What was found is at the audit's page, and its action opens by itself."""
    paul = company["paul"]
    paul.goto(audit)
    paul.get_by_role("link", name=re.compile("Fiches de réglage")).click()
    finding = re.sub(r"[?#].*", "", paul.url)
    fill(
        paul,
        Correction="Fiches remplies avec l'équipe",
        Cause="Le modèle n'est plus au poste",
        Action_corrective="Modèle affiché au poste, relu chaque semaine",
        Échéance=(today() + timedelta(days=20)).isoformat(),
    )
    paul.get_by_label(re.compile("^Pilote")).select_option(label="Paul")
    send(paul, "Envoyer la réponse")
    expect(paul.locator("#answer")).to_contain_text("Répondu par Paul")
    company["diane"].goto(finding)
    send(company["diane"], "Accepter et signer")
    return finding


def report(diane: Page, audit: str) -> None:
    """Laid out by the workers, read again, issued: signed and frozen."""
    diane.goto(audit)
    send(diane, "Commencer le rapport")
    fill(
        diane,
        Résumé="Un système tenu, des réglages à tracer",
        Conclusion_sur_la_conformité="Conforme, sauf la production",
    )
    fill(diane, **{"Conclusion sur l'efficacité": "Les objectifs sont tenus"})
    diane.get_by_label("Greta", exact=True).check()
    send(diane, "Enregistrer le rapport")
    expect(diane.locator("main .alert-danger")).to_have_count(0)
    send(diane, "Mettre en page")
    issue = diane.get_by_role("button", name="Émettre et signer")
    expect(issue).to_be_visible(timeout=60_000)
    expect(diane.locator("#report-files")).to_contain_text("SHA-256")
    send(diane, "Émettre et signer")
    expect(state(diane)).to_have_text("Émis")


def action(company: Company, finding: str) -> None:
    """Paul fixes how its effect will be judged, works, and somebody else judges."""
    paul = company["paul"]
    paul.goto(finding)
    paul.locator("#actions a.q-row").first.click()
    page = re.sub(r"[?#].*", "", paul.url)
    fill(
        paul,
        Cause_racine="Le modèle n'est plus au poste depuis le déménagement",
        Critère="Aucune fiche vide sur trois mois",
        Date_de_vérification=(today() + timedelta(days=90)).isoformat(),
        Sans_indicateur="Jugé sur les fiches elles-mêmes",
    )
    send(paul, "Enregistrer le plan")
    send(paul, "Commencer")
    fill(paul, Preuve_de_réalisation="Modèle affiché le 12 janvier")
    send(paul, "Déclarer réalisée")

    alice = company["alice"]
    alice.goto(page)
    alice.get_by_role("radio", name=re.compile("^Efficace")).check(force=True)
    fill(alice, Ce_qui_a_été="Douze fiches lues, toutes remplies")
    send(alice, "Enregistrer la vérification")
    expect(state(alice)).to_have_text("Efficace")


def close(company: Company, finding: str, audit: str) -> None:
    """Nobody closes what they had a hand in."""
    paul, greta = company["paul"], company["greta"]
    paul.goto(finding)
    fill(paul, Preuves_apportées="Photographie du poste et fiches de mars")
    send(paul, "Apporter les preuves")
    eventually(lambda: greta.goto(finding) and "Efficace" in greta.locator("#actions").inner_text())
    send(greta, "Clore le constat")
    expect(state(greta)).to_have_text("Clos")
    greta.goto(audit)
    send(greta, "Clore l'audit")
    expect(state(greta)).to_have_text("Clos")


def coverage(bob: Page, audit: str) -> None:
    """The cell that nothing covered is proven by this audit, and leads to it."""
    expect(cell(bob)).to_have_text(printed("Audité, preuve à l'appui"))
    cell(bob).click()
    expect(bob.locator("main")).to_contain_text("Audit de la production")
    expect(bob.get_by_role("link", name="Constat 1")).to_be_visible()
    bob.get_by_role("link", name="Audit de la production").click()
    assert bob.url.startswith(audit)
