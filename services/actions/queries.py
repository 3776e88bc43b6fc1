from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import Row, Select, and_, func, not_

from services.actions.models import FINISHED, UNDONE, Action, Delay, Move
from services.actions.schemas import ActionStatus, ActionType, MoveState, Priority, SourceKind
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
    contributor_id: UUID | None = None
    type: ActionType | None = None
    source_kind: SourceKind | None = None
    source_id: UUID | None = None
    objective: Annotated[str | None, Query(max_length=200)] = None
    moved: bool | None = None
    move_asked: bool | None = None
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
    if wanted.contributor_id is not None:
        found = found.where(Action.contributor_ids.contains([wanted.contributor_id]))
    if wanted.moved is not None:
        found = found.where((Action.moves > 0) == wanted.moved)
    if wanted.move_asked is not None:
        found = found.where(Action.asked_due_on.is_not(None) == wanted.move_asked)
    exact = (
        (Action.status, wanted.status),
        (Action.owner_id, wanted.owner_id),
        (Action.finding_id, wanted.finding_id),
        (Action.type, wanted.type),
        (Action.source_kind, wanted.source_kind),
        (Action.source_id, wanted.source_id),
        (Action.objective, wanted.objective),
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


def moves_of(uow: UnitOfWork, action_id: UUID) -> Select[Move]:
    return uow.select(Move).where(Move.action_id == action_id)


def move_asked(uow: UnitOfWork, action: Action) -> Move | None:
    """The wish that nobody decided yet: there is one at most, the action being locked."""
    waiting = moves_of(uow, action.id).where(Move.state == MoveState.ASKED)
    return uow.session.scalar(waiting)


def due_soon(uow: UnitOfWork, before: timedelta, limit: int) -> Sequence[Action]:
    """Actions whose deadline is near, and was not so from the start, of which nobody was told."""
    today = uow.now.date()
    near = uow.select(Action).where(
        Action.status.in_(UNDONE),
        Action.due_on.between(today, today + before),
        Action.opened_on <= Action.due_on - before.days,
        Action.reminded_of.is_distinct_from(Action.due_on),
    )
    return uow.session.scalars(near.order_by(Action.id).limit(limit).with_for_update()).all()


def unchecked_below(uow: UnitOfWork, level: int, days: int, limit: int) -> Sequence[Action]:
    """Done actions whose effect was to be checked so many days ago, of which this was not told."""
    due = uow.select(Action).where(
        Action.status == ActionStatus.DONE,
        Action.effectiveness_check_on <= uow.now.date() - timedelta(days=days),
        Action.check_level < level,
    )
    return uow.session.scalars(due.order_by(Action.id).limit(limit).with_for_update()).all()


def late_below(uow: UnitOfWork, level: int, days: int, limit: int) -> Sequence[Action]:
    """Actions so many days late of which this step of the ladder was not told yet."""
    late = uow.select(Action).where(
        Action.status.in_(UNDONE),
        Action.due_on <= uow.now.date() - timedelta(days=days),
        Action.overdue_level < level,
    )
    return uow.session.scalars(late.order_by(Action.id).limit(limit).with_for_update()).all()
