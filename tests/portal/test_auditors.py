"""Auditors' pages: their files, and who is proposed for an audit and why."""

import re
from datetime import timedelta

import pytest

from services.audit.auditors import teams
from services.audit.auditors.schemas import LinkKind
from services.audit.models import Audit
from shared.work import unit_of_work
from tests.audit.auditors.factories import (
    TODAY,
    audits_at_lyon,
    file_of,
    iso_audit,
    qualified,
    tied,
)
from tests.helpers import Bus
from tests.portal.conftest import People, shown
from tests.world import WORLD


@pytest.fixture(scope="module")
def audit(web: object) -> Audit:
    """Diane is fit for it; Anna, whose file Lille keeps, has a tie with who pilots it."""
    qualified(WORLD.diane, valid_to=TODAY + timedelta(days=300))
    audits_at_lyon(WORLD.anna, Bus())
    tied(qualified(WORLD.anna, WORLD.lille), LinkKind.FAMILY, other_id=WORLD.paul.id)
    return iso_audit()


def diane_file(people: People) -> str:
    text = people["alice"].get("/auditors").text
    return str(re.findall(r'href="(/auditors/[0-9a-f-]{36})', text)[0])


def test_the_list_shows_who_audits_here_and_leaves_as_a_workbook(
    people: People, audit: Audit
) -> None:
    page = people["alice"].read("/auditors")

    assert "Diane Lyon ISO 9001" in page
    assert "Ils auditent ici, un autre site tient leur dossier" in page
    assert "Anna ISO 9001" in page
    assert people["alice"].get("/auditors/export.csv").status_code == 200
    assert "Diane" not in people["alice"].read("/auditors?ends_within=60").split("Ils auditent")[0]


def test_a_proposal_says_why_each_is_kept_or_refused(people: People, audit: Audit) -> None:
    page = people["alice"].read(f"/audits/{audit.id}/team")

    assert "Anna a déclaré un lien avec Paul, qui pilote ce qui est audité." in page
    assert "Écartés" in page
    assert "Équipe proposée 1 Diane" in page


def test_another_team_needs_a_reason_and_the_proposed_one_a_click(
    people: People, audit: Audit
) -> None:
    alice, at = people["alice"], f"/audits/{audit.id}/team"
    refused = alice.submit(at, at, **{f"role.{WORLD.anna.id}": "auditor"})
    assert refused.status_code == 409
    assert "Anna a déclaré un lien avec Paul" in shown(refused)
    nobody = alice.post(at, version="1")
    assert nobody.status_code == 422

    answer = alice.submit(at, at)

    assert answer.status_code == 303
    page = alice.read(answer.headers["location"])
    assert "L'équipe est retenue. Elle sera figée au début de l'audit." in page
    with unit_of_work("audit", WORLD.alice, permission="audit:read") as uow:
        [lead] = teams.team_of(uow, uow.get(Audit, audit.id)).members
    assert lead.person_id == WORLD.diane.id


def test_a_competence_is_entered_and_withdrawn(people: People, audit: Audit) -> None:
    alice, page = people["alice"], diane_file(people)
    typed = {
        "code": "ISO 45001",
        "level": "auditor",
        "valid_from": str(TODAY),
        "valid_to": str(TODAY + timedelta(days=30)),
    }
    short = alice.submit(page, f"{page}/competences", **typed)
    assert short.status_code == 422
    assert "Ce qui le prouve · À remplir." in shown(short)

    alice.submit(page, f"{page}/competences", **typed, proof="Formation de 21 h")

    assert "ISO 45001 Tous les types d'audit" in alice.read(page)
    [revoke, *_] = re.findall(rf'action="({page}/competences/[^"]+/revoke)"', alice.get(page).text)
    alice.submit(page, revoke, reason="Saisie par erreur")
    assert "Saisie par erreur" in alice.read(page)


def test_auditors_declare_their_own_absences_and_ties(people: People, audit: Audit) -> None:
    diane, page = people["diane"], "/auditors/mine"
    day = str(TODAY + timedelta(days=200))
    assert diane.get("/auditors").headers["location"] == page

    diane.submit(page, f"{page}/engagements", kind="absence", since=day, until=day)
    incomplete = diane.submit(page, f"{page}/links", kind="family")

    assert "Cette déclaration est incomplète" in shown(incomplete)
    assert "Le dossier est à jour." not in diane.read(page)
    [withdraw] = re.findall(rf'action="({page}/engagements/[^"]+/withdraw)"', diane.get(page).text)
    diane.submit(page, withdraw)
    assert "Aucune absence déclarée." in diane.read(page)
    assert not diane.offers(page, f"{page}/competences")


def test_who_has_no_file_is_told_what_to_expect(people: People, audit: Audit) -> None:
    audits_at_lyon(WORLD.bob, Bus())

    assert "Vous n'avez pas encore de dossier." in people.another("bob").read("/auditors/mine")


def test_a_file_is_opened_at_ones_site(people: People, audit: Audit) -> None:
    alice = people["alice"]
    typed = {"site_id": str(WORLD.lyon), "person_id": str(WORLD.bob.id)}

    answer = alice.submit("/auditors/new", "/auditors/new", **typed)
    again = alice.submit("/auditors/new", "/auditors/new", **typed)

    assert answer.status_code == 303
    assert again.status_code == 409
    page = answer.headers["location"]
    changed = alice.submit(page, f"{page}/change", works_at=str(WORLD.lyon), works_in="LOG")
    assert changed.status_code == 303
    assert "LOG" in alice.read(page)


def test_another_sites_file_does_not_exist(people: People, audit: Audit) -> None:
    auditor = file_of(WORLD.charlie, WORLD.lille)

    assert people["alice"].get(f"/auditors/{auditor.id}").status_code == 404
