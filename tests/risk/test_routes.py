from sqlalchemy import Connection

from tests.conftest import Api
from tests.counting import statements
from tests.risk.test_commands import assessed, method_in, risk_in
from tests.world import World

RISKS = "/api/v1/risk/risks"
METHODS = "/api/v1/risk/methods"


def test_the_register_narrows_to_a_place_and_a_level(api: Api, world: World) -> None:
    assessed(4, 3)
    assessed(1, 1)
    client = api(world.greta)

    def count(**query: str) -> int:
        return len(client.get(RISKS, params=query).json()["items"])

    assert (count(), count(level="4"), count(level="2")) == (2, 1, 0)
    assert (count(place=str(world.division)), count(place=str(world.lille))) == (2, 0)


def test_the_register_shows_no_other_site(api: Api, world: World) -> None:
    risk = assessed()

    assert api(world.charlie).get(RISKS).json()["items"] == []
    assert api(world.charlie).get(f"{RISKS}/{risk.id}").status_code == 404


def test_the_group_grid_is_there_from_the_start(api: Api, world: World) -> None:
    [method] = api(world.bob).get("/api/v1/risk/methods").json()["items"]

    assert (method["code"], method["scale"], method["escalation_level"]) == ("GP4", 4, 4)


def test_a_risk_is_entered_and_rated_where_one_may(api: Api, world: World) -> None:
    body = risk_in().model_dump(mode="json", exclude_none=True)

    assert api(world.charlie).post(RISKS, json=body).status_code == 404
    assert api(world.bob).post(RISKS, json=body).status_code == 403
    made = api(world.paul).post(RISKS, json=body)
    assert (made.status_code, made.json()["initial_level"]) == (201, 2)

    path = f"{RISKS}/{made.json()['id']}"
    rating = {"residual": {"gravity": 2, "probability": 1}, "measures": "Carter fixe"}
    shown = rating | {"version": made.json()["version"]}
    assert api(world.charlie).post(f"{path}/residual", json=shown).status_code == 404
    assert api(world.bob).post(f"{path}/residual", json=shown).status_code == 403
    rated = api(world.paul).post(f"{path}/residual", json=shown)
    assert (rated.status_code, rated.json()["residual_level"]) == (200, 1)
    stale = api(world.paul).post(f"{path}/residual", json=shown)
    assert (stale.status_code, stale.json()["type"]) == (409, "stale_version")


def test_a_rating_off_the_scale_and_an_unjustified_method_are_told(api: Api, world: World) -> None:
    paul = api(world.paul)
    off = risk_in(7, 1).model_dump(mode="json", exclude_none=True)
    unjustified = risk_in().model_dump(mode="json", exclude_none=True) | {"method_reason": "Bof"}

    refused = paul.post(RISKS, json=off)
    assert (refused.status_code, refused.json()["type"]) == (422, "rating_off_scale")
    assert refused.json()["facts"] == {"method": "GP4", "scale": 4, "rating": 7}
    refused = paul.post(RISKS, json=unjustified)
    assert [e["field"] for e in refused.json()["facts"]["errors"]] == ["method_reason"]


def test_methods_are_superseded_by_the_group_alone(api: Api, world: World) -> None:
    body = method_in([1, 10]).model_dump(mode="json")
    greta = api(world.greta)

    assert api(world.alice).post(METHODS, json=body).status_code == 403
    made = greta.post(METHODS, json=body).json()
    again = greta.post(METHODS, json=body)
    assert (again.status_code, again.json()["type"]) == (409, "already_there")
    path = f"{METHODS}/{made['id']}"
    assert api(world.alice).post(f"{path}/supersede", json=body).status_code == 403
    assert greta.post(f"{path}/supersede", json=body).json()["edition"] == 2
    late = greta.post(f"{path}/supersede", json=body)
    assert (late.status_code, late.json()["type"]) == (409, "already_superseded")
    assert greta.get(path).json()["superseded_at"] is not None
    codes = [(m["code"], m["edition"]) for m in greta.get(METHODS).json()["items"]]
    assert codes == [("GP4", 1), ("GP5", 2)]


def test_the_register_costs_the_same_with_one_risk_and_with_200(
    api: Api, world: World, undone: dict[str, Connection]
) -> None:
    client = api(world.greta)
    query = {"limit": "200", "place": str(world.lyon), "level": "2"}

    def cost() -> int:
        with statements(undone["risk"]) as sent:
            answer = client.get(RISKS, params=query)
        assert answer.status_code == 200, answer.text
        return len(sent)

    assessed()
    few = cost()
    for _ in range(199):
        assessed()
    assert cost() == few
