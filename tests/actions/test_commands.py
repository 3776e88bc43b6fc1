from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from services.actions import commands, opening
from services.actions.errors import (
    ActionFinished,
    ActionNotDone,
    ActionNotInProgress,
    ActionNotOpen,
    DeadlineNotLater,
    EffectivenessNotPlanned,
    MoveAlreadyAsked,
    NoMoveAsked,
    NotYourAction,
    OwnerMayNotWork,
    RootCauseMissing,
)
from services.actions.events import (
    ActionCancelled,
    ActionMoved,
    ActionOpened,
    ActionStarted,
    ActionVerified,
)
from services.actions.schemas import (
    ActionIn,
    ActionStatus,
    ActionType,
    AssignIn,
    CancelIn,
    DoneIn,
    MoveDecisionIn,
    MoveIn,
    Priority,
    StartIn,
)
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.signing import OwnProcess, OwnWork
from tests.actions.factories import (
    RAISED,
    done_action,
    open_action,
    plan_in,
    planned_action,
    started_action,
    verdict,
    verified_action,
)
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import World, id_of


def test_a_major_nonconformity_is_answered_by_who_owns_the_process(world: World, bus: Bus) -> None:
    action = open_action("NC_MAJ")

    assert (action.owner_id, action.priority) == (world.paul.id, Priority.P2)
    assert (action.type, action.opened_on) == (ActionType.CORRECTIVE, RAISED)
    [event] = bus.published(ActionOpened)
    assert (event.action_id, event.owner_id) == (action.id, world.paul.id)


def test_its_delays_count_working_days_and_end_on_one(world: World) -> None:
    action = open_action("NC_MAJ")

    assert action.plan_due_on == date(2026, 11, 23)
    assert action.due_on == action.due_on_initial == date(2027, 1, 5)


def test_a_minor_nonconformity_leaves_more_time(world: World) -> None:
    action = open_action("NC_MIN")

    assert (action.priority, action.due_on) == (Priority.P3, date(2027, 2, 4))


def test_without_an_owner_of_the_process_the_coordinator_answers(world: World) -> None:
    assert open_action(process="LOG").owner_id == world.alice.id


@pytest.mark.parametrize("grade", ["PF", "PP", "PS"])
def test_what_is_no_nonconformity_opens_no_action(
    world: World, work: Work, bus: Bus, grade: str
) -> None:
    with pytest.raises(AssertionError):
        open_action(grade)

    assert bus.published(ActionOpened) == []


def test_actions_of_a_site_are_numbered_in_a_row(world: World) -> None:
    assert [open_action().number for _ in range(3)] == ["A-2026-0001", "A-2026-0002", "A-2026-0003"]


def test_no_work_starts_before_its_effect_can_be_judged(world: World, work: Work, bus: Bus) -> None:
    action = open_action()

    with (
        work("actions", world.paul, "actions:progress") as uow,
        pytest.raises(EffectivenessNotPlanned),
    ):
        commands.start_action(uow, action.id, StartIn(version=action.version))

    assert bus.published(ActionStarted) == []


def test_no_corrective_work_starts_without_a_cause(world: World, work: Work) -> None:
    action = open_action()

    with work("actions", world.paul, "actions:progress") as uow:
        action = commands.plan_action(uow, action.id, plan_in(action, root_cause=""))
        with pytest.raises(RootCauseMissing):
            commands.start_action(uow, action.id, StartIn(version=action.version))


def test_somebody_elses_action_is_not_mine_to_start(world: World, work: Work) -> None:
    action = open_action(process="LOG")

    with work("actions", world.paul, "actions:progress") as uow, pytest.raises(NotYourAction):
        commands.plan_action(uow, action.id, plan_in(action))


def test_a_coordinator_may_do_it_for_the_owner(world: World, work: Work) -> None:
    action = planned_action()

    with work("actions", world.alice, "actions:progress") as uow:
        started = commands.start_action(uow, action.id, StartIn(version=action.version))

    assert started.status is ActionStatus.IN_PROGRESS


def test_a_step_is_taken_on_the_version_that_was_shown(world: World, work: Work) -> None:
    action = planned_action()

    with work("actions", world.paul, "actions:progress") as uow, pytest.raises(StaleVersion):
        commands.start_action(uow, action.id, StartIn(version=action.version - 1))


def test_an_action_is_not_done_before_it_started(world: World, work: Work) -> None:
    action = planned_action()
    done = DoneIn(evidence="Déjà fait, vraiment", version=action.version)

    with work("actions", world.paul, "actions:progress") as uow, pytest.raises(ActionNotInProgress):
        commands.declare_done(uow, action.id, done)


def test_the_doer_does_not_judge_the_effect(world: World, work: Work, bus: Bus) -> None:
    action = started_action()
    with work("actions", world.alice, "actions:progress") as uow:
        done = DoneIn(evidence="Fait pour Paul", version=action.version)
        action = commands.declare_done(uow, action.id, done)

    with work("actions", world.alice, "actions:verify") as uow, pytest.raises(OwnWork):
        commands.verify_action(uow, action.id, verdict(action))

    assert bus.published(ActionVerified) == []


def test_the_owner_does_not_judge_the_effect(world: World, work: Work) -> None:
    action = open_action(process="LOG")
    assert action.owner_id == world.alice.id

    with work("actions", world.alice, "actions:verify") as uow, pytest.raises(OwnWork):
        commands.verify_action(uow, action.id, verdict(action))


def test_who_owns_the_process_does_not_judge_the_effect(
    world: World, work: Work, give_prod_to_diane: Callable[[], None]
) -> None:
    action = done_action()
    give_prod_to_diane()

    with work("actions", world.diane, "actions:verify") as uow, pytest.raises(OwnProcess):
        commands.verify_action(uow, action.id, verdict(action))


def test_nothing_is_judged_before_it_is_done(world: World, work: Work) -> None:
    action = started_action()

    with work("actions", world.alice, "actions:verify") as uow, pytest.raises(ActionNotDone):
        commands.verify_action(uow, action.id, verdict(action))


def test_a_process_owner_is_refused_by_name_of_the_permission(world: World, work: Work) -> None:
    action = done_action()

    with (
        work("actions", world.paul, "actions:verify") as uow,
        pytest.raises(Forbidden, match="actions:verify"),
    ):
        commands.verify_action(uow, action.id, verdict(action))


def test_another_sites_action_does_not_exist(world: World, work: Work) -> None:
    action = done_action()

    with work("actions", world.charlie, "actions:verify") as uow, pytest.raises(NotFound):
        commands.verify_action(uow, action.id, verdict(action))


def test_an_effective_action_is_finished(world: World, work: Work, bus: Bus) -> None:
    action = verified_action(effective=True)

    assert (action.status, action.verified_by) == (ActionStatus.EFFECTIVE, world.alice.id)
    [event] = bus.published(ActionVerified)
    assert (event.effective, event.finding_id) == (True, action.finding_id)

    cancel = CancelIn(reason="Devenue inutile", version=action.version)
    with work("actions", world.alice, "actions:progress") as uow, pytest.raises(ActionFinished):
        commands.cancel_action(uow, action.id, cancel)


def test_an_ineffective_action_is_open_again_and_its_cause_unknown(world: World, bus: Bus) -> None:
    action = verified_action(effective=False)

    assert (action.status, action.failures) == (ActionStatus.OPEN, 1)
    assert (action.root_cause, action.done_on) == ("", None)
    assert not bus.published(ActionVerified)[0].effective


def move_in(action: Any, days: int = 30) -> MoveIn:  # noqa: ANN401  an action
    return MoveIn(
        due_on=action.due_on + timedelta(days=days),
        reason="Pièce livrée en retard",
        version=action.version,
    )


def test_a_deadline_moves_with_a_reason_and_somebody_elses_approval(
    world: World, work: Work, bus: Bus
) -> None:
    action = open_action()
    initial = action.due_on
    with work("actions", world.paul, "actions:progress") as uow:
        action = commands.ask_to_move(uow, action.id, move_in(action))
        assert action.due_on == initial

    with work("actions", world.alice, "actions:verify") as uow:
        approve = MoveDecisionIn(approved=True, version=action.version)
        action = commands.decide_move(uow, action.id, approve)

    assert (action.due_on, action.moves) == (initial + timedelta(days=30), 1)
    assert action.due_on_initial == initial
    assert bus.published(ActionMoved)[0].moves == 1


def test_nobody_approves_the_deadline_they_asked_for(world: World, work: Work, bus: Bus) -> None:
    action = open_action()
    with work("actions", world.alice, "actions:progress") as uow:
        action = commands.ask_to_move(uow, action.id, move_in(action))

    approve = MoveDecisionIn(approved=True, version=action.version)
    with work("actions", world.alice, "actions:verify") as uow, pytest.raises(OwnWork):
        commands.decide_move(uow, action.id, approve)

    assert bus.published(ActionMoved) == []


def test_a_deadline_only_moves_later_and_one_wish_at_a_time(world: World, work: Work) -> None:
    action = open_action()

    with work("actions", world.paul, "actions:progress") as uow:
        with pytest.raises(DeadlineNotLater):
            commands.ask_to_move(uow, action.id, move_in(action, days=0))
        action = commands.ask_to_move(uow, action.id, move_in(action))
        with pytest.raises(MoveAlreadyAsked):
            commands.ask_to_move(uow, action.id, move_in(action))


def test_nothing_is_decided_that_nobody_asked_for(world: World, work: Work) -> None:
    action = open_action()

    approve = MoveDecisionIn(approved=True, version=action.version)
    with work("actions", world.alice, "actions:verify") as uow, pytest.raises(NoMoveAsked):
        commands.decide_move(uow, action.id, approve)


def test_a_refused_wish_leaves_the_deadline_and_is_over(world: World, work: Work) -> None:
    action = open_action()
    initial = action.due_on
    with work("actions", world.paul, "actions:progress") as uow:
        action = commands.ask_to_move(uow, action.id, move_in(action))

    with work("actions", world.alice, "actions:verify") as uow:
        refuse = MoveDecisionIn(
            approved=False, decision="La pièce est arrivée", version=action.version
        )
        action = commands.decide_move(uow, action.id, refuse)

    assert (action.due_on, action.moves, action.asked_due_on) == (initial, 0, None)


def test_only_a_coordinator_gives_an_action_to_somebody_else(world: World, work: Work) -> None:
    action = open_action()
    to_greta = AssignIn(owner_id=world.greta.id, version=action.version)

    with work("actions", world.paul, "actions:progress") as uow, pytest.raises(NotYourAction):
        commands.assign_action(uow, action.id, to_greta)

    with work("actions", world.alice, "actions:progress") as uow:
        assert commands.assign_action(uow, action.id, to_greta).owner_id == world.greta.id


@pytest.mark.parametrize("name", ["nobody", "bob", "charlie"])
def test_an_action_is_given_to_somebody_who_may_work_on_it(
    world: World, work: Work, name: str
) -> None:
    action = open_action()
    given = AssignIn(owner_id=id_of(name), version=action.version)

    with work("actions", world.alice, "actions:progress") as uow, pytest.raises(OwnerMayNotWork):
        commands.assign_action(uow, action.id, given)


def test_a_done_action_is_not_given_away(world: World, work: Work) -> None:
    action = done_action()
    to_greta = AssignIn(owner_id=world.greta.id, version=action.version)

    with work("actions", world.alice, "actions:progress") as uow, pytest.raises(ActionNotOpen):
        commands.assign_action(uow, action.id, to_greta)


def test_its_owner_does_not_cancel_an_action(world: World, work: Work, bus: Bus) -> None:
    action = open_action()
    cancel = CancelIn(reason="Atelier fermé", version=action.version)

    with work("actions", world.paul, "actions:progress") as uow, pytest.raises(NotYourAction):
        commands.cancel_action(uow, action.id, cancel)

    assert bus.published(ActionCancelled) == []


def test_a_cancelled_action_says_why(world: World, work: Work, bus: Bus) -> None:
    action = open_action()
    with work("actions", world.alice, "actions:progress") as uow:
        cancel = CancelIn(reason="Atelier fermé", version=action.version)
        action = commands.cancel_action(uow, action.id, cancel)

    assert (action.status, action.cancelled_for) == (ActionStatus.CANCELLED, "Atelier fermé")
    assert bus.published(ActionCancelled)[0].finding_id == action.finding_id


def test_an_action_by_hand_that_is_sent_twice_is_opened_once(
    world: World, work: Work, bus: Bus
) -> None:
    data = ActionIn(
        id=id_of("an action"),
        site_id=world.lyon,
        title="Repeindre les allées",
        type=ActionType.IMPROVEMENT,
        priority=Priority.P4,
        owner_id=world.paul.id,
    )
    with work("actions", world.alice, "actions:progress") as uow:
        first = opening.open_action(uow, data)
        assert opening.open_action(uow, data).id == first.id

    assert len(bus.published(ActionOpened)) == 1
