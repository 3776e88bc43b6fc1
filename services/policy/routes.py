from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.policy import commands, queries
from services.policy.models import Policy, ReviewRequest
from services.policy.schemas import (
    DecisionIn,
    PolicyChange,
    PolicyIn,
    PolicyOut,
    PolicyStatus,
    ReviewRequestOut,
    StepIn,
)
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("policy:read")]
Write = Annotated[UnitOfWork, authorised("policy:write")]
Approve = Annotated[UnitOfWork, authorised("policy:approve")]
Decide = Annotated[UnitOfWork, authorised("policy:decide")]

ReviewsSorted = Annotated[Order, sortable(*queries.REVIEWS_BY, descending=True)]

router = APIRouter()


@router.get("/policies", response_model=Page[PolicyOut])
def list_policies(uow: Read, paging: Paged, status: PolicyStatus | None = None) -> Any:  # noqa: ANN401  shaped by response_model
    rows = queries.policies(uow, status)
    return page(uow, rows, Order(Policy.edition, descending=True), paging)


@router.post("/policies", response_model=PolicyOut, status_code=201)
def draft_policy(data: PolicyIn, uow: Write) -> Policy:
    return commands.draft_policy(uow, data)


@router.get("/policies/{policy_id}", response_model=PolicyOut)
def read_policy(policy_id: UUID, uow: Read) -> Policy:
    return queries.policy(uow, policy_id)


@router.put("/policies/{policy_id}", response_model=PolicyOut)
def revise_policy(policy_id: UUID, data: PolicyChange, uow: Write) -> Policy:
    return commands.revise_policy(uow, policy_id, data)


@router.post("/policies/{policy_id}/submit", response_model=PolicyOut)
def submit_policy(policy_id: UUID, data: StepIn, uow: Write) -> Policy:
    return commands.submit_policy(uow, policy_id, data)


@router.post("/policies/{policy_id}/approve", response_model=PolicyOut)
def approve_policy(policy_id: UUID, data: StepIn, uow: Approve) -> Policy:
    return commands.approve_policy(uow, policy_id, data)


@router.post("/policies/{policy_id}/publish", response_model=PolicyOut)
def publish_policy(policy_id: UUID, data: StepIn, uow: Write) -> Policy:
    """Put the edition in force. The one before it is superseded in the same moment."""
    return commands.publish_policy(uow, policy_id, data)


@router.post("/policies/{policy_id}/new-edition", response_model=PolicyOut, status_code=201)
def start_new_edition(policy_id: UUID, uow: Write) -> Policy:
    return commands.start_new_edition(uow, policy_id)


@router.get("/review-requests", response_model=Page[ReviewRequestOut])
def list_review_requests(
    uow: Read, paging: Paged, order: ReviewsSorted, wanted: queries.ReviewsFiltered
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.review_requests(uow, wanted), order, paging)


@router.get("/review-requests/{request_id}", response_model=ReviewRequestOut)
def read_review_request(request_id: UUID, uow: Read) -> ReviewRequest:
    return uow.get(ReviewRequest, request_id)


@router.post("/review-requests/{request_id}/decide", response_model=ReviewRequestOut)
def decide_review(request_id: UUID, data: DecisionIn, uow: Decide) -> ReviewRequest:
    """Close a review by a decision with a reason. It is never simply set aside."""
    return commands.decide_review(uow, request_id, data)
