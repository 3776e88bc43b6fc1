import pytest
from sqlalchemy import Connection

from tests.actions.factories import done_action, open_action, planned_action
from tests.conftest import Api
from tests.counting import statements
from tests.world import WORLD, World

ACTIONS = "/api/v1/actions/actions"
DELAYS = "/api/v1/actions/delays"

STEPS: dict[str, dict[str, object]] = {
    "assign": {"owner_id": str(WORLD.paul.id)},
    "plan": {
        "effectiveness_criterion": "Aucune récidive en trois visites",
        "effectiveness_check_on": "2999-01-01",
    },
    "start": {},
    "done": {"evidence": "Fiche au poste, photo jointe"},
    "verify": {"result": "effective", "statement": "Trois visites faites"},
    "close": {"statement": "Vu en place"},
    "move": {"due_on": "2999-01-01", "reason": "Pièce livrée en retard"},
    "move-decision": {"approved": True},
    "cancel": {"reason": "Atelier fermé"},
}


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


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_from_elsewhere_without_the_right_or_on_an_old_version(
    api: Api, world: World, step: str
) -> None:
    action = open_action()
    path, body = f"{ACTIONS}/{action.id}/{step}", STEPS[step]

    shown, stale = body | {"version": action.version}, body | {"version": action.version + 1}

    assert api(world.charlie).post(path, json=shown).status_code == 404
    assert api(world.bob).post(path, json=shown).status_code == 403
    old = api(world.greta).post(path, json=stale)
    assert (old.status_code, old.json()["type"]) == (409, "stale_version")
    assert old.json()["facts"]["current"]["status"] == "open"


def test_the_list_comes_in_pages_by_due_date(api: Api, world: World) -> None:
    numbers = [open_action(grade).number for grade in ("NC_MIN", "NC_MAJ", "NC_MIN")]
    client = api(world.bob)

    first = client.get(ACTIONS, params={"limit": "2"}).json()
    rest = client.get(ACTIONS, params={"limit": "2", "after": first["next"]}).json()

    shown = [item["number"] for item in first["items"] + rest["items"]]
    assert shown == [numbers[1], numbers[0], numbers[2]]
    assert rest["next"] is None


@pytest.mark.parametrize("query", [{}, {"late": "true"}, {"place": str(WORLD.division)}])
def test_the_list_costs_the_same_with_one_row_and_with_200(
    api: Api, world: World, undone: dict[str, Connection], query: dict[str, str]
) -> None:
    client = api(world.greta)

    def cost() -> int:
        with statements(undone["actions"]) as sent:
            answer = client.get(ACTIONS, params=query | {"limit": "200"})
        assert answer.status_code == 200, answer.text
        return len(sent)

    open_action()
    few = cost()
    for _ in range(199):
        open_action()
    assert cost() == few


def test_a_priority_has_one_current_delay(api: Api, world: World) -> None:
    again = {"code": "P2", "plan_working_days": 5, "completion_days": 45}

    answer = api(world.greta).post(DELAYS, json=again)

    assert (answer.status_code, answer.json()["type"]) == (409, "already_there")


def test_it_tells_where_each_site_stands_and_only_of_ones_own(api: Api, world: World) -> None:
    done_action()
    open_action("NC_MIN")
    path = ACTIONS.replace("/actions/actions", "/actions/standing")

    [lyon] = api(world.greta).get(path).json()
    assert lyon["site_id"] == str(world.lyon)
    assert (lyon["late"], lyon["to_verify"]) == (0, 1)
    assert api(world.greta).get(path, params={"place": str(world.lille)}).json() == []
    assert api(world.charlie).get(path).json() == []
