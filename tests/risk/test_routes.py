from tests.conftest import Api
from tests.risk.test_commands import assessed
from tests.world import World

RISKS = "/api/v1/risk/risks"


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
