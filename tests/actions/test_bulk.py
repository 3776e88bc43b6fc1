"""Several actions chosen in the list: each passes its gates alone, and none stops another."""

from uuid import uuid4

import pytest
from sqlalchemy import Connection

from services.actions import commands
from services.actions.events import ActionAssigned, ActionCancelled
from services.actions.models import Action
from services.actions.schemas import AssignManyIn, CancelManyIn
from shared.bulk_schemas import Outcome
from shared.errors import StaleVersion
from shared.schemas import LARGEST_PAGE
from shared.work import unit_of_work
from tests.actions.factories import done_action, open_action, planned_action
from tests.conftest import Api
from tests.counting import statements
from tests.helpers import Bus, together
from tests.world import WORLD

ASSIGN = "/api/v1/actions/bulk/actions/assign"
CANCEL = "/api/v1/actions/bulk/actions/cancel"
REASON = "Atelier fermé depuis mars"
FEW, MORE = 2, 12


def rows(*actions: Action) -> dict[str, int]:
    return {str(action.id): action.version for action in actions}


def status_of(api: Api, action: Action) -> str:
    status: str = api(WORLD.greta).get(f"/api/v1/actions/actions/{action.id}").json()["status"]
    return status


def test_all_the_chosen_are_done_each_with_its_own_event(api: Api, bus: Bus) -> None:
    chosen = [open_action() for _ in range(3)]
    body = {"rows": rows(*chosen), "owner_id": str(WORLD.alice.id)}

    answer = api(WORLD.alice).post(ASSIGN, json=body)

    assert answer.status_code == 200
    assert {one["id"] for one in answer.json()} == {str(action.id) for action in chosen}
    assert all(one["refused"] is None for one in answer.json())
    told = bus.envelopes(ActionAssigned)
    assert {envelope.subject for envelope in told} == {action.id for action in chosen}
    assert {envelope.correlationid for envelope in told} == {a.correlation_id for a in chosen}


def test_what_is_refused_stays_and_says_why_while_the_rest_is_done(api: Api, bus: Bus) -> None:
    fits, over, changed = open_action(), done_action(), open_action()
    body = {"rows": rows(fits, over, changed) | {str(changed.id): changed.version - 1}}

    answer = api(WORLD.alice).post(CANCEL, json=body | {"reason": REASON})

    assert answer.status_code == 200
    told = {one["id"]: one for one in answer.json()}
    assert told[str(fits.id)]["refused"] is None
    assert told[str(over.id)]["refused"]["type"] == "action_finished"
    assert told[str(over.id)]["name"] == f"{over.number} {over.title}"
    assert told[str(over.id)]["site_id"] == str(WORLD.lyon)
    assert told[str(changed.id)]["refused"]["type"] == "stale_version"
    assert [status_of(api, one) for one in (fits, over, changed)] == ["cancelled", "done", "open"]
    assert [event.action_id for event in bus.published(ActionCancelled)] == [fits.id]


def test_the_reason_is_kept_with_each_of_them(api: Api) -> None:
    chosen = [open_action(), open_action()]
    body = {"rows": rows(*chosen), "reason": REASON}

    api(WORLD.alice).post(CANCEL, json=body)

    for action in chosen:
        kept = api(WORLD.alice).get(f"/api/v1/actions/history/{action.id}").json()["items"][0]
        assert (kept["reason"], kept["version"]) == (REASON, action.version + 1)


def test_when_none_can_be_done_the_answer_is_a_refusal_that_names_them_all(
    api: Api, bus: Bus
) -> None:
    over = [done_action(), done_action()]

    answer = api(WORLD.alice).post(CANCEL, json={"rows": rows(*over), "reason": REASON})

    assert (answer.status_code, answer.json()["type"]) == (409, "action_finished")
    named = {one["name"] for one in answer.json()["facts"]["rows"]}
    assert named == {f"{action.number} {action.title}" for action in over}
    assert bus.published(ActionCancelled) == []


def test_another_sites_action_among_them_is_told_like_one_that_does_not_exist(api: Api) -> None:
    here, nowhere = open_action(), uuid4()
    body = {"rows": rows(here) | {str(nowhere): 1}, "reason": REASON}

    answers = [api(who).post(CANCEL, json=body) for who in (WORLD.charlie, WORLD.alice)]

    assert answers[0].status_code == 404
    for one in answers[0].json()["facts"]["rows"]:
        assert (one["name"], one["site_id"]) == ("", None)
        assert one["refused"]["type"] == "not_found"
        assert set(one["refused"]["facts"]) == {"kind", "id"}
    left = {one["id"]: one["refused"] is not None for one in answers[1].json()}
    assert left == {str(here.id): False, str(nowhere): True}


def test_who_works_on_actions_without_leading_the_site_is_refused_each(api: Api) -> None:
    chosen = [open_action(), planned_action()]
    body = {"rows": rows(*chosen), "owner_id": str(WORLD.paul.id)}

    answer = api(WORLD.paul).post(ASSIGN, json=body)

    assert (answer.status_code, answer.json()["type"]) == (403, "not_your_action")
    assert api(WORLD.bob).post(ASSIGN, json=body).status_code == 403


def test_an_owner_who_may_not_work_there_gets_none(api: Api) -> None:
    body = {"rows": rows(open_action()), "owner_id": str(WORLD.charlie.id)}

    answer = api(WORLD.alice).post(ASSIGN, json=body)

    assert (answer.status_code, answer.json()["type"]) == (422, "owner_may_not_work")


def test_no_row_and_more_than_a_page_of_rows_are_refused(api: Api) -> None:
    many = {str(uuid4()): 1 for _ in range(LARGEST_PAGE + 1)}

    for chosen in ({}, many):
        answer = api(WORLD.alice).post(CANCEL, json={"rows": chosen, "reason": REASON})
        assert answer.status_code == 422
        assert answer.json()["facts"]["errors"][0]["field"] == "rows"


def test_a_row_costs_the_same_however_many_are_chosen(
    api: Api, undone: dict[str, Connection]
) -> None:
    client = api(WORLD.alice)
    costs = []
    for most in (FEW, FEW + 1, MORE):
        body = {"rows": rows(*(open_action() for _ in range(most))), "reason": REASON}
        with statements(undone["actions"]) as asked:
            assert client.post(CANCEL, json=body).status_code == 200
        costs.append(len(asked))

    each = costs[1] - costs[0]
    assert costs[2] - costs[0] == each * (MORE - FEW)
    assert each <= 8


@pytest.mark.usefixtures("own_database")
def test_two_who_choose_the_same_at_once_do_each_once_and_never_wait_for_each_other() -> None:
    chosen = [open_action() for _ in range(6)]
    versions = {action.id: action.version for action in chosen}

    def assign(order: list[Action]) -> list[Outcome]:
        data = AssignManyIn(
            rows={action.id: versions[action.id] for action in order}, owner_id=WORLD.alice.id
        )
        with unit_of_work("actions", WORLD.alice, permission="actions:progress") as uow:
            return commands.assign_many(uow, data)

    told = together(*[lambda: assign(chosen), lambda: assign(chosen[::-1])] * 3)

    done = [one for answer in told if isinstance(answer, list) for one in answer]
    assert {type(answer) for answer in told} <= {list, StaleVersion}
    assert sorted(one.id for one in done if one.refused is None) == sorted(versions)
    assert len(Bus().envelopes(ActionAssigned)) == len(chosen)


@pytest.mark.usefixtures("own_database")
def test_of_cancelling_and_assigning_at_once_one_comes_first_for_each() -> None:
    chosen = [open_action() for _ in range(4)]
    versions = {action.id: action.version for action in chosen}

    def assign() -> list[Outcome]:
        with unit_of_work("actions", WORLD.alice, permission="actions:progress") as uow:
            wanted = AssignManyIn(rows=versions, owner_id=WORLD.alice.id)
            return commands.assign_many(uow, wanted)

    def cancel() -> list[Outcome]:
        with unit_of_work("actions", WORLD.alice, permission="actions:progress") as uow:
            return commands.cancel_many(uow, CancelManyIn(rows=versions, reason=REASON))

    told = together(assign, cancel)

    assert {type(answer) for answer in told} == {list, StaleVersion}
