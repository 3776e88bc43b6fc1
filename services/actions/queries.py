from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy import Row, Select, and_, func, not_

from services.actions.models import FINISHED, UNDONE, Action, Delay
from services.actions.schemas import ActionStatus, Priority
from shared.auth import matrix
from shared.catalogue import current_edition
from shared.dated import Dated
from shared.directory import holders, within
from shared.schemas import Day
from shared.work import UnitOfWork

SOON = timedelta(days=30)
ACTIONS_BY: Final = (Action.due_on, Action.number, Action.title, Action.priority)
"""What a reader may have the list go by."""
DATED: Final = (
    Dated(
        "action_due",
        Action,
        Action.due_on,
        Action.title,
        Action.owner_id,
        Action.status.in_(UNDONE),
        Action.status.in_(UNDONE),
        Action.number,
    ),
    Dated(
        "effect_check",
        Action,
        Action.effectiveness_check_on,
        Action.title,
        Action.owner_id,
        Action.status.not_in(FINISHED),
        Action.status == ActionStatus.DONE,
        Action.number,
    ),
)
"""What a calendar shows of actions. Before an action is done, its effect cannot be checked late."""
COORDINATORS = ("site_coordinator", "group_coordinator")


@dataclass(frozen=True)
class Filters:
    """What the list of actions can be narrowed to."""

    place: UUID | None = None
    status: ActionStatus | None = None
    owner_id: UUID | None = None
    finding_id: UUID | None = None
    late: bool | None = None
    due_before: Day | None = None


Filtered = Annotated[Filters, Depends()]


def actions(uow: UnitOfWork, wanted: Filters) -> Select[Action]:
    found = uow.select(Action)
    if wanted.place is not None:
        found = found.where(within(uow, Action, wanted.place))
    if wanted.late is not None:
        is_late = and_(Action.due_on < uow.now.date(), Action.status.in_(UNDONE))
        found = found.where(is_late if wanted.late else not_(is_late))
    if wanted.due_before is not None:
        found = found.where(Action.due_on < wanted.due_before, Action.status.in_(UNDONE))
    exact = (
        (Action.status, wanted.status),
        (Action.owner_id, wanted.owner_id),
        (Action.finding_id, wanted.finding_id),
    )
    return found.where(*(column == value for column, value in exact if value is not None))


def standing(uow: UnitOfWork, place: UUID | None) -> Sequence[Row[UUID, int, int, int]]:
    """Where each site stands that has something to do, in one statement."""
    today = uow.now.date()
    undone = Action.status.in_(UNDONE)
    counted = (
        func.count().filter(undone, Action.due_on < today).label("late"),
        func.count().filter(undone, Action.due_on.between(today, today + SOON)).label("due_soon"),
        func.count().filter(Action.status == ActionStatus.DONE).label("to_verify"),
    )
    rows = actions(uow, Filters(place)).where(Action.status.not_in(FINISHED))
    columns = rows.with_only_columns(Action.site_id, *counted)
    return uow.session.execute(columns.group_by(Action.site_id)).all()


def delay_of(uow: UnitOfWork, priority: Priority) -> Delay:
    return current_edition(uow, Delay, priority.value)


def owner_for(uow: UnitOfWork, site_id: UUID, process: str, day: date) -> UUID | None:
    """Who answers: the owner of that process here, else of no named one, else a coordinator."""
    owners = holders(uow, "process_owner", site_id, day)
    for wanted in (process, None):
        for row in owners:
            if row.process == wanted:
                return UUID(str(row.person_id))
    coordinators = holders(uow, "site_coordinator", site_id, day)
    return UUID(str(coordinators[0].person_id)) if coordinators else None


def holds_one_of(uow: UnitOfWork, person_id: UUID, roles: Sequence[str], site_id: UUID) -> bool:
    day = uow.now.date()
    return any(
        row.person_id == person_id for role in roles for row in holders(uow, role, site_id, day)
    )


def may_work(uow: UnitOfWork, person_id: UUID, site_id: UUID) -> bool:
    """Whether somebody could own an action here: they hold a role that works on actions."""
    roles = [role for role, gives in matrix().items() if "actions:progress" in gives]
    return holds_one_of(uow, person_id, roles, site_id)


def late_below(uow: UnitOfWork, level: int, days: int, limit: int) -> Sequence[Action]:
    """Actions so many days late of which this step of the ladder was not told yet."""
    late = uow.select(Action).where(
        Action.status.in_(UNDONE),
        Action.due_on <= uow.now.date() - timedelta(days=days),
        Action.overdue_level < level,
    )
    return uow.session.scalars(late.order_by(Action.id).limit(limit).with_for_update()).all()
