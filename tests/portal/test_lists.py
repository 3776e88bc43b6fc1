"""Lists: in the order and columns that the reader chose, on the page and as a workbook."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from portal import exports
from portal.lists import COOKIE
from runtime.record.seal import seal
from services.audit.jobs import jobs
from services.identity.models import checkpoint
from shared import exports as shared_exports
from shared.auth import SYSTEM
from shared.tabular import XLSX, read_xlsx
from shared.work import unit_of_work
from tests import servers
from tests.portal.conftest import Browser, People
from tests.portal.factories import planned, risk_at_lyon

TITLES = ("Chute de hauteur", "Bruit", "Écrasement")


@pytest.fixture(scope="module", autouse=True)
def registers(web: TestClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Three risks and five audits at Lyon, under a checkpoint."""
    for title in TITLES:
        risk_at_lyon(title)
    for number in range(5):
        planned(f"Audit {number}")
    servers.adopt({"QSE_CHECKPOINT_FOLDER": str(tmp_path_factory.mktemp("checkpoints"))})
    seal(at_once=True)
    yield
    servers.forget("QSE_CHECKPOINT_FOLDER")


def source(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]+)</a>', page)


def heads(page: str) -> list[str]:
    found = re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)', page)
    return [text.strip() for text in found]


def rows_of(browser: Browser, path: str) -> list[list[str]]:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX), answer.text
    return [
        ["" if cell is None else str(cell) for cell in row] for row in read_xlsx(answer.content)
    ]


def test_a_list_goes_by_the_column_whose_title_is_chosen(people: People) -> None:
    alice = people["alice"]
    up = source(alice, "/risks")
    [turn] = re.findall(r'aria-sort="ascending"><a class="q-sort" href="([^"]+)"', up)

    down = source(alice, turn)

    assert names(up) == sorted(TITLES)
    assert names(down) == names(up)[::-1]
    assert 'aria-sort="descending"' in down


def test_an_order_that_is_not_ours_is_not_asked_for(people: People) -> None:
    assert names(source(people["alice"], "/risks?sort=measures")) == sorted(TITLES)


def test_filters_and_order_stay_when_the_other_changes(people: People) -> None:
    page = source(people["alice"], "/risks?sort=-title&level=2")

    links = re.findall(r'href="(/risks\?[^"]+)"', page)
    chips = [link for link in links if "level=" in link and "sort=-title" in link]
    titles = [link for link in links if "level=2" in link and "sort=title" in link]
    assert len(chips) >= 3
    assert titles


def test_columns_that_were_chosen_are_shown_from_then_on(people: People) -> None:
    alice = people["alice"]
    assert "Domaine" in heads(source(alice, "/risks"))

    chosen = ["site_id", "measures", "nothing"]
    answer = alice.submit("/risks", "/lists/risks/columns", columns=chosen)
    assert (answer.status_code, answer.headers["location"]) == (303, "/risks")

    assert heads(source(alice, "/risks")) == ["Risque", "Site", "Mesures en place"]
    assert heads(source(people["bob"], "/risks")) != heads(source(alice, "/risks"))
    alice.client.cookies.delete(f"{COOKIE}risks")
    assert "Domaine" in heads(source(alice, "/risks"))


def test_only_lists_of_ours_keep_columns(people: People) -> None:
    assert people["alice"].post("/lists/passwords/columns", columns="all").status_code == 404


def test_the_workbook_holds_what_the_page_shows(people: People) -> None:
    alice = people["alice"]
    page = source(alice, "/risks?sort=-title")

    head, *rows = rows_of(alice, "/risks/export.xlsx?sort=-title")

    assert head == heads(page)
    assert [row[0] for row in rows] == names(page)
    assert {row[1] for row in rows} == {"Lyon"}
    assert [row[2] for row in rows] == ["Sécurité"] * 3


def test_the_text_holds_the_same_in_the_readers_language(people: People) -> None:
    charlotte = people["alice"]
    charlotte.post("/preferences", language="en", next="/")
    try:
        text = charlotte.get("/risks/export.csv").content.decode("utf-8-sig")
    finally:
        charlotte.post("/preferences", language="fr", next="/")

    head, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert head[:3] == ["Risk", "Site", "Domain"]
    assert sorted(row[0] for row in rows) == sorted(TITLES)
    assert {row[2] for row in rows} == {"Safety"}


def test_nobody_takes_another_sites_rows_away(people: People) -> None:
    assert len(rows_of(people["charlie"], "/risks/export.xlsx")) == 1
    assert people["adam"].get("/risks/export.xlsx").status_code == 403


def test_every_page_of_a_long_list_is_in_the_workbook(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "LARGEST_PAGE", 2)

    _, *rows = rows_of(people["alice"], "/audits/export.xlsx?sort=title")

    assert [row[0] for row in rows] == [f"Audit {number}" for number in range(5)]
    assert {row[3] for row in rows} == {"Diane"}


def test_a_list_that_is_too_long_to_wait_for_becomes_a_job_with_the_same_file(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, address = people["alice"], "/audits/export.xlsx?sort=title"
    monkeypatch.setattr(exports, "LARGEST_PAGE", 2)
    monkeypatch.setattr(exports, "MOST_ROWS", 6)
    short = sheets_of(alice.get(address).content)
    monkeypatch.setattr(exports, "MOST_ROWS", 4)
    monkeypatch.setattr(shared_exports, "BATCH", 2)

    offered = source(alice, address)
    typed = dict(re.findall(r'name="(format|filter[^"]*)" value="([^"]*)"', offered))
    asked = alice.submit(address, "/lists/audits/exports?sort=title", **typed)
    assert (asked.status_code, asked.headers["location"]) == (303, "/jobs")
    waiting = source(alice, "/jobs")
    assert "En attente" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    for id in jobs.due():
        jobs.run(id)

    done = source(alice, "/jobs/rows")
    assert "every 2s" not in done
    [file] = re.findall(r'href="(/jobs/audit/[^"]+/file)"', done)
    answer = alice.get(file)
    assert answer.headers["content-type"] == XLSX
    long = sheets_of(answer.content)
    assert long["Audits"] == short["Audits"]
    assert [row[0] for row in long["À propos"]] == [row[0] for row in short["À propos"]]
    assert people["diane"].get(file).status_code == 404
    assert file not in source(people["diane"], "/jobs")


def test_a_job_is_given_up_from_its_page(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = people["alice"]
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    monkeypatch.setattr(exports, "LARGEST_PAGE", 1)
    offered = source(alice, "/risks/export.csv?level=2")
    typed = dict(re.findall(r'name="(format|filter[^"]*)" value="([^"]*)"', offered))
    assert typed == {"format": "csv", "filter.level": "2"}
    alice.submit("/risks/export.csv?level=2", "/lists/risks/exports?level=2", **typed)

    [cancel] = re.findall(r'action="(/jobs/risk/[^"]+/cancel)"', source(alice, "/jobs"))
    assert alice.submit("/jobs", cancel).status_code == 303

    assert "Annulé" in source(alice, "/jobs")
    elsewhere = cancel.replace("/jobs/risk", "/jobs/policy").replace("cancel", "file")
    assert alice.get(elsewhere).status_code == 404


def sheets_of(content: bytes) -> dict[str, list[list[Any]]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_file_says_what_it_is_and_what_the_record_was(people: People) -> None:
    content = people["alice"].get("/risks/export.xlsx?sort=-title").content

    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        told = {str(name): value for name, value in book.get_sheet_by_name("À propos").to_python()}
    assert told["Liste"] == "Risques"
    assert str(told["Adresse"]).endswith("/risks?sort=-title")
    assert (told["Lignes"], told["Par"]) == (3, "Alice")
    assert told["Point de contrôle, à garder"] == newest_note().splitlines()[0]


def newest_note() -> str:
    with unit_of_work("identity", SYSTEM) as uow:
        rows = select(checkpoint.c.note).order_by(checkpoint.c.number.desc()).limit(1)
        return str(uow.session.scalar(rows))
