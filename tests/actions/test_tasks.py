from datetime import timedelta

from services.actions import reminders
from services.actions.events import ActionOverdue
from services.actions.models import Action
from services.actions.tasks import tasks
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.actions.factories import done_action, open_action
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
