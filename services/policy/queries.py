from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy import Select, func, select

from services.policy.models import Policy, ReviewRequest
from services.policy.schemas import PolicyStatus, RequestStatus
from shared.auth import NOWHERE
from shared.directory import within
from shared.errors import NotFound
from shared.work import UnitOfWork

SHOWN_TO_ALL = (PolicyStatus.PUBLISHED, PolicyStatus.SUPERSEDED)
ONE_AT_A_TIME = "policy.editions"
REVIEWS_BY: Final = (ReviewRequest.requested_at, ReviewRequest.period)
"""What a reader may have the requests go by."""


@dataclass(frozen=True)
class ReviewFilters:
    place: UUID | None = None
    status: RequestStatus | None = None


ReviewsFiltered = Annotated[ReviewFilters, Depends()]


def policies(uow: UnitOfWork, status: PolicyStatus | None = None) -> Select[Policy]:
    """Find what the actor may read: drafts are for those who work on policies."""
    found = uow.select(Policy)
    if not works_on_policies(uow):
        found = found.where(Policy.status.in_(SHOWN_TO_ALL))
    return found if status is None else found.where(Policy.status == status)


def policy(uow: UnitOfWork, policy_id: UUID) -> Policy:
    row = uow.session.scalar(policies(uow).where(Policy.id == policy_id))
    if row is None:
        raise NotFound(kind="Policy", id=policy_id)
    return row


def works_on_policies(uow: UnitOfWork) -> bool:
    working = ("policy:write", "policy:approve")
    return any(uow.actor.places(permission) != NOWHERE for permission in working)


def in_force(uow: UnitOfWork, *, lock: bool = False) -> Policy | None:
    found = uow.select(Policy).where(Policy.status == PolicyStatus.PUBLISHED)
    return uow.session.scalar(found.with_for_update() if lock else found)


def next_edition(uow: UnitOfWork) -> int:
    return (uow.session.scalar(select(func.max(Policy.edition))) or 0) + 1


def wait_for_my_turn(uow: UnitOfWork) -> None:
    """Have editions numbered and put in force one at a time, also where no row can be locked."""
    uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(ONE_AT_A_TIME))))


def review_requests(uow: UnitOfWork, wanted: ReviewFilters) -> Select[ReviewRequest]:
    found = uow.select(ReviewRequest)
    if wanted.place is not None:
        found = found.where(within(uow, ReviewRequest, wanted.place))
    return found if wanted.status is None else found.where(ReviewRequest.status == wanted.status)


def request_of(uow: UnitOfWork, alert_id: UUID) -> ReviewRequest | None:
    found = uow.select(ReviewRequest).where(ReviewRequest.alert_id == alert_id)
    return uow.session.scalar(found)
