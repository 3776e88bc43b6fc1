"""When a deadline may move, who decides, and what the clock tells of it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.actions import commands, opening, queries, reminders
from services.actions.errors import ActionFinished, DeadlineNotLater, NoMoveAsked
from services.actions.events import ActionMoved, ActionOverdue
from services.actions.models import Action
from services.actions.schemas import CancelIn, DoneIn, MoveDecisionIn, MoveIn
from shared.auth import SYSTEM
from shared.errors import StaleVersion
from shared.work import unit_of_work
from tests.actions.factories import done_action, open_action, started_action, verified_action
from tests.helpers import Bus
from tests.world import WORLD, World, id_of


def at(day: date) -> datetime:
    return datetime.combine(day, time(5, 10), UTC)


def ask(action: Action, due_on: date, on: date, seen: int | None = None) -> Action:
    version = seen or action.version
    data = MoveIn(due_on=due_on, reason="Pièce livrée en retard", version=version)
    with unit_of_work("actions", WORLD.paul, permission="actions:progress", now=at(on)) as uow:
        return commands.ask_to_move(uow, action.id, data)


def decide(action: Action, on: date, *, approved: bool = True, seen: int | None = None) -> Action:
    why = "" if approved else "La pièce est arrivée"
    version = seen or action.version
    data = MoveDecisionIn(approved=approved, decision=why, version=version)
    with unit_of_work("actions", WORLD.alice, permission="actions:verify", now=at(on)) as uow:
        return commands.decide_move(uow, action.id, data)


def run_job(on: date) -> int:
    with unit_of_work("actions", SYSTEM, now=at(on)) as uow:
        return reminders.announce_overdue(uow)


def test_moves_are_counted_and_the_first_deadline_stays(world: World, bus: Bus) -> None:
    action = open_action()
    first = action.due_on

    for days in (30, 60):
        due = first + timedelta(days=days)
        action = decide(ask(action, due, on=first), on=first)
        assert (action.due_on, action.due_on_initial) == (due, first)

    assert [event.moves for event in bus.published(ActionMoved)] == [1, 2]
    assert (action.asked_reason, action.asked_by) == ("", None)


def test_a_late_action_is_not_moved_to_a_day_gone_by(world: World) -> None:
    action = open_action()
    march = action.due_on + timedelta(days=60)

    for day in (action.due_on + timedelta(days=1), march):
        with pytest.raises(DeadlineNotLater, match=str(march)):
            ask(action, day, on=march)


def test_a_wish_that_waited_too_long_can_only_be_refused(world: World, bus: Bus) -> None:
    action = open_action()
    wanted = action.due_on + timedelta(days=10)
    asked = ask(action, wanted, on=action.due_on)

    with pytest.raises(DeadlineNotLater):
        decide(asked, on=wanted)

    assert decide(asked, on=wanted, approved=False).moves == 0
    assert bus.published(ActionMoved) == []


def test_a_wish_is_decided_on_the_version_that_was_shown(world: World) -> None:
    action = open_action()
    asked = ask(action, action.due_on + timedelta(days=10), on=action.due_on)

    with pytest.raises(StaleVersion):
        decide(asked, on=action.due_on, seen=asked.version - 1)


def test_what_is_done_waits_for_no_later_deadline(world: World) -> None:
    started = started_action()
    asked = ask(started, started.due_on + timedelta(days=10), on=started.due_on)
    done = DoneIn(evidence="Fiche au poste, photo jointe", version=asked.version)
    with unit_of_work("actions", world.paul, permission="actions:progress") as uow:
        action = commands.declare_done(uow, asked.id, done)

    with pytest.raises(NoMoveAsked):
        decide(action, on=action.due_on)


def test_a_cancelled_action_has_no_deadline_to_move(world: World) -> None:
    action = open_action()
    asked = ask(action, action.due_on + timedelta(days=10), on=action.due_on)
    cancel = CancelIn(reason="Atelier fermé", version=asked.version)
    with unit_of_work("actions", world.alice, permission="actions:progress") as uow:
        action = commands.cancel_action(uow, asked.id, cancel)

    with pytest.raises(NoMoveAsked):
        decide(action, on=action.due_on)
    with pytest.raises(ActionFinished):
        ask(action, action.due_on + timedelta(days=10), on=action.due_on)


def test_the_job_says_nothing_twice(world: World, bus: Bus) -> None:
    first, second = open_action(), open_action()
    late = first.due_on + timedelta(days=1)

    assert (run_job(late), run_job(late)) == (2, 0)

    assert {event.action_id for event in bus.published(ActionOverdue)} == {first.id, second.id}


def test_the_job_tells_of_all_however_many(
    world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "TOLD_AT_ONCE", 2)
    actions = [open_action() for _ in range(5)]

    assert run_job(actions[0].due_on + timedelta(days=1)) == 5

    assert len(bus.published(ActionOverdue)) == 5


def test_a_moved_deadline_can_be_missed_anew(world: World, bus: Bus) -> None:
    action = open_action()
    missed = action.due_on + timedelta(days=1)
    run_job(missed)
    asked = ask(action, missed + timedelta(days=9), on=missed, seen=action.version + 1)
    moved = decide(asked, on=missed)

    assert run_job(moved.due_on) == 0
    assert run_job(moved.due_on + timedelta(days=1)) == 1

    assert [event.level for event in bus.published(ActionOverdue)] == [1, 1]


def test_an_action_without_effect_keeps_its_deadline_and_is_late(world: World, bus: Bus) -> None:
    action = verified_action(effective=False)

    assert (action.due_on, action.overdue_level) == (action.due_on_initial, 0)
    assert run_job(action.due_on + timedelta(days=20)) == 1
    assert [event.level for event in bus.published(ActionOverdue)] == [2]


def test_late_is_what_is_past_its_day_and_not_done(world: World) -> None:
    waiting, under_way, done = open_action(), started_action(), done_action()

    def late(on: date, *, only: bool = True) -> set[str]:
        wanted = queries.Filters(late=only)
        with unit_of_work("actions", world.bob, permission="actions:read", now=at(on)) as uow:
            return {action.number for action in uow.session.scalars(queries.actions(uow, wanted))}

    assert late(waiting.due_on) == set()
    day_after = waiting.due_on + timedelta(days=1)
    assert late(day_after) == {waiting.number, under_way.number}
    assert late(day_after, only=False) == {done.number}


def test_a_deadline_that_would_fall_on_a_sunday_falls_on_the_monday(world: World) -> None:
    day = date(2027, 2, 10)
    found = opening.Nonconformity(id_of("finding"), world.lyon, "NC_MAJ", "PROD", day)

    with unit_of_work("actions", SYSTEM) as uow:
        action = opening.answer_finding(uow, found)

    assert action is not None
    assert (day + timedelta(days=60)).isoweekday() == 7
    assert action.due_on == action.due_on_initial == day + timedelta(days=61)
