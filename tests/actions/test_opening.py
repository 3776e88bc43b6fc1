"""Actions that people open by hand, and what must be settled before the work starts."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.actions import commands, opening
from services.actions.errors import ActionHasNoOwner, CheckDateNotAhead, EffectivenessNotPlanned
from services.actions.events import ActionAssigned, ActionOpened
from services.actions.models import Action
from services.actions.schemas import (
    ActionIn,
    ActionType,
    AssignIn,
    DoneIn,
    Origin,
    Priority,
    StartIn,
)
from shared.auth import SYSTEM, Actor, Grant
from shared.work import clock, unit_of_work
from tests.actions.factories import RAISED, plan_in, verdict
from tests.conftest import Api, Work
from tests.helpers import Bus
from tests.world import WORLD, World, id_of

ACTIONS = "/api/v1/actions/actions"


def action_in(**changes: Any) -> ActionIn:  # noqa: ANN401
    values: dict[str, Any] = {
        "site_id": WORLD.lyon,
        "title": "Éclairer l'allée des presses",
        "type": ActionType.IMPROVEMENT,
        "priority": Priority.P4,
        "owner_id": WORLD.paul.id,
    }
    return ActionIn.model_validate(values | changes)


def opened(**changes: Any) -> Action:  # noqa: ANN401
    with unit_of_work("actions", WORLD.alice, permission="actions:progress") as uow:
        return opening.open_action(uow, action_in(**changes))


def ownerless() -> Action:
    """Nobody owns a process at Brest, and nobody coordinates the site."""
    found = opening.Nonconformity(id_of("a finding"), WORLD.brest, "NC_MAJ", "PROD", RAISED)
    with unit_of_work("actions", SYSTEM) as uow:
        action = opening.answer_finding(uow, found)
    assert action is not None
    return action


def test_an_action_opened_by_hand_has_the_delays_of_its_priority(world: World, bus: Bus) -> None:
    action = opened()

    today = clock().date()
    assert (action.origin, action.finding_id, action.opened_on) == (Origin.MANUAL, None, today)
    assert action.due_on >= today + timedelta(days=180)
    [event] = bus.published(ActionOpened)
    assert (event.number, event.owner_id) == (action.number, world.paul.id)


def test_an_action_sent_twice_is_opened_once(world: World, bus: Bus) -> None:
    first = opened(id=id_of("an action"))

    again = opened(id=id_of("an action"))

    assert (again.id, again.number) == (first.id, first.number)
    assert len(bus.published(ActionOpened)) == 1


def test_an_action_for_another_site_is_not_opened(world: World, api: Api) -> None:
    body = action_in().model_dump(mode="json", exclude_none=True)
    reads_here = Actor(
        id_of("both"),
        "Both",
        (
            Grant("reader", frozenset({world.lyon})),
            Grant("contributor", frozenset({world.lille})),
        ),
    )

    for actor, status in ((world.charlie, 404), (reads_here, 403), (world.bob, 403)):
        assert api(actor).post(ACTIONS, json=body).status_code == status

    assert api(world.greta).get(ACTIONS).json()["items"] == []


def test_an_owner_is_somebody_who_may_work_on_it(world: World, api: Api) -> None:
    body = action_in(owner_id=world.bob.id).model_dump(mode="json", exclude_none=True)

    answer = api(world.alice).post(ACTIONS, json=body)

    assert (answer.status_code, answer.json()["type"]) == (422, "owner_may_not_work")


def test_where_nobody_answers_the_action_is_to_be_assigned_first(
    world: World, work: Work, bus: Bus
) -> None:
    action = ownerless()
    assert bus.published(ActionOpened)[0].owner_id is None

    with work("actions", world.greta, "actions:progress") as uow:
        action = commands.plan_action(uow, action.id, plan_in(action))
        with pytest.raises(ActionHasNoOwner):
            commands.start_action(uow, action.id, StartIn(version=action.version))
        to_hugo = AssignIn(owner_id=world.hugo.id, version=action.version)
        action = commands.assign_action(uow, action.id, to_hugo)
        commands.start_action(uow, action.id, StartIn(version=action.version))

    assert [event.owner_id for event in bus.published(ActionAssigned)] == [world.hugo.id]


@pytest.mark.parametrize("day", [date(2020, 1, 1), clock().date()])
def test_the_effect_is_checked_on_a_day_to_come(world: World, work: Work, day: date) -> None:
    action = opened()
    plan = plan_in(action, effectiveness_check_on=day)

    with work("actions", world.paul, "actions:progress") as uow, pytest.raises(CheckDateNotAhead):
        commands.plan_action(uow, action.id, plan)


def test_an_action_without_effect_is_planned_anew_also_without_a_cause(
    world: World, work: Work
) -> None:
    action = opened()
    with work("actions", world.paul, "actions:progress") as uow:
        action = commands.plan_action(uow, action.id, plan_in(action, root_cause=""))
        action = commands.start_action(uow, action.id, StartIn(version=action.version))
        done = DoneIn(evidence="Rampe posée le matin", version=action.version)
        action = commands.declare_done(uow, action.id, done)
    with work("actions", world.alice, "actions:verify") as uow:
        commands.verify_action(uow, action.id, verdict(action, effective=False))

    again = StartIn(version=action.version + 1)
    with (
        work("actions", world.paul, "actions:progress") as uow,
        pytest.raises(EffectivenessNotPlanned),
    ):
        commands.start_action(uow, action.id, again)
