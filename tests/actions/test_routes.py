from tests.actions.factories import open_action, planned_action
from tests.conftest import Api
from tests.world import World

ACTIONS = "/api/v1/actions/actions"


def test_the_list_shows_the_own_site_and_no_other(api: Api, world: World) -> None:
    action = open_action()

    [shown] = api(world.bob).get(ACTIONS).json()["items"]

    assert (shown["id"], shown["number"]) == (str(action.id), "A-2026-0001")
    assert api(world.charlie).get(ACTIONS).json()["items"] == []
    assert api(world.charlie).get(f"{ACTIONS}/{action.id}").status_code == 404


def test_the_list_narrows_to_a_place_an_owner_and_what_is_late(api: Api, world: World) -> None:
    open_action()
    client = api(world.greta)

    def count(**query: str) -> int:
        return len(client.get(ACTIONS, params=query).json()["items"])

    assert count(place=str(world.division)) == count(place=str(world.lyon)) == 1
    assert count(place=str(world.lille)) == 0
    assert count(owner_id=str(world.paul.id)) == 1
    assert count(owner_id=str(world.alice.id)) == 0
    assert count(late="true") == 0
    assert count(due_before="2999-01-01") == 1
    assert count(status="done") == 0


def test_a_reader_may_look_and_not_touch(api: Api, world: World) -> None:
    action = planned_action()
    body = {"version": action.version}

    assert api(world.bob).post(f"{ACTIONS}/{action.id}/start", json=body).status_code == 403
    assert api(world.paul).post(f"{ACTIONS}/{action.id}/start", json=body).status_code == 200


def test_delays_are_superseded_and_never_edited(api: Api, world: World) -> None:
    client = api(world.greta)
    delays = {d["code"]: d for d in client.get("/api/v1/actions/delays").json()["items"]}
    assert (delays["P2"]["plan_working_days"], delays["P2"]["completion_days"]) == (10, 60)
    stricter = {"code": "P2", "plan_working_days": 5, "completion_days": 45}
    path = f"/api/v1/actions/delays/{delays['P2']['id']}"

    made = client.post(f"{path}/supersede", json=stricter)
    again = client.post(f"{path}/supersede", json=stricter)

    assert (made.status_code, made.json()["edition"]) == (201, 2)
    assert (again.status_code, again.json()["type"]) == (409, "already_superseded")
    assert client.get(path).json()["completion_days"] == 60
    assert api(world.alice).post(f"{path}/supersede", json=stricter).status_code == 403


def test_an_action_keeps_the_delays_it_was_opened_with(api: Api, world: World) -> None:
    before = open_action()
    client = api(world.greta)
    [p2] = [d for d in client.get("/api/v1/actions/delays").json()["items"] if d["code"] == "P2"]
    stricter = {"code": "P2", "plan_working_days": 5, "completion_days": 45}
    client.post(f"/api/v1/actions/delays/{p2['id']}/supersede", json=stricter)

    after = open_action()

    assert before.due_on > after.due_on
    assert before.delay_id != after.delay_id
