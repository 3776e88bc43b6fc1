"""What the outside sees, and who sees it."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection

from tests.conftest import Api
from tests.counting import statements
from tests.helpers import Bus
from tests.indicators.factories import (
    alerts,
    defined,
    definition_in,
    edition,
    measurement_in,
    opened,
    raised,
    reported,
    tell,
)
from tests.world import World

BASE = "/api/v1/indicators"
DEFINITION = definition_in(target=50, alert=100).model_dump(mode="json")


def body(site: object, numerator: str = "120", period: str = "2026-01-01") -> dict[str, str]:
    return {"code": "EAU_TOT", "site_id": str(site), "period": period, "numerator": numerator}


def test_a_coordinator_defines_and_a_site_reports_and_corrects(world: World, api: Api) -> None:
    greta, alice = api(world.greta), api(world.alice)

    definition = greta.post(f"{BASE}/definitions", json=DEFINITION)
    assert definition.status_code == 201
    made = alice.post(f"{BASE}/measurements", json=body(world.lyon))
    assert (made.status_code, made.json()["numerator"]) == (201, "120")
    again = alice.post(f"{BASE}/measurements", json=body(world.lyon))
    assert (again.status_code, again.json()["type"]) == (409, "measurement_exists")

    path = f"{BASE}/measurements/{made.json()['id']}/correct"
    change = {"version": 1, "numerator": "12", "reason": "Mal lu"}
    assert alice.post(path, json=change).json()["reason"] == "Mal lu"
    stale = alice.post(path, json=change)
    assert (stale.status_code, stale.json()["type"]) == (409, "stale_version")
    [listed] = alice.get(f"{BASE}/measurements", params={"place": str(world.lyon)}).json()["items"]
    assert listed["version"] == 2
    query = {"definition_id": definition.json()["id"]}
    assert len(alice.get(f"{BASE}/measurements", params=query).json()["items"]) == 1


def test_out_of_scope_is_404_and_not_allowed_is_403(world: World, api: Api) -> None:
    defined(definition_in())
    tell(raised())
    [alert] = alerts("NC_MAJ_12M")
    close = f"{BASE}/alerts/{alert.id}/close"
    answer = {"version": 1, "reason": "Vu avec le site"}

    assert api(world.bob).post(f"{BASE}/measurements", json=body(world.lyon)).status_code == 403
    assert api(world.bob).post(close, json=answer).status_code == 403
    assert api(world.alice).post(f"{BASE}/definitions", json=DEFINITION).status_code == 403
    assert api(world.adam).get(f"{BASE}/alerts").status_code == 403
    for path, sent in ((f"{BASE}/measurements", body(world.lyon)), (close, answer)):
        assert api(world.charlie).post(path, json=sent).status_code == 404
    assert api(world.charlie).get(f"{BASE}/alerts/{alert.id}").status_code == 404


def test_alerts_are_listed_acknowledged_and_closed(world: World, api: Api) -> None:
    tell(raised())
    alice = api(world.alice)
    query = {"place": str(world.lyon), "status": "raised"}
    [alert] = alice.get(f"{BASE}/alerts", params=query).json()["items"]
    path = f"{BASE}/alerts/{alert['id']}"

    known = alice.post(f"{path}/acknowledge", json={"version": alert["version"]}).json()
    refused = alice.post(f"{path}/close", json={"version": known["version"]})
    assert (refused.status_code, refused.json()["type"]) == (422, "alert_needs_answer")
    ended = {"version": known["version"], "reason": "Plan d'action au comité de mars"}
    assert alice.post(f"{path}/close", json=ended).json()["status"] == "closed"

    assert alice.get(path).json()["reason"] == "Plan d'action au comité de mars"
    assert api(world.charlie).get(f"{BASE}/alerts").json()["items"] == []
    query = {"place": str(world.division)}
    assert len(api(world.greta).get(f"{BASE}/alerts", params=query).json()["items"]) == 1


def rows(client: TestClient, place: object) -> dict[str, Any]:
    answer = client.get(f"{BASE}/scorecard", params={"place": str(place)})
    assert answer.status_code == 200, answer.text
    return {row["definition"]["code"]: row for row in answer.json()}


def test_the_scorecard_shows_the_latest_value_of_each_indicator(world: World, api: Api) -> None:
    tell(opened(on=date(2030, 2, 1)), on=date(2030, 2, 1))
    tell(raised())

    card = rows(api(world.alice), world.lyon)

    assert card["ACT_OPEN"]["latest"]["period"] == "2030-02-01"
    assert card["NC_MAJ_12M"]["latest"]["value"] == "1"
    assert card["NC_MAJ_12M"]["open_alerts"] == 1
    assert rows(api(world.greta), world.group)["NC_MAJ_12M"]["open_alerts"] == 1
    assert sorted(card) == list(card)


@pytest.mark.parametrize("place", ["lille", "division", "group"])
def test_the_scorecard_of_a_place_out_of_scope_does_not_exist(
    world: World, api: Api, place: str
) -> None:
    answer = api(world.alice).get(f"{BASE}/scorecard", params={"place": str(getattr(world, place))})
    assert (answer.status_code, answer.json()["type"]) == (404, "not_found")


def test_a_series_is_bounded_and_runs_over_editions(world: World, api: Api, bus: Bus) -> None:
    definition = defined(definition_in())
    for month in range(1, 4):
        reported(measurement_in("EAU_TOT", month, period=date(2030, month, 1)))
    greta = api(world.greta)
    newer = greta.post(f"{BASE}/definitions/{definition.id}/supersede", json=DEFINITION).json()

    def series(id: object, **query: str) -> list[str]:
        path = f"{BASE}/definitions/{id}/values"
        found = greta.get(path, params={"place": str(world.lyon)} | query).json()
        return [value["period"] for value in found]

    assert series(newer["id"]) == ["2030-01-01", "2030-02-01", "2030-03-01"]
    assert series(definition.id, since="2030-02-20") == ["2030-02-01", "2030-03-01"]
    assert series(definition.id, until="2030-02-20") == ["2030-01-01", "2030-02-01"]
    assert greta.get(f"{BASE}/definitions/{definition.id}").json()["superseded_at"] is not None


def test_by_site_shows_the_sites_that_the_caller_may_see(world: World, api: Api) -> None:
    definition = defined(definition_in())
    for site in (world.lyon, world.lille):
        reported(measurement_in("EAU_TOT", 5, site=site))

    def sites(client: TestClient) -> int:
        path = f"{BASE}/definitions/{definition.id}/by-site"
        return len(client.get(path, params={"period": "2030-03-28"}).json())

    assert (sites(api(world.greta)), sites(api(world.bob))) == (2, 1)


def test_a_code_is_defined_once(world: World, api: Api) -> None:
    greta = api(world.greta)
    assert greta.post(f"{BASE}/definitions", json=DEFINITION).status_code == 201

    again = greta.post(f"{BASE}/definitions", json=DEFINITION)

    assert (again.status_code, again.json()["type"]) == (409, "already_there")
    assert len(greta.get(f"{BASE}/definitions").json()["items"]) == 9
    assert greta.get(f"{BASE}/definitions/{uuid4()}").status_code == 404


@pytest.mark.parametrize("path", ["/scorecard", "/alerts", "/measurements", "/definitions"])
def test_lists_cost_the_same_with_one_row_and_with_many(
    world: World, api: Api, undone: dict[str, Connection], path: str
) -> None:
    client = api(world.greta)

    def cost() -> int:
        with statements(undone["indicators"]) as sent:
            query = {"limit": "200", "place": str(world.lyon)}
            answer = client.get(BASE + path, params=query)
        assert answer.status_code == 200, answer.text
        return len(sent)

    add_some(1)
    few = cost()
    add_some(60)
    assert cost() == few


def add_some(count: int) -> None:
    for index in range(count):
        code = f"X{count}_{index}"
        defined(definition_in(code, target=1, alert=2))
        reported(measurement_in(code, 5))


def test_a_series_costs_the_same_however_long(
    world: World, api: Api, undone: dict[str, Connection]
) -> None:
    client = api(world.greta)
    path = f"{BASE}/definitions/{edition('ACT_OPEN').id}/values"

    def cost() -> int:
        with statements(undone["indicators"]) as sent:
            client.get(path, params={"place": str(world.lyon)})
        return len(sent)

    tell(opened())
    few = cost()
    tell(opened(on=date(2028, 3, 1)))
    assert cost() == few


def test_what_a_site_has_not_reported_is_listed_until_it_has(world: World, api: Api) -> None:
    greta, alice, charlie = api(world.greta), api(world.alice), api(world.charlie)
    greta.post(f"{BASE}/definitions", json=DEFINITION)

    def missing(client: TestClient) -> set[str]:
        rows = client.get(f"{BASE}/unreported").json()
        return {row["site_id"] for row in rows if row["definition_id"] == eau}

    eau = next(
        row["id"]
        for row in greta.get(f"{BASE}/definitions").json()["items"]
        if row["code"] == "EAU_TOT"
    )
    before = alice.get(f"{BASE}/standing").json()
    [row] = [r for r in alice.get(f"{BASE}/unreported").json() if r["definition_id"] == eau]
    assert missing(alice) == {str(world.lyon)}
    assert {str(world.lyon), str(world.lille)} <= missing(greta)
    assert str(world.lyon) not in missing(charlie)

    told = alice.post(f"{BASE}/measurements", json=body(world.lyon, "12", row["period"]))
    assert told.status_code == 201
    assert missing(alice) == set()
    assert str(world.lille) in missing(greta)
    [lyon], [was] = alice.get(f"{BASE}/standing").json() or [{"unreported": 0}], before
    assert was["unreported"] - lyon["unreported"] == 1
