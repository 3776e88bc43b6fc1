"""An indicator of several places in its last periods."""

from typing import Any

from sqlalchemy import Connection

from shared.work import clock
from tests.conftest import Api
from tests.counting import statements
from tests.indicators.factories import defined, definition_in, measurement_in, reported
from tests.world import World

BASE = "/api/v1/indicators"


def path(definition_id: object) -> str:
    return f"{BASE}/definitions/{definition_id}/side-by-side"


def test_the_last_periods_of_the_places_that_were_asked_for(world: World, api: Api) -> None:
    water = defined(definition_in(target=50, alert=100))
    today = clock().date()
    month = today.replace(day=1)
    for site, figure in ((world.lyon, 120), (world.lille, 12)):
        reported(measurement_in("EAU_TOT", figure, site=site, period=month), on=today)

    asked: dict[str, Any] = {"places": [str(world.lyon), str(world.lille)], "periods": 24}
    found = api(world.greta).get(path(water.id), params=asked).json()

    assert (len(found["periods"]), found["periods"][-1]) == (24, month.isoformat())
    assert found["periods"] == sorted(set(found["periods"]))
    told = {(one["site_id"], one["value"], one["status"]) for one in found["values"]}
    assert told == {(str(world.lyon), "120", "red"), (str(world.lille), "12", "green")}


def test_a_year_is_a_period_where_it_is_reported_by_the_year(world: World, api: Api) -> None:
    yearly = defined(definition_in("DECHETS", frequency="year"))

    asked: dict[str, Any] = {"places": str(world.lyon), "periods": 3}
    found = api(world.alice).get(path(yearly.id), params=asked).json()

    years = [clock().year - 2, clock().year - 1, clock().year]
    assert found == {"periods": [f"{year}-01-01" for year in years], "values": []}


def test_nobody_reads_another_sites_values(world: World, api: Api) -> None:
    water = defined(definition_in())
    today = clock().date()
    reported(measurement_in("EAU_TOT", 120, period=today.replace(day=1)), on=today)

    found = api(world.charlie).get(path(water.id), params={"places": str(world.lyon)}).json()

    assert found["values"] == []


def test_what_is_asked_for_is_bounded(world: World, api: Api) -> None:
    water = defined(definition_in())
    client, many = api(world.greta), [str(world.lyon)] * 61

    assert client.get(path(water.id)).status_code == 422
    assert client.get(path(water.id), params={"places": many}).status_code == 422
    asked: dict[str, Any] = {"places": str(world.lyon), "periods": 25}
    assert client.get(path(water.id), params=asked).status_code == 422


def test_many_values_cost_as_much_as_one(
    world: World, api: Api, undone: dict[str, Connection]
) -> None:
    water = defined(definition_in())
    client, today = api(world.greta), clock().date()
    asked = {"places": [str(world.lyon), str(world.lille)]}

    def cost() -> int:
        with statements(undone["indicators"]) as sent:
            answer = client.get(path(water.id), params=asked)
        assert answer.status_code == 200, answer.text
        return len(sent)

    few = cost()
    for site in (world.lyon, world.lille):
        reported(measurement_in("EAU_TOT", 1, site=site, period=today.replace(day=1)), on=today)
    assert cost() == few


def test_alerts_and_measurements_narrow_to_an_indicator(world: World, api: Api) -> None:
    today = clock().date()
    month = today.replace(day=1)
    for code in ("EAU_TOT", "GAZ"):
        defined(definition_in(code, alert=100))
        reported(measurement_in(code, 120, period=month), on=today)
    client = api(world.alice)
    found = client.get(f"{BASE}/definitions", params={"limit": "200"}).json()["items"]
    water = {"definition_id": next(one["id"] for one in found if one["code"] == "EAU_TOT")}

    def codes(name: str, **query: str) -> list[str]:
        answer = client.get(f"{BASE}/{name}", params=query)
        assert answer.status_code == 200, answer.text
        return [one["code"] for one in answer.json()["items"]]

    assert codes("alerts", **water) == codes("measurements", **water) == ["EAU_TOT"]
    assert codes("alerts", sort="code") == ["EAU_TOT", "GAZ"]
    assert codes("measurements", sort="-code") == ["GAZ", "EAU_TOT"]
    assert codes("alerts", unclosed="true", **water) == ["EAU_TOT"]
    assert codes("alerts", unclosed="false") == []
    assert client.get(f"{BASE}/alerts", params={"sort": "reason"}).status_code == 422
