"""What can be done to an action. Each function is one change and the event that tells of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningInsert
from uuid_utils.compat import uuid7

from services.actions.calendar import add_working_days, working_day_from
from services.actions.errors import NotYourAction, OwnerMayNotWork
from services.actions.events import (
    ActionAssigned,
    ActionCancelled,
    ActionDone,
    ActionMoved,
    ActionOpened,
    ActionOverdue,
    ActionStarted,
    ActionVerified,
)
from services.actions.models import Action, Counter
from services.actions.queries import (
    COORDINATORS,
    delay_of,
    holds_one_of,
    late_below,
    may_work,
    owner_for,
)
from services.actions.schemas import (
    ActionIn,
    ActionType,
    AssignIn,
    CancelIn,
    DoneIn,
    MoveDecisionIn,
    MoveIn,
    Origin,
    PlanIn,
    Priority,
    StartIn,
    VerifyIn,
)
from shared.schemas import Meaning
from shared.signing import require_other_hands, signing
from shared.work import UnitOfWork

PRIORITY_OF_GRADE = {"NC_MAJ": Priority.P2, "NC_MIN": Priority.P3}
"""Grades that oblige to act. What else an audit finds is answered without a corrective action."""

TITLES = {
    "NC_MAJ": "Traiter la non-conformité majeure ({process})",
    "NC_MIN": "Traiter la non-conformité mineure ({process})",
}

LADDER = ((1, 1), (2, 15), (3, 30))
"""Steps of telling about a late action, and after how many days: owner, coordinator, group."""

TOLD_AT_ONCE = 500


@dataclass(frozen=True)
class Nonconformity:
    """What is known of a finding that must be answered."""

    finding_id: UUID
    site_id: UUID
    grade: str
    process: str
    raised_on: date


def open_action(uow: UnitOfWork, data: ActionIn) -> Action:
    known = uow.find(Action, data.id)
    if known is not None:
        return known
    values = data.model_dump(exclude_none=True)
    action = Action(**values, origin=Origin.MANUAL)
    uow.require_scope(action)
    _require_worker(uow, data.owner_id, data.site_id)
    return _open(uow, action, uow.now.date())


def answer_finding(uow: UnitOfWork, found: Nonconformity) -> Action | None:
    """Open the corrective action that a nonconformity calls for, with who answers for it."""
    priority = PRIORITY_OF_GRADE.get(found.grade)
    if priority is None:
        return None
    action = Action(
        site_id=found.site_id,
        title=TITLES[found.grade].format(process=found.process),
        type=ActionType.CORRECTIVE,
        priority=priority,
        origin=Origin.AUDIT,
        finding_id=found.finding_id,
        process=found.process,
        owner_id=owner_for(uow, found.site_id, found.process, found.raised_on),
    )
    return _open(uow, action, found.raised_on)


def assign_action(uow: UnitOfWork, action_id: UUID, data: AssignIn) -> Action:
    action = uow.get(Action, action_id, lock=True, seen=data)
    _require_coordinator(uow, action)
    _require_worker(uow, data.owner_id, action.site_id)
    action.assign(data.owner_id)
    event = ActionAssigned(
        action_id=action.id,
        site_id=action.site_id,
        number=action.number,
        owner_id=data.owner_id,
        due_on=action.due_on,
    )
    uow.publish(event, about=action)
    return action


def plan_action(uow: UnitOfWork, action_id: UUID, data: PlanIn) -> Action:
    """Settle the cause, and how the effect will be judged, before the work starts."""
    action = _mine(uow, action_id, data)
    action.plan(data, today=uow.now.date())
    uow.session.flush()
    return action


def start_action(uow: UnitOfWork, action_id: UUID, data: StartIn) -> Action:
    action = _mine(uow, action_id, data)
    action.start()
    uow.publish(ActionStarted(action_id=action.id, site_id=action.site_id), about=action)
    return action


def declare_done(uow: UnitOfWork, action_id: UUID, data: DoneIn) -> Action:
    action = _mine(uow, action_id, data)
    today = uow.now.date()
    action.declare_done(by=uow.actor.id, on=today, evidence=data.evidence)
    event = ActionDone(
        action_id=action.id, site_id=action.site_id, number=action.number, done_on=today
    )
    uow.publish(event, about=action)
    return action


def verify_action(uow: UnitOfWork, action_id: UUID, data: VerifyIn) -> Action:
    """Judge the effect: somebody who neither owns nor did it, nor owns the process."""
    today = uow.now.date()
    with signing(uow, Action, action_id, data, Meaning.VERIFIED) as action:
        done_on = action.done_on
        action.verify(uow.actor.id, today, data.statement, effective=data.effective)
    event = ActionVerified(
        action_id=action.id,
        site_id=action.site_id,
        finding_id=action.finding_id,
        effective=data.effective,
        status=action.status,
        verified_on=today,
        done_on=done_on or today,
    )
    uow.publish(event, about=action)
    return action


def ask_to_move(uow: UnitOfWork, action_id: UUID, data: MoveIn) -> Action:
    action = _mine(uow, action_id, data)
    uow.because(data.reason)
    action.ask_to_move(data, by=uow.actor.id, today=uow.now.date())
    uow.session.flush()
    return action


def decide_move(uow: UnitOfWork, action_id: UUID, data: MoveDecisionIn) -> Action:
    action = uow.get(Action, action_id, lock=True, seen=data)
    action.require_move_asked()
    require_other_hands(uow, action.label, [action.asked_by])
    uow.because(action.asked_reason)
    action.decide_move(today=uow.now.date(), approved=data.approved)
    if data.approved:
        event = ActionMoved(
            action_id=action.id, site_id=action.site_id, due_on=action.due_on, moves=action.moves
        )
        uow.publish(event, about=action)
    uow.session.flush()
    return action


def cancel_action(uow: UnitOfWork, action_id: UUID, data: CancelIn) -> Action:
    action = uow.get(Action, action_id, lock=True, seen=data)
    _require_coordinator(uow, action)
    uow.because(data.reason)
    action.cancel(data.reason)
    event = ActionCancelled(
        action_id=action.id,
        site_id=action.site_id,
        finding_id=action.finding_id,
        cancelled_on=uow.now.date(),
    )
    uow.publish(event, about=action)
    return action


def announce_overdue(uow: UnitOfWork) -> int:
    """Climb the ladder: each step of each late action is told once, however often this runs."""
    told = 0
    for level, days in reversed(LADDER):
        while late := late_below(uow, level, days, TOLD_AT_ONCE):
            for action in late:
                action.overdue_level = level
            uow.publish_all([(_overdue(uow, action), action) for action in late])
            told += len(late)
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


def action_for_evidence(uow: UnitOfWork, action_id: UUID) -> Action:
    """Files are added until the action is over; who judges its effect sees what was done."""
    action = _mine(uow, action_id)
    action.require_unfinished()
    return action


def _open(uow: UnitOfWork, action: Action, day: date) -> Action:
    """Give the action its number and its delays, and tell of it."""
    delay = delay_of(uow, action.priority)
    due = working_day_from(day + timedelta(days=delay.completion_days))
    action.delay_id = delay.id
    action.opened_on = day
    action.plan_due_on = add_working_days(day, delay.plan_working_days)
    action.due_on = action.due_on_initial = due
    action.number = f"A-{day.year}-{_next_number(uow, action.site_id, day.year):04}"
    uow.add(action)
    event = ActionOpened(
        action_id=action.id,
        site_id=action.site_id,
        number=action.number,
        finding_id=action.finding_id,
        type=action.type,
        priority=action.priority,
        owner_id=action.owner_id,
        opened_on=day,
        due_on=due,
    )
    uow.publish(event, about=action)
    return action


def _next_number(uow: UnitOfWork, site_id: UUID, year: int) -> int:
    """Count up in one statement: two at once wait for each other and get two numbers."""
    first = {"id": uuid7(), "site_id": site_id, "year": year, "last": 1, "version": 1}
    return int(uow.session.execute(_counted(), first).scalar_one())


@cache
def _counted() -> ReturningInsert[Any]:
    same = [Counter.site_id, Counter.year]
    row = insert(Counter).on_conflict_do_update(
        index_elements=same, set_={"last": Counter.last + 1}
    )
    return row.returning(Counter.last)


def _mine(
    uow: UnitOfWork, action_id: UUID, data: PlanIn | StartIn | DoneIn | MoveIn | None = None
) -> Action:
    """An action its owner works on; a coordinator of the site may do so for them."""
    action = uow.get(Action, action_id, lock=True, seen=data)
    if action.owner_id != uow.actor.id:
        _require_coordinator(uow, action)
    return action


def _require_coordinator(uow: UnitOfWork, action: Action) -> None:
    if not holds_one_of(uow, uow.actor.id, COORDINATORS, action.site_id):
        raise NotYourAction(number=action.number)


def _require_worker(uow: UnitOfWork, person_id: UUID, site_id: UUID) -> None:
    if not may_work(uow, person_id, site_id):
        raise OwnerMayNotWork
