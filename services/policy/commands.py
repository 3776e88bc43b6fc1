"""What can be done to a policy, and to a review asked of it."""

from uuid import UUID

from services.policy.errors import UnknownOwner
from services.policy.events import PolicyPublished, PolicyReviewDecided, PolicyReviewRequested
from services.policy.models import Policy, ReviewRequest, distinct
from services.policy.queries import in_force, next_edition, request_of, wait_for_my_turn
from services.policy.schemas import (
    Cause,
    DecisionIn,
    PolicyChange,
    PolicyIn,
    PolicyStatus,
    StepIn,
)
from shared.directory import person
from shared.schemas import Meaning
from shared.signing import signing
from shared.work import UnitOfWork


def draft_policy(uow: UnitOfWork, data: PolicyIn) -> Policy:
    uow.require_whole_group()
    known = uow.find(Policy, data.id)
    if known is not None:
        return known
    owner = person(uow, data.owner_id)
    if owner is None or not owner.active:
        raise UnknownOwner
    wait_for_my_turn(uow)
    values = data.model_dump(exclude_none=True) | {"domains": distinct(data.domains)}
    return _add_draft(uow, Policy(**values))


def revise_policy(uow: UnitOfWork, policy_id: UUID, data: PolicyChange) -> Policy:
    policy = _to_change(uow, policy_id, data)
    policy.revise(data, by=uow.actor.id)
    uow.session.flush()
    return policy


def submit_policy(uow: UnitOfWork, policy_id: UUID, data: StepIn) -> Policy:
    policy = _to_change(uow, policy_id, data)
    policy.submit()
    uow.session.flush()
    return policy


def approve_policy(uow: UnitOfWork, policy_id: UUID, data: StepIn) -> Policy:
    """Approve the very version that was shown."""
    uow.require_whole_group()
    with signing(uow, Policy, policy_id, data, Meaning.APPROVED) as policy:
        policy.approve(by=uow.actor.id, at=uow.now)
    return policy


def publish_policy(uow: UnitOfWork, policy_id: UUID, data: StepIn) -> Policy:
    """Put an approved edition in force, instead of the one that is."""
    uow.require_whole_group()
    wait_for_my_turn(uow)
    with signing(uow, Policy, policy_id, data, Meaning.ISSUED) as policy:
        before = in_force(uow, lock=True)
        policy.require_publishable(before)
        if before is not None:
            before.status = PolicyStatus.SUPERSEDED
            uow.session.flush()
        policy.publish(on=uow.now.date(), instead_of=before)
    published = PolicyPublished(
        policy_id=policy.id,
        edition=policy.edition,
        published_on=uow.now.date(),
        commitments=policy.commitments,
    )
    uow.publish(published, about=policy)
    return policy


def start_new_edition(uow: UnitOfWork, policy_id: UUID) -> Policy:
    """Begin a draft with the words of the edition in force, which it is to replace."""
    uow.require_whole_group()
    wait_for_my_turn(uow)
    old = uow.get(Policy, policy_id)
    old.require_in_force()
    draft = Policy(
        title=old.title,
        text=old.text,
        domains=old.domains,
        commitments=old.commitments,
        owner_id=old.owner_id,
        supersedes_id=old.id,
    )
    return _add_draft(uow, draft)


def request_review(uow: UnitOfWork, cause: Cause) -> ReviewRequest:
    """Ask whether the policy in force still holds: once per alert, with the cause attached."""
    known = request_of(uow, cause.alert_id)
    if known is not None:
        return known
    policy = in_force(uow)
    facts = cause.model_dump(exclude={"code", "name_fr", "name_en"})
    request = uow.add(
        ReviewRequest(
            **facts,
            indicator_code=cause.code,
            policy_id=policy.id if policy else None,
            requested_at=uow.now,
        )
    )
    asked = PolicyReviewRequested(
        request_id=request.id,
        site_id=request.site_id,
        policy_id=request.policy_id,
        owner_id=policy.owner_id if policy else None,
        indicator_code=request.indicator_code,
        indicator_fr=cause.name_fr,
        indicator_en=cause.name_en,
        alert_id=request.alert_id,
    )
    uow.publish(asked, about=request)
    return request


def decide_review(uow: UnitOfWork, request_id: UUID, data: DecisionIn) -> ReviewRequest:
    request = uow.get(ReviewRequest, request_id, lock=True, seen=data)
    uow.because(data.reason)
    request.decide(data.decision, data.reason, by=uow.actor.id, at=uow.now)
    decided = PolicyReviewDecided(
        request_id=request.id, site_id=request.site_id, decision=data.decision
    )
    uow.publish(decided, about=request)
    return request


def _to_change(uow: UnitOfWork, policy_id: UUID, data: StepIn | PolicyChange) -> Policy:
    uow.require_whole_group()
    return uow.get(Policy, policy_id, lock=True, seen=data)


def _add_draft(uow: UnitOfWork, draft: Policy) -> Policy:
    draft.edition = next_edition(uow)
    draft.author_id = uow.actor.id
    draft.author_ids = [uow.actor.id]
    return uow.add(draft)
