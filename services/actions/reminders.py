"""What people are reminded of, step by step: each step once, however often the clock strikes."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from services.actions.events import ActionDueSoon, ActionOverdue, EffectCheckDue
from services.actions.models import Action
from services.actions.queries import due_soon, late_below, unchecked_below
from shared.events import Event
from shared.work import UnitOfWork

BEFORE: Final = timedelta(days=7)
LADDER: Final = ((1, 1), (2, 15), (3, 30))
"""Steps of telling about a late action, and after how many days: owner and superior, coordinator
of the site, group."""

CHECKS: Final = ((1, 0), (2, 15))
"""The same for an effect that waits to be checked, both for the coordinators."""

TOLD_AT_ONCE = 500


def remind_of_deadlines(uow: UnitOfWork) -> int:
    """Remind owners a week ahead, once for each deadline that was further away when they got it."""

    def reminded(action: Action) -> Event:
        action.reminded_of = action.due_on
        return ActionDueSoon(
            action_id=action.id,
            site_id=action.site_id,
            number=action.number,
            owner_id=action.owner_id,
            due_on=action.due_on,
        )

    return _tell(uow, lambda: due_soon(uow, BEFORE, TOLD_AT_ONCE), reminded)


def announce_overdue(uow: UnitOfWork) -> int:
    """Climb the ladder: each step of each late action is told once, however often this runs."""
    told = 0
    for level, days in reversed(LADDER):

        def late(action: Action, level: int = level) -> Event:
            action.overdue_level = level
            return _overdue(uow, action)

        def waiting(level: int = level, days: int = days) -> Sequence[Action]:
            return late_below(uow, level, days, TOLD_AT_ONCE)

        told += _tell(uow, waiting, late)
    return told


def announce_checks(uow: UnitOfWork) -> int:
    """Say of which done actions the effect is to be checked now, and of which it long was."""
    told = 0
    for level, days in reversed(CHECKS):

        def due(action: Action, level: int = level) -> Event:
            action.check_level = level
            return _check_due(action)

        def waiting(level: int = level, days: int = days) -> Sequence[Action]:
            return unchecked_below(uow, level, days, TOLD_AT_ONCE)

        told += _tell(uow, waiting, due)
    return told


def _tell(
    uow: UnitOfWork, waiting: Callable[[], Sequence[Action]], said: Callable[[Action], Event]
) -> int:
    told = 0
    while actions := waiting():
        uow.publish_all([(said(action), action) for action in actions])
        told += len(actions)
    return told


def _overdue(uow: UnitOfWork, action: Action) -> ActionOverdue:
    return ActionOverdue(
        action_id=action.id,
        site_id=action.site_id,
        number=action.number,
        owner_id=action.owner_id,
        due_on=action.due_on,
        days_late=(uow.now.date() - action.due_on).days,
        level=action.overdue_level,
    )


def _check_due(action: Action) -> EffectCheckDue:
    assert action.effectiveness_check_on is not None  # noqa: S101  the query asks for a day
    return EffectCheckDue(
        action_id=action.id,
        site_id=action.site_id,
        number=action.number,
        check_on=action.effectiveness_check_on,
        level=action.check_level,
    )
