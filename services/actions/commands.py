"""What can be done to an action. Each function is one change and the event that tells of it."""

from uuid import UUID

from services.actions.errors import (
    ContributorMayNotWork,
    NotYourAction,
    OwnerMayNotWork,
    RefusalNeedsReason,
    VerifierBelowOwner,
)
from services.actions.events import (
    ActionAssigned,
    ActionCancelled,
    ActionClosed,
    ActionDone,
    ActionMoved,
    ActionStarted,
    ActionVerified,
)
from services.actions.indicators import require_indicator
from services.actions.models import Action, Move
from services.actions.queries import COORDINATORS, holds_one_of, may_work, move_asked
from services.actions.schemas import (
    AssignIn,
    AssignManyIn,
    CancelIn,
    CancelManyIn,
    CloseIn,
    DoneIn,
    MoveDecisionIn,
    MoveIn,
    MoveState,
    PlanIn,
    ResourcesIn,
    StartIn,
    Verdict,
    VerifyIn,
)
from shared.bulk import Bulk
from shared.bulk_schemas import Outcome
from shared.directory import is_below
from shared.schemas import Change, Meaning
from shared.signing import require_other_hands, signing
from shared.work import UnitOfWork

ACTIONS = Bulk(Action, lambda action: f"{action.number} {action.title}")


def assign_action(uow: UnitOfWork, action_id: UUID, data: AssignIn) -> Action:
    action = uow.get(Action, action_id, lock=True, seen=data)
    require_coordinator(uow, action)
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
    action = mine(uow, action_id, data)
    require_indicator(uow, data.effectiveness_indicator)
    action.plan(data, today=uow.now.date())
    uow.session.flush()
    return action


def resource_action(uow: UnitOfWork, action_id: UUID, data: ResourcesIn) -> Action:
    action = mine(uow, action_id, data)
    for person_id in set(data.contributor_ids) - set(action.contributor_ids):
        if not may_work(uow, person_id, action.site_id):
            raise ContributorMayNotWork
    action.provide(data)
    uow.session.flush()
    return action


def start_action(uow: UnitOfWork, action_id: UUID, data: StartIn) -> Action:
    action = mine(uow, action_id, data)
    action.start()
    uow.publish(ActionStarted(action_id=action.id, site_id=action.site_id), about=action)
    return action


def declare_done(uow: UnitOfWork, action_id: UUID, data: DoneIn) -> Action:
    action = mine(uow, action_id, data)
    today = uow.now.date()
    _let_move_lapse(uow, action)
    action.declare_done(by=uow.actor.id, on=today, evidence=data.evidence)
    action.cost_real = action.cost_real if data.cost_real is None else data.cost_real
    event = ActionDone(
        action_id=action.id, site_id=action.site_id, number=action.number, done_on=today
    )
    uow.publish(event, about=action)
    return action


def verify_action(uow: UnitOfWork, action_id: UUID, data: VerifyIn) -> Action:
    """Judge the effect: somebody who had no hand in it, nor owns the process, nor is led by it."""
    today = uow.now.date()
    with signing(uow, Action, action_id, data, Meaning.VERIFIED) as action:
        _require_not_below(uow, action)
        done_on = action.done_on
        action.verify(uow.actor.id, today, data)
    event = ActionVerified(
        action_id=action.id,
        site_id=action.site_id,
        finding_id=action.finding_id,
        effective=data.result is Verdict.EFFECTIVE,
        result=data.result,
        status=action.status,
        verified_on=today,
        done_on=done_on or today,
    )
    uow.publish(event, about=action)
    return action


def close_action(uow: UnitOfWork, action_id: UUID, data: CloseIn) -> Action:
    """Close what needs no check of its effect: somebody who had no hand in it, all the same."""
    today = uow.now.date()
    with signing(uow, Action, action_id, data, Meaning.CLOSED) as action:
        _require_not_below(uow, action)
        action.close(uow.actor.id, today, data.statement)
    event = ActionClosed(
        action_id=action.id,
        site_id=action.site_id,
        finding_id=action.finding_id,
        closed_on=today,
        done_on=action.done_on or today,
    )
    uow.publish(event, about=action)
    return action


def ask_to_move(uow: UnitOfWork, action_id: UUID, data: MoveIn) -> Action:
    action = mine(uow, action_id, data)
    uow.because(data.reason)
    action.ask_to_move(data, by=uow.actor.id, today=uow.now.date())
    _wish(uow, action)
    return action


def decide_move(uow: UnitOfWork, action_id: UUID, data: MoveDecisionIn) -> Action:
    action = uow.get(Action, action_id, lock=True, seen=data)
    action.require_move_asked()
    require_other_hands(uow, action.label, [action.asked_by])
    if not data.approved and not data.decision:
        raise RefusalNeedsReason(number=action.number)
    uow.because(data.decision or action.asked_reason)
    _wish(uow, action).decide(data, uow.actor.id, uow.now)
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
    require_coordinator(uow, action)
    cancel(uow, action, data.reason)
    return action


def cancel(uow: UnitOfWork, action: Action, reason: str) -> None:
    uow.because(reason)
    _let_move_lapse(uow, action)
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


def action_for_evidence(uow: UnitOfWork, action_id: UUID) -> Action:
    """Files are added until the action is over; who judges its effect sees what was done."""
    action = ours(uow, action_id)
    action.require_unfinished()
    return action


def mine(uow: UnitOfWork, action_id: UUID, data: Change | None = None) -> Action:
    """An action its owner works on; a coordinator of the site may do so for them."""
    action = uow.get(Action, action_id, lock=True, seen=data)
    if action.owner_id != uow.actor.id:
        require_coordinator(uow, action)
    return action


def ours(uow: UnitOfWork, action_id: UUID, data: Change | None = None) -> Action:
    """The same, where those who contribute have a say as well."""
    action = uow.get(Action, action_id, lock=True, seen=data)
    if uow.actor.id not in (action.owner_id, *action.contributor_ids):
        require_coordinator(uow, action)
    return action


def require_coordinator(uow: UnitOfWork, action: Action) -> None:
    if not holds_one_of(uow, uow.actor.id, COORDINATORS, action.site_id):
        raise NotYourAction(number=action.number)


def require_worker(uow: UnitOfWork, person_id: UUID, site_id: UUID) -> None:
    if not may_work(uow, person_id, site_id):
        raise OwnerMayNotWork


def _require_not_below(uow: UnitOfWork, action: Action) -> None:
    """Nobody judges the work of whoever leads them."""
    if action.owner_id is not None and is_below(uow, uow.actor.id, action.owner_id):
        raise VerifierBelowOwner(number=action.number)


def _let_move_lapse(uow: UnitOfWork, action: Action) -> None:
    if action.asked_due_on is not None:
        _wish(uow, action).state = MoveState.LAPSED


def _wish(uow: UnitOfWork, action: Action) -> Move:
    """The row of what is asked for; made now, also for a wish from before such rows were kept."""
    known = move_asked(uow, action)
    if known is not None:
        return known
    wish = Move(
        action_id=action.id,
        site_id=action.site_id,
        due_on_before=action.due_on,
        due_on_asked=action.asked_due_on,
        reason=action.asked_reason,
        asked_by=action.asked_by,
        asked_at=uow.now,
    )
    return uow.add(wish)
