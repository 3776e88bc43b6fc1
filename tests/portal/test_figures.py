"""Alerts, measurements, review requests and the scorecard, as lists and as files."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from portal import exports, formats
from services.indicators.jobs import jobs
from services.indicators.models import Definition
from services.policy.jobs import jobs as policy_jobs
from shared.tabular import read_xlsx
from tests.helpers import Bus
from tests.indicators.factories import defined, definition_in, measurement_in, ratio_in, reported
from tests.portal.conftest import Browser, People
from tests.portal.factories import policy_in_force

LISTS = ("alerts", "measurements", "review-requests")


@pytest.fixture(scope="module", autouse=True)
def water(web: TestClient) -> Definition:
    """Too much water at Lyon, so an alert and a review; an accident rate within its limits."""
    policy_in_force()
    today = formats.today()
    water = defined(definition_in(target=50, alert=100))
    defined(ratio_in())
    month = today.replace(day=1)
    reported(measurement_in("EAU_TOT", 1234, period=month), on=today)
    reported(measurement_in("TF1", 1, 2000, period=month), on=today)
    Bus().deliver_all()
    return water


def names(browser: Browser, path: str) -> list[str]:
    page = browser.get(path)
    assert page.status_code == 200, page.text
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]+)</a>', page.text)


def rows_of(browser: Browser, path: str) -> list[list[str]]:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return [["" if c is None else str(c) for c in row] for row in read_xlsx(answer.content)]


def test_alerts_are_a_list_of_what_waits_for_an_answer(people: People) -> None:
    alice = people["alice"]

    assert names(alice, "/alerts") == ["Eau prélevée"]
    assert names(alice, "/alerts?status=raised&sort=code") == ["Eau prélevée"]
    assert "Aucune alerte ici." in alice.read("/alerts?status=closed")
    assert names(alice, "/alerts?status=all") == ["Eau prélevée"]


def test_a_list_of_one_indicator_holds_no_other(people: People, water: Definition) -> None:
    alice, other = people["alice"], defined(definition_in("GAZ"))

    assert len(names(alice, "/measurements")) == 2
    assert names(alice, f"/measurements?definition_id={water.id}") == ["Eau prélevée"]
    assert names(alice, f"/alerts?definition_id={water.id}") == ["Eau prélevée"]
    assert "Aucune alerte ici." in alice.read(f"/alerts?definition_id={other.id}")


def test_reviews_are_a_list_by_their_state(people: People) -> None:
    greta = people["greta"]

    assert names(greta, "/review-requests") == ["Eau prélevée"]
    assert "Aucun réexamen ici." in greta.read("/review-requests?status=decided")
    assert 'href="/review-requests?status=pending"' in greta.get("/policy").text


@pytest.mark.parametrize("name", LISTS)
def test_the_workbook_holds_the_rows_of_the_page(people: People, name: str) -> None:
    greta = people["greta"]
    page = unescape(greta.get(f"/{name}").text)
    head = [h.strip() for h in re.findall(r'<th scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)', page)]

    taken, *rows = rows_of(greta, f"/{name}/export.xlsx")

    assert taken == head
    assert len(rows) == len(names(greta, f"/{name}")) > 0


@pytest.mark.parametrize("name", LISTS)
def test_another_sites_rows_are_not_listed(people: People, name: str) -> None:
    assert names(people["charlie"], f"/{name}") == []
    assert len(rows_of(people["charlie"], f"/{name}/export.xlsx")) == 1
    assert people["adam"].get(f"/{name}").status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_too_long_becomes_a_job(
    people: People, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    greta, address = people["greta"], f"/{name}/export.csv"
    done = policy_jobs if name == "review-requests" else jobs
    monkeypatch.setattr(exports, "_all_rows", _too_many)
    offered = greta.get(address).text
    typed = dict(re.findall(r'name="(format|filter[^"]*)" value="([^"]*)"', offered))

    asked = greta.submit(address, f"/lists/{name}/exports", **typed)

    assert (asked.status_code, asked.headers["location"]) == (303, "/jobs")
    [id] = done.due()
    done.run(id)
    [file] = re.findall(rf'href="(/jobs/[a-z]+/{id}/file)"', greta.get("/jobs").text)
    assert b"EAU_TOT" in greta.get(file).content


async def _too_many(*_: object) -> None:
    return None


def test_the_scorecard_leaves_with_its_sites(people: People) -> None:
    greta = people["greta"]

    head, *rows = rows_of(greta, "/indicators/export.xlsx")

    assert head[:3] == ["Indicateur", "Code", "Unité"]
    water = next(dict(zip(head, row, strict=True)) for row in rows if row[1] == "EAU_TOT")
    assert (water["Cible"], water["Limite"], water["Alertes ouvertes"]) == ("50", "100", "1")
    assert (water["Lyon"], water["Lille"]) == ("1234", "")
    assert greta.get("/indicators/export.csv").status_code == 200
    assert "Lyon" not in rows_of(people["charlie"], "/indicators/export.xlsx")[0]
    assert people["adam"].get("/indicators/export.xlsx").status_code in (403, 404)
