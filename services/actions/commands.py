"""What can be done to an action. Each function is one change and the event that tells of it."""

from uuid import UUID

from services.actions.errors import NotYourAction, OwnerMayNotWork
from services.actions.events import (
    ActionAssigned,
    ActionCancelled,
    ActionDone,
    ActionMoved,
    ActionOverdue,
    ActionStarted,
    ActionVerified,
)
from services.actions.models import Action
from services.actions.queries import (
    COORDINATORS,
    holds_one_of,
    late_below,
    may_work,
)
from services.actions.schemas import (
    AssignIn,
    AssignManyIn,
    CancelIn,
    CancelManyIn,
    DoneIn,
    MoveDecisionIn,
    MoveIn,
    PlanIn,
    StartIn,
    VerifyIn,
)
from shared.bulk import Bulk
from shared.bulk_schemas import Outcome
from shared.schemas import Meaning
from shared.signing import require_other_hands, signing
from shared.work import UnitOfWork

LADDER = ((1, 1), (2, 15), (3, 30))
"""Steps of telling about a late action, and after how many days: owner, coordinator, group."""

TOLD_AT_ONCE = 500

ACTIONS = Bulk(Action, lambda action: f"{action.number} {action.title}")


def assign_action(uow: UnitOfWork, action_id: UUID, data: AssignIn) -> Action:
    action = uow.get(Action, action_id, lock=True, seen=data)
    _require_coordinator(uow, action)
    require_worker(uow, data.owner_id, action.site_id)
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
    cancel(uow, action, data.reason)
    return action


def cancel(uow: UnitOfWork, action: Action, reason: str) -> None:
    uow.because(reason)
    action.cancel(reason)
    event = ActionCancelled(
        action_id=action.id,
        site_id=action.site_id,
        finding_id=action.finding_id,
        cancelled_on=uow.now.date(),
    )
    uow.publish(event, about=action)


def assign_many(uow: UnitOfWork, data: AssignManyIn) -> list[Outcome]:
    def assign(id: UUID, version: int) -> Action:
        return assign_action(uow, id, AssignIn(version=version, owner_id=data.owner_id))

    return ACTIONS.each(uow, data.rows, assign)


def cancel_many(uow: UnitOfWork, data: CancelManyIn) -> list[Outcome]:
    def cancel(id: UUID, version: int) -> Action:
        return cancel_action(uow, id, CancelIn(version=version, reason=data.reason))

    return ACTIONS.each(uow, data.rows, cancel)


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


def require_worker(uow: UnitOfWork, person_id: UUID, site_id: UUID) -> None:
    if not may_work(uow, person_id, site_id):
        raise OwnerMayNotWork
