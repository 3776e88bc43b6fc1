"""How an action comes to be: by hand, from a finding, or with many others from a workbook."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, bindparam, delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert
from uuid_utils.compat import uuid7

from services.actions.commands import cancel, require_worker
from services.actions.errors import PriorityNeedsReason, PriorityNotGiven
from services.actions.events import ActionOpened, ActionsHandedOver, ActionWithdrawn
from services.actions.models import UNDONE, Action, Delay
from services.actions.models import Counter as Numbering
from services.actions.priorities import priority_of
from services.actions.queries import delay_of, owner_for
from services.actions.schemas import ActionIn, ActionType, Origin, Priority, SourceKind
from shared.auth import SYSTEM
from shared.imports import Done, in_parts, those, touched
from shared.work import UnitOfWork, unit_of_work

PRIORITY_OF_GRADE = {"NC_MAJ": Priority.P2, "NC_MIN": Priority.P3}
"""Grades that oblige to act. What else an audit finds does where its body's scale says so."""

TITLES = {
    "NC_MAJ": "Traiter la non-conformité majeure ({process})",
    "NC_MIN": "Traiter la non-conformité mineure ({process})",
    "PS": "Traiter le point sensible ({process})",
    "PP": "Mettre en œuvre la piste de progrès ({process})",
}
FINDING_WITHDRAWN = "Le constat a été retiré."


@dataclass(frozen=True)
class Nonconformity:
    """What is known of a finding that must be answered."""

    finding_id: UUID
    site_id: UUID
    grade: str
    process: str
    raised_on: date
    obliges: bool | None = None


def open_action(uow: UnitOfWork, data: ActionIn) -> Action:
    known = uow.find(Action, data.id)
    if known is not None:
        return known
    action = new_action(uow, data, delay_of(uow, settled_priority(data)))
    require_worker(uow, data.owner_id, data.site_id)
    return enter_action(uow, action)


def settled_priority(data: ActionIn) -> Priority:
    """What was chosen, unless the rating gives another and no reason says why; else the rating."""
    if data.gravity is None or data.recurrence is None:
        if data.priority is None:
            raise PriorityNotGiven
        return data.priority
    proposed = priority_of(data.gravity, data.recurrence)
    if data.priority not in (None, proposed) and not data.priority_reason:
        raise PriorityNeedsReason(proposed=proposed, priority=data.priority)
    return data.priority or proposed


def new_action(
    uow: UnitOfWork, data: ActionIn, delay: Delay, origin: Origin = Origin.MANUAL
) -> Action:
    """An action as it would be opened today, without a number yet."""
    values = data.model_dump(exclude={"due_on", "priority"}, exclude_none=True)
    action = Action(**values, priority=settled_priority(data), origin=origin)
    uow.require_scope(action)
    action.open(delay, uow.now.date(), data.due_on)
    return action


def enter_actions(uow: UnitOfWork, actions: Sequence[Action], done: Done) -> None:
    """Open many at once. Each owner is told of all that is theirs at a site together."""
    numbering = Counter((action.site_id, action.opened_on.year) for action in actions)
    numbers = {key: _reserved(*key, count) for key, count in numbering.items()}
    for action in actions:
        year = action.opened_on.year
        action.number = _number(year, next(numbers[action.site_id, year]))
    for part in in_parts(actions, done):
        uow.add_all(part)
        uow.publish_all([(_opened(action), action) for action in part])
    given = Counter((a.owner_id, a.site_id) for a in actions if a.owner_id is not None)
    uow.publish_all(
        [
            (ActionsHandedOver(owner_id=owner, site_id=site, count=count), None)
            for (owner, site), count in given.items()
        ]
    )


def withdraw_actions(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Take actions back that were entered by mistake. The history keeps that they were there."""
    actions = uow.session.scalars(uow.select(Action).where(those(Action.id, ids))).all()
    uow.publish_all([(_withdrawn(action), action) for action in actions])
    uow.session.execute(
        delete(Action).where(those(Action.id, ids)),
        execution_options={"synchronize_session": False},
    )


def answer_finding(uow: UnitOfWork, found: Nonconformity) -> Action | None:
    """Open the corrective action that a nonconformity calls for, with who answers for it."""
    priority = PRIORITY_OF_GRADE.get(found.grade, Priority.P4 if found.obliges else None)
    if priority is None:
        return None
    action = Action(
        site_id=found.site_id,
        title=TITLES[found.grade].format(process=found.process),
        type=ActionType.CORRECTIVE,
        priority=priority,
        origin=Origin.AUDIT,
        source_kind=SourceKind.AUDIT,
        source_id=found.finding_id,
        finding_id=found.finding_id,
        process=found.process,
        owner_id=owner_for(uow, found.site_id, found.process, found.raised_on),
    )
    action.open(delay_of(uow, priority), found.raised_on)
    return enter_action(uow, action)


def withdraw_answer(uow: UnitOfWork, finding_id: UUID) -> None:
    """A finding was taken back: so is its action, or it is cancelled once somebody took it up."""
    actions = uow.session.scalars(uow.select(Action).where(Action.finding_id == finding_id)).all()
    for action in actions:
        if not touched(uow, [action.id]):
            withdraw_actions(uow, [action.id])
        elif action.status in UNDONE:
            cancel(uow, action, FINDING_WITHDRAWN)


def enter_action(uow: UnitOfWork, action: Action) -> Action:
    """Give the action its number, and tell of it."""
    year = action.opened_on.year
    action.number = _number(year, next(_next_numbers(uow, action.site_id, year)))
    uow.add(action)
    uow.publish(_opened(action), about=action)
    return action


def _opened(action: Action) -> ActionOpened:
    return ActionOpened(
        action_id=action.id,
        site_id=action.site_id,
        number=action.number,
        finding_id=action.finding_id,
        type=action.type,
        priority=action.priority,
        owner_id=action.owner_id,
        opened_on=action.opened_on,
        due_on=action.due_on,
        origin=action.origin,
        source_kind=action.source_kind,
        source_id=action.source_id,
    )


def _withdrawn(action: Action) -> ActionWithdrawn:
    where = {"action_id": action.id, "site_id": action.site_id}
    return ActionWithdrawn(opened_on=action.opened_on, **where)


def _number(year: int, count: int) -> str:
    return f"A-{year}-{count:04}"


def _reserved(site_id: UUID, year: int, count: int) -> Iterator[int]:
    """Numbers taken at once: nobody waits for one until a long import ends."""
    with unit_of_work("actions", SYSTEM) as alone:
        return _next_numbers(alone, site_id, year, count)


def _next_numbers(uow: UnitOfWork, site_id: UUID, year: int, count: int = 1) -> Iterator[int]:
    """Count up in one statement: two at once wait for each other and get numbers of their own."""
    row = {"id": uuid7(), "site_id": site_id, "year": year, "last": count, "version": 1}
    last = int(uow.session.execute(_counted(), row | {"count": count}).scalar_one())
    return iter(range(last - count + 1, last + 1))


@cache
def _counted() -> ReturningInsert[Any]:
    same = [Numbering.site_id, Numbering.year]
    more = bindparam("count", type_=Integer)
    row = insert(Numbering).on_conflict_do_update(
        index_elements=same, set_={"last": Numbering.last + more}
    )
    return row.returning(Numbering.last)
