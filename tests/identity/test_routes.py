from tests.conftest import Api
from tests.world import World

IDENTITY = "/api/v1/identity"


def test_a_person_sees_the_own_places_and_what_is_above_them(api: Api, world: World) -> None:
    answer = api(world.alice).get(f"{IDENTITY}/nodes").json()

    names = [node["name"] for node in answer["items"]]
    assert names == ["Division Nord-Sud", "Groupe Essai", "Lyon"]


def test_a_group_coordinator_sees_the_whole_tree(api: Api, world: World) -> None:
    assert len(api(world.greta).get(f"{IDENTITY}/nodes").json()["items"]) == 6


def test_what_is_right_below_a_place_and_how_many_are_below_each(api: Api, world: World) -> None:
    client = api(world.greta)
    group = client.get(f"{IDENTITY}/nodes", params={"ids": str(world.group)}).json()["items"]
    below = client.get(f"{IDENTITY}/nodes", params={"parent_id": str(world.division)}).json()

    assert [node["below"] for node in group] == [2]
    assert [(node["name"], node["below"]) for node in below["items"]] == [("Lille", 0), ("Lyon", 0)]


def test_who_sees_one_site_counts_one_below_its_division(api: Api, world: World) -> None:
    client = api(world.alice)
    shown = client.get(f"{IDENTITY}/nodes").json()["items"]
    below = client.get(f"{IDENTITY}/nodes", params={"parent_id": str(world.division)}).json()
    foreign = client.get(f"{IDENTITY}/nodes", params={"ids": str(world.lille)}).json()

    assert {node["name"]: node["below"] for node in shown} == {
        "Groupe Essai": 1,
        "Division Nord-Sud": 1,
        "Lyon": 0,
    }
    assert [node["name"] for node in below["items"]] == ["Lyon"]
    assert foreign["items"] == []


def test_the_places_that_pages_name_are_the_own_ones_without_work_units(
    api: Api, world: World
) -> None:
    oven = {"kind": "work_unit", "parent_id": str(world.lyon), "name": "Four 3"}
    assert api(world.alice).post(f"{IDENTITY}/nodes", json=oven).status_code == 201

    own = api(world.alice).get(f"{IDENTITY}/places").json()

    assert [place["name"] for place in own] == ["Division Nord-Sud", "Groupe Essai", "Lyon"]
    assert own[2]["path"] == [str(world.group), str(world.division), str(world.lyon)]
    assert len(api(world.greta).get(f"{IDENTITY}/places").json()) == 6


def test_a_person_sees_colleagues_and_nobody_of_another_site(api: Api, world: World) -> None:
    answer = api(world.bob).get(f"{IDENTITY}/people").json()

    names = {person["name"] for person in answer["items"]}
    assert {"Alice", "Bob", "Paul", "Diane", "Greta"} <= names
    assert not names & {"Charlie", "Anna"}


def test_me_tells_what_i_may(api: Api, world: World) -> None:
    me = api(world.diane).get(f"{IDENTITY}/me").json()

    assert me["name"] == "Diane"
    assert "audit:conduct" in me["permissions"]
    assert "audit:plan" not in me["permissions"]
    assert me["grants"][0]["node_name"] == "Lyon"


def test_adding_people_is_for_coordinators(api: Api, world: World) -> None:
    new = {"name": "Nouvelle", "email": "nouvelle@example.org"}

    assert api(world.diane).post(f"{IDENTITY}/people", json=new).status_code == 403
    assert api(world.adam).post(f"{IDENTITY}/people", json=new).status_code == 403
    assert api(world.greta).post(f"{IDENTITY}/people", json=new).status_code == 201


def test_a_field_we_do_not_know_is_told_not_ignored(api: Api, world: World) -> None:
    new = {"name": "Nouvelle", "email": "nouvelle@example.org", "active": False}

    refused = api(world.greta).post(f"{IDENTITY}/people", json=new)

    assert refused.status_code == 422
    assert refused.json()["facts"]["errors"][0]["field"] == "active"


def test_pages_follow_each_other_without_gap_or_overlap(api: Api, world: World) -> None:
    client = api(world.greta)
    seen: list[str] = []
    after = None
    while True:
        query = {"limit": "2"} | ({"after": after} if after else {})
        answer = client.get(f"{IDENTITY}/people", params=query).json()
        seen += [person["name"] for person in answer["items"]]
        after = answer["next"]
        if after is None:
            break

    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 9


def test_a_page_is_at_most_two_hundred_and_its_address_is_ours(api: Api, world: World) -> None:
    client = api(world.greta)

    assert client.get(f"{IDENTITY}/people?limit=201").status_code == 422
    assert client.get(f"{IDENTITY}/people?after=nonsense").json()["type"] == "bad_cursor"


def test_without_a_token_only_the_public_doors_open(api: Api, world: World) -> None:
    client = api(world.bob)
    client.headers.pop("Authorization")

    assert client.get(f"{IDENTITY}/health").json()["status"] == "live"
    for door in ("/me", "/nodes", "/people", "/grants", "/openapi.json", "/metrics"):
        assert client.get(f"{IDENTITY}{door}").status_code == 401, door


def test_the_description_of_a_service_is_for_anyone_signed_in(api: Api, world: World) -> None:
    described = api(world.bob).get(f"{IDENTITY}/openapi.json").json()

    assert described["info"]["title"] == "identity"
    assert described["servers"] == [{"url": IDENTITY}]
    assert "/people" in described["paths"]


def test_metrics_are_for_operators(api: Api, world: World) -> None:
    assert api(world.greta).get(f"{IDENTITY}/metrics").status_code == 403
    assert "qse_outbox_unsent" in api(world.adam).get(f"{IDENTITY}/metrics").text


def test_a_body_over_the_limit_is_refused(api: Api, world: World) -> None:
    huge = {"name": "x" * 1_100_000, "email": "x@example.org"}

    assert api(world.greta).post(f"{IDENTITY}/people", json=huge).status_code == 413


def test_the_callers_correlation_id_comes_back(api: Api, world: World) -> None:
    story = "0190f5a0-0000-7000-8000-000000000001"

    answer = api(world.bob).get(f"{IDENTITY}/me", headers={"X-Correlation-ID": story})

    assert answer.headers["x-correlation-id"] == story
