"""An indicator of all sites side by side."""

import re

import pytest
from fastapi.testclient import TestClient

from portal import formats
from portal.pages import side_by_side
from services.indicators.models import Definition
from tests.helpers import Bus
from tests.indicators.factories import defined, definition_in, measurement_in, reported
from tests.portal.conftest import Browser, People
from tests.world import WORLD


@pytest.fixture(scope="module")
def water(web: TestClient) -> Definition:
    """Too much water at Lyon this month, little at Lille."""
    water = defined(definition_in(target=50, alert=100))
    today = formats.today()
    for site, figure in ((WORLD.lyon, 1234), (WORLD.lille, 12)):
        data = measurement_in("EAU_TOT", figure, site=site, period=today.replace(day=1))
        reported(data, on=today)
    Bus().deliver_all()
    return water


def rows(browser: Browser, path: str) -> dict[str, list[str]]:
    page = browser.get(path)
    assert page.status_code == 200, page.text
    found = re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a></th>(.*?)</tr>', page.text, re.DOTALL)
    return {name: [said(cell) for cell in cells.split("</td>")[:-1]] for name, cells in found}


def said(cell: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", cell).replace("\u202f", " ").split())


def test_each_cell_says_its_figure_and_its_state(people: People, water: Definition) -> None:
    found = rows(people["greta"], f"/indicators/{water.id}/sites")

    assert found["Lyon"][0] == "1 234 Hors limites"
    assert found["Lille"][0] == "12 Dans la cible"
    assert set(found["Lyon"][1:]) == {"— Sans valeur"}
    assert {len(cells) for cells in found.values()} == {12}


def test_the_place_looked_at_comes_first(people: People, water: Definition) -> None:
    found = rows(people["greta"], f"/indicators/{water.id}/sites?periods=24")

    first, *_ = found.values()
    assert (len(first), first[0]) == (24, "1 246")
    assert len(rows(people["greta"], f"/indicators/{water.id}/sites?periods=99")["Lyon"]) == 12


def test_another_site_is_not_beside_ones_own(people: People, water: Definition) -> None:
    assert list(rows(people["charlie"], f"/indicators/{water.id}/sites")) == ["Lille"]
    away = f"/indicators/{water.id}/sites?place={WORLD.lyon}"
    assert people["charlie"].get(away).status_code == 404


def test_many_sites_come_in_pages(
    people: People, water: Definition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "MOST_SITES", 1)
    greta, path = people["greta"], f"/indicators/{water.id}/sites"
    seen: list[str] = []

    while path:
        page = greta.get(path).text
        seen += list(rows(greta, path))[1:]
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further[1].replace("&amp;", "&") if further else ""

    assert len(seen) == len(set(seen)) >= 2
    assert {"Lyon", "Lille"} <= set(seen)


def test_a_page_of_the_indicator_leads_there(people: People, water: Definition) -> None:
    assert f"/indicators/{water.id}/sites" in people["greta"].get(f"/indicators/{water.id}").text
