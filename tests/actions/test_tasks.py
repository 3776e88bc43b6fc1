from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.actions import reminders
from services.actions.events import ActionDueSoon, ActionOverdue, EffectCheckDue
from services.actions.models import Action
from services.actions.schemas import ActionType
from services.actions.tasks import tasks
from shared.auth import SYSTEM
from shared.work import UnitOfWork, unit_of_work
from tests.actions.factories import done_action, open_action, typed_action
from tests.helpers import Bus
from tests.world import World

JOB = "actions.announce_overdue_actions"


def announce(action: Action, days_late: int) -> None:
    day = action.due_on + timedelta(days=days_late)
    with unit_of_work("actions", SYSTEM) as uow:
        noon = uow.now.replace(year=day.year, month=day.month, day=day.day)
    with unit_of_work("actions", SYSTEM, now=noon) as uow:
        reminders.announce_overdue(uow)


def test_the_ladder_is_climbed_step_by_step_and_each_step_told_once(world: World, bus: Bus) -> None:
    action = open_action()

    for days_late in (0, 1, 2, 14, 15, 16, 29, 30, 31, 300):
        announce(action, days_late)

    told = [(event.level, event.days_late) for event in bus.published(ActionOverdue)]
    assert told == [(1, 1), (2, 15), (3, 30)]


def test_an_action_found_very_late_is_told_to_the_top_at_once(world: World, bus: Bus) -> None:
    announce(open_action(), 90)

    assert [event.level for event in bus.published(ActionOverdue)] == [3]


def test_what_is_done_is_not_late(world: World, bus: Bus) -> None:
    announce(done_action(), 90)

    assert bus.published(ActionOverdue) == []


def test_a_clock_that_strikes_twice_fires_once(world: World, bus: Bus) -> None:
    assert tasks.fire(JOB)
    assert not tasks.fire(JOB)


def strike(job: Callable[[UnitOfWork], int], day: date) -> int:
    with unit_of_work("actions", SYSTEM, now=datetime.combine(day, time(5), UTC)) as uow:
        return job(uow)


def test_the_owner_is_reminded_a_week_ahead_and_once_for_each_deadline(
    world: World, bus: Bus
) -> None:
    due = open_action().due_on

    ahead = [due - timedelta(days=days) for days in (8, 7, 7, 6, 0)]
    assert [strike(reminders.remind_of_deadlines, day) for day in ahead] == [0, 1, 0, 0, 0]

    assert [event.due_on for event in bus.published(ActionDueSoon)] == [due]


def test_nobody_is_reminded_of_what_was_near_from_the_start(world: World, bus: Bus) -> None:
    action = typed_action(ActionType.CONTAINMENT, priority="P1")

    assert strike(reminders.remind_of_deadlines, action.opened_on) == 0


def test_an_effect_to_check_is_told_on_its_day_and_once_more_long_after(
    world: World, bus: Bus
) -> None:
    check = done_action().effectiveness_check_on
    assert check is not None

    days = [check + timedelta(days=days) for days in (-1, 0, 0, 14, 15, 15, 90)]
    assert [strike(reminders.announce_checks, day) for day in days] == [0, 1, 0, 0, 1, 0, 0]

    assert [event.level for event in bus.published(EffectCheckDue)] == [1, 2]


@pytest.mark.parametrize("name", ["remind_of_deadlines", "announce_checks_of_effect"])
def test_each_of_these_clocks_fires_once_too(world: World, name: str) -> None:
    assert tasks.fire(f"actions.{name}")
    assert not tasks.fire(f"actions.{name}")
