"""The calendar: a month, a year, one after the other; each leads to what it shows."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from portal.pages import calendar
from services.audit import commands as auditing
from shared.work import clock, unit_of_work
from tests.audit.factories import audit_in
from tests.portal.conftest import People
from tests.world import WORLD

DAY = clock().date().replace(day=15) + timedelta(days=400)
MONTH = f"/calendar?view=month&day={DAY}"
AGENDA = f"/calendar?view=agenda&day={DAY}"


@pytest.fixture(scope="module", autouse=True)
def audits(web: TestClient) -> list[str]:
    """Five audits on one day at Lyon, and one a day later."""
    ids = []
    for number in range(6):
        day = DAY + timedelta(days=number // 5)
        with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
            lead = None if number else WORLD.diane.id
            told = {"title": f"Audit {number}", "planned_for": day, "until": day, "lead_id": lead}
            data = audit_in().model_copy(update=told)
            ids.append(str(auditing.plan_audit(uow, data).id))
    return ids


def test_a_month_shows_some_of_a_day_and_leads_to_the_rest(
    people: People, audits: list[str]
) -> None:
    page = people["alice"].get(MONTH).text

    assert sum(f"/audits/{id}" in page for id in audits) == 4
    assert "2 de plus" in people["alice"].read(MONTH)
    assert f"view=agenda&amp;day={DAY}" in page
    assert 'aria-current="page">Mois' in page


def test_an_agenda_goes_on_page_by_page(
    people: People, audits: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "SHOWN", 4)
    first = people["alice"].get(AGENDA).text
    [onwards] = re.findall(r'rel="next" href="([^"]*after=[^"]*)"', first)
    second = people["alice"].get(onwards.replace("&amp;", "&")).text

    on_first = [id for id in audits if f"/audits/{id}" in first]
    on_second = [id for id in audits if f"/audits/{id}" in second]
    assert (len(on_first), len(on_second)) == (4, 2)
    assert not set(on_first) & set(on_second)
    assert "after=" not in second.partition("q-pager")[2].partition('rel="next"')[2]


def test_a_year_counts_each_day_and_says_so(people: People) -> None:
    shown = people["alice"].read(f"/calendar?view=year&day={DAY}")

    assert "5 choses" in shown
    assert people["alice"].get(f"/calendar?view=year&day={DAY}").text.count("q-small-month") == 12


def test_another_site_has_another_calendar(people: People, audits: list[str]) -> None:
    for address in (MONTH, AGENDA):
        page = people["charlie"].get(address).text
        assert not any(id in page for id in audits)
    assert "Rien dans l'année qui suit." in people["charlie"].read(AGENDA)


def test_one_sees_a_kind_or_ones_own(people: People, audits: list[str]) -> None:
    assert audits[0] not in people["alice"].get(f"{AGENDA}&kind=action_due").text
    assert audits[0] in people["alice"].get(f"{AGENDA}&kind=audit_planned").text
    assert audits[0] not in people["alice"].get(f"{AGENDA}&mine=1").text
    assert audits[0] in people["diane"].get(f"{AGENDA}&mine=1").text


@pytest.mark.parametrize(
    "query",
    ["view=week", "day=tomorrow", "day=0001-01-01", "day=9999-12-31", "after=x_y", "kind=x"],
)
def test_a_strange_address_shows_a_calendar_all_the_same(people: People, query: str) -> None:
    for view in ("month", "year", "agenda"):
        assert people["alice"].get(f"/calendar?view={view}&{query}").status_code == 200
