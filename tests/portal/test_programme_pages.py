"""Programmes, coverage, certificates and feeds, as people meet them in the portal."""

import re
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.audit import programmes as making
from tests.portal.conftest import Browser, People, shown
from tests.world import WORLD


@pytest.fixture(scope="module", autouse=True)
def library(web: TestClient) -> None:
    making.known_references()


def drafted(browser: Browser) -> str:
    """A programme of Lyon, opened on its form; its page."""
    answer = browser.submit(
        "/programmes/new",
        "/programmes/new",
        site_id=WORLD.lyon,
        title="Programme d'audits 2030",
        starts_on="2030-01-01",
        ends_on="2030-12-01",
        objectives="Couvrir le système en un an",
        **{f"days.{WORLD.lyon}": "12,5"},
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def entry_form(**more: Any) -> dict[str, Any]:  # noqa: ANN401
    told = {"site_id": WORLD.lyon, "type": "process", "party": "first", "month": "2030-03-01"}
    about = {"aim": "Nouvelle organisation", "days": "1,5", "processes": "PROD"}
    return {**told, **about, "reference_ids": str(making.ISO_9001)} | more


def added(browser: Browser, page: str) -> str:
    answer = browser.submit(f"{page}/entries/new", f"{page}/entries/new", **entry_form())
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def test_a_programme_is_written_by_one_and_approved_by_another(people: People) -> None:
    page = drafted(people["alice"])
    entry = added(people["alice"], page)

    assert "Vous l'avez écrit en partie" in people["alice"].read(page)
    assert not people["alice"].offers(page, f"{page}/approve")
    answer = people["greta"].submit(page, f"{page}/approve")
    assert answer.status_code == 303
    said = people["alice"].read(page)
    assert "Approuvé" in said
    assert "Intacte" in said
    assert "1,5 / 12,5" in said
    assert "Programmé" in people["bob"].read(entry)


def test_an_entry_becomes_an_audit_whose_page_leads_back(people: People) -> None:
    page = drafted(people["alice"])
    entry = added(people["alice"], page)
    people["greta"].submit(page, f"{page}/approve")

    answer = people["alice"].submit(
        entry,
        f"{entry}/plan",
        title="Audit du processus production",
        planned_for="2030-03-11",
        lead_id=WORLD.diane.id,
    )

    audit = answer.headers["location"].partition("?")[0]
    assert f'href="{entry}"' in people["alice"].get(audit).text
    assert f'href="{audit}"' in people["alice"].get(entry).text
    ics = people["alice"].get(f"{audit}/calendar.ics")
    assert ics.headers["content-disposition"].endswith('.ics"')
    assert "Audit du processus production" in ics.text


def test_a_postponement_without_a_reason_is_shown_beside_its_field(people: People) -> None:
    page = drafted(people["alice"])
    entry = added(people["alice"], page)
    people["greta"].submit(page, f"{page}/approve")

    refused = people["alice"].submit(entry, f"{entry}/postpone", month="2030-06-01")
    assert refused.status_code == 422
    assert "Motif · À remplir." in shown(refused)
    people["alice"].submit(
        entry, f"{entry}/postpone", month="2030-06-01", reason="Arrêt de l'atelier"
    )

    said = people["alice"].read(entry)
    assert "juin 2030" in said
    assert "Mois prévu à l'origine mars 2030" in said
    listed = people["bob"].read("/entries?year=2030&status=postponed")
    assert "prévu en mars 2030" in listed


def test_a_proposal_is_changed_before_it_is_accepted(people: People) -> None:
    making.another_process("PEINT")
    page = drafted(people["alice"])
    address = f"{page}/proposal"
    text = people["alice"].get(address).text
    keys = re.findall(r'name="keep" value="([^"]+)"', text)
    assert keys
    first = keys[0]
    typed = {
        "keep": first,
        f"month.{first}": "2030-09-01",
        f"days.{first}": "2",
        f"aim.{first}": "Avant l'ouverture de la ligne",
    }

    wrong = people["alice"].submit(address, address, **typed | {f"days.{first}": "beaucoup"})
    assert wrong.status_code == 422
    assert "Ce n'est pas un nombre." in shown(wrong)
    form = people["alice"].hidden(address, address) | typed
    answer = people["alice"].client.post(address, data=form)

    assert answer.status_code == 303
    assert "septembre 2030" in people["alice"].read(page)
    again = people["alice"].client.post(address, data=form)
    assert again.status_code == 409
    assert "Quelqu'un d'autre a modifié cette page entre-temps" in shown(again)


def test_the_matrix_opens_what_covers_a_cell(people: People) -> None:
    making.held_on(date(2029, 5, 4), "PROD")
    address = "/coverage?by=process_site&until=2030-12-31"
    text = people["alice"].get(address).text

    cells = [c for c in re.findall(r'href="(/coverage/cell[^"]+)"', text) if "row=PROD" in c]
    assert cells
    said = people["alice"].read(cells[0].replace("&amp;", "&"))
    assert "Audit tenu" in said
    csv = people["alice"].get("/coverage/export.csv?by=process_site&until=2030-12-31")
    assert "PROD" in csv.text
    assert "Audité" in csv.text


def test_a_process_is_rated_and_its_arithmetic_shown(people: People) -> None:
    answer = people["alice"].submit(
        "/frequencies",
        "/frequencies",
        site_id=WORLD.lyon,
        process="ACHATS",
        criticality="3",
        changes="2",
        reason="Deux fournisseurs uniques",
    )

    assert answer.status_code == 303
    said = people["alice"].read(f"/frequencies?place={WORLD.lyon}")
    assert "12 mois" in said
    assert "À coter" in said


def test_a_certificate_shows_its_cycle_and_its_sample(people: People) -> None:
    certificate = making.multi_site()
    page = f"/certificates/{certificate.id}"

    said = people["greta"].read(page)
    assert "Surveillance 1" in said
    assert "Restaurable jusqu'au" in said
    assert "<rect" in people["greta"].get(page).text
    drawn = people["greta"].submit(
        f"{page}/sampling", f"{page}/sampling", kind="surveillance", year="2030", added="0"
    )
    assert drawn.status_code == 303
    sampled = people["greta"].read(f"{page}/sampling")
    assert "√2 = 0,85" in sampled
    assert "Revérifié" in sampled
    again = people["greta"].submit(
        f"{page}/sampling", f"{page}/sampling", kind="surveillance", year="2030", added="0"
    )
    assert again.status_code == 409
    assert "ne se recommence pas" in shown(again)


def test_a_certificate_is_entered_with_a_decision_or_one_that_is_wanted(people: People) -> None:
    form = {
        "site_id": WORLD.lyon,
        "reference_id": making.ISO_9001,
        "body": "AFNOR Certification",
        "scope": "Pièces composites",
        "site_ids": str(WORLD.lyon),
        "expiry_rule": "day_before",
    }
    new = "/certificates/new"

    refused = people["alice"].submit(new, new, **form)
    assert refused.status_code == 422
    assert "date de la décision" in shown(refused)
    answer = people["alice"].submit(new, new, **form, wanted_by="2031-05-31")
    assert "Étape 2" in people["alice"].read(answer.headers["location"])


def test_the_calendar_shows_the_programme_and_leads_to_certificates(people: People) -> None:
    certificate = making.certified()
    window, *_ = making.windows(certificate)
    day = window.latest_on

    month = people["alice"].get(f"/calendar?view=agenda&day={day}&kind=certification_due").text
    assert f"/windows/{window.id}" in month
    led = people["alice"].get(f"/windows/{window.id}")
    assert led.headers["location"].startswith(f"/certificates/{certificate.id}")


def test_a_feed_is_shown_once_and_revoked(people: People) -> None:
    page = "/calendar/feeds"

    made = people["bob"].submit(page, page, name="Agenda du téléphone")
    [address] = re.findall(r"<code>(http[^<]+\.ics)</code>", made.text)
    assert people["bob"].client.get(address).status_code == 200
    assert address not in people["bob"].get(page).text
    [revoke] = re.findall(r'action="(/calendar/feeds/[^"]+/revoke)"', people["bob"].get(page).text)
    people["bob"].submit(page, revoke)

    assert people["bob"].client.get(address).status_code == 404
    assert "Aucun abonnement." in people["bob"].read(page)
