"""The page on which registers come in: sent, seen, done, undone; in words that say what to do."""

import re
from collections.abc import Sequence
from datetime import timedelta

import httpx2 as httpx

from portal.i18n import catalogue
from portal.pages.imports import FILLED
from portal.sheets import SHEET_COLUMNS
from runtime.services import SERVICES
from shared.tabular import Cell, read_xlsx
from shared.work import clock
from tests.importing import book, imports_of
from tests.portal.conftest import Browser, People, shown
from tests.risk.test_imports import row


def send(
    browser: Browser, *rows: Sequence[Cell], name: str = "risks", file: str = "été.xlsx"
) -> str:
    """Send a workbook; gives the address of its page."""
    answer = sent(browser, book(FILLED[name].service, name, *rows), name, file)
    assert answer.status_code == 303, shown(answer)
    return str(answer.headers["location"])


def sent(browser: Browser, content: bytes, name: str, file: str = "a.xlsx") -> httpx.Response:
    token = browser.hidden("/imports", f"/imports/{name}")["csrf"]
    files = {"workbook": (file, content)}
    return browser.client.post(f"/imports/{name}", data={"csrf": token}, files=files)


def work() -> None:
    """What the workers do meanwhile."""
    for service in SERVICES.values():
        if service.jobs is not None:
            for id in service.jobs.due():
                service.jobs.run(id)


def test_a_register_is_seen_first_then_done_then_undone(people: People) -> None:
    alice = people["alice"]
    page = send(alice, row("Chute du quai"), row("Bruit du quai", gravity=4, probability=4))
    waiting = alice.get(page)
    assert "En attente" in shown(waiting)
    assert 'hx-trigger="every 1s"' in waiting.text
    work()

    looked = alice.read(page)
    assert "every 1s" not in looked
    assert "2 lignes, aucune erreur. Rien n'est fait encore." in looked
    assert "Remonte le risque : un audit inopiné est planifié" in looked
    assert "Chute du quai" not in alice.read("/risks")
    assert alice.submit(page, f"{page}/carry-out").headers["location"] == page
    work()
    assert "Chute du quai" in alice.read("/risks")
    assert "été.xlsx" in alice.read("/imports")

    assert alice.submit(page, f"{page}/undo").status_code == 303
    work()
    assert "Annulé en entier" in alice.read(page)
    assert "Chute du quai" not in alice.read("/risks")
    assert "Voir l'import" in alice.read("/jobs")


def test_people_come_in_the_same_way_and_leave_in_the_same_columns(people: People) -> None:
    alice = people["alice"]
    until = clock().date() + timedelta(days=90)
    ines = ["Ines Faure", "ines@example.org", "fr", "Lecteur", "Lyon", None, None, until]
    wrong = [*ines[:1], "ines", *ines[2:]]

    page = send(alice, wrong, name="people")
    work()
    said = alice.read(page)
    assert "Adresse électronique · ines n'est pas une adresse électronique" in said

    page = send(alice, ines, name="people")
    work()
    assert "Une ligne, aucune erreur. Rien n'est fait encore." in alice.read(page)
    alice.submit(page, f"{page}/carry-out")
    work()
    assert "Ines Faure" in alice.read("/admin/people")
    assert "ines@example.org" in alice.get("/imports/people/export.csv").text
    alice.submit(page, f"{page}/undo")
    work()
    assert "Annulé en entier" in alice.read(page)
    assert "Ines Faure" not in alice.read("/admin/people")
    assert alice.get("/imports/risks/export.csv").status_code == 404
    assert people["bob"].get("/imports/people/export.csv").status_code == 403


def test_places_come_in_the_same_way(people: People) -> None:
    greta = people["greta"]
    page = send(greta, ["Site", "Grenoble", "GRE", "Division Nord-Sud"], name="places")
    work()
    greta.submit(page, f"{page}/carry-out")
    work()
    assert "Grenoble" in greta.read("/admin/places")
    assert "\u00a0" * 6 + "Grenoble" in greta.get("/actions").text
    greta.submit(page, f"{page}/undo")
    work()
    assert "Grenoble" not in greta.read("/admin/places")


def test_what_is_wrong_is_said_at_its_cell_in_ones_language(people: People) -> None:
    alice = people["alice"]
    page = send(alice, row("Ab", site="Atlantis"), row("Bruit", gravity=9))
    work()

    told = alice.read(page)
    assert "4 cellules" not in told
    assert "3 cellules sont à corriger" in told
    assert "Site · Aucun site Atlantis où vous puissiez le faire" in told
    assert "Intitulé · Trop court : au moins 3 caractères." in told
    assert "Gravité · " in told
    assert not alice.offers(page, f"{page}/carry-out")
    alice.post("/preferences", language="en", next="/")
    english = alice.read(page)
    alice.post("/preferences", language="fr", next="/")
    assert "Title · Too short: at least 3 characters." in english
    assert "There is no site Atlantis" in english


def test_what_is_no_workbook_says_so_at_once_or_when_it_was_read(people: People) -> None:
    refused = sent(people["alice"], b"%PDF-1.7", "risks")
    assert refused.status_code == 422
    assert "Ce n'est pas un classeur XLSX" in shown(refused)

    answer = sent(people["alice"], b"PK and no more", "risks")
    page = answer.headers["location"]
    work()

    assert "Ce n'est pas un classeur XLSX" in people["alice"].read(page)


def test_an_import_is_given_up_while_it_waits(people: People) -> None:
    alice = people["alice"]
    page = send(alice, row("Jamais"))
    assert alice.submit(page, f"{page}/cancel").status_code == 303
    work()

    assert alice.offers(page, f"{page}/carry-out") is False
    assert "Jamais" not in alice.read("/risks")


def test_each_sees_their_own_and_only_registers_they_may_fill(people: People) -> None:
    page = send(people["alice"], row("Chute"))

    assert people["greta"].get(page).status_code == 404
    assert people["greta"].get(f"{page}/state").status_code == 404
    assert "Aucun registre à remplir" in people["bob"].read("/imports")
    assert 'href="/imports"' not in people["bob"].get("/").text
    offered = people["diane"].get("/imports").text
    assert re.findall(r'action="/imports/(\w+)"', offered) == ["findings"]
    assert people["alice"].get("/imports/nothing/template.xlsx").status_code == 404


def test_the_templates_say_the_same_as_the_pages(people: People) -> None:
    for language in ("fr", "en"):
        said = catalogue(language).gettext
        for name, register in FILLED.items():
            columns = imports_of(register.service).named(name).template.columns
            assert [said(SHEET_COLUMNS[column.key].text) for column in columns] == [
                column.title.said(language) for column in columns
            ]
    template = people["alice"].get("/imports/risks/template.xlsx")
    assert template.headers["content-disposition"] == 'attachment; filename="risks-template.xlsx"'
    assert read_xlsx(template.content)[0][0] == "Site"


def test_a_workbook_that_is_too_large_is_refused_at_the_door(people: People) -> None:
    assert sent(people["alice"], b"x" * 10_100_000, "risks").status_code == 413
