"""Policies and the reviews asked of them, as the policy service shows them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.schemas import Change, In, Out, Quantity


class Domain(StrEnum):
    QUALITY = "Q"
    SAFETY = "S"
    ENVIRONMENT = "E"


class PolicyStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class PolicyIn(In):
    id: UUID | None = None
    title: str = Field(min_length=3, max_length=200)
    text: str = Field(min_length=20, max_length=20_000)
    domains: list[Domain] = Field(min_length=1, max_length=3)
    commitments: list[str] = Field(min_length=1, max_length=30)
    owner_id: UUID


class PolicyChange(Change):
    title: str = Field(min_length=3, max_length=200)
    text: str = Field(min_length=20, max_length=20_000)
    domains: list[Domain] = Field(min_length=1, max_length=3)
    commitments: list[str] = Field(min_length=1, max_length=30)


class StepIn(Change):
    pass


class PolicyOut(Out):
    id: UUID
    version: int
    edition: int
    title: str
    text: str
    domains: list[Domain]
    commitments: list[str]
    owner_id: UUID
    author_id: UUID
    status: PolicyStatus
    approved_by: UUID | None
    approved_at: datetime | None
    published_on: date | None
    supersedes_id: UUID | None


class RequestStatus(StrEnum):
    PENDING = "pending"
    DECIDED = "decided"


class Decision(StrEnum):
    MAINTAIN = "maintain"
    REVISE = "revise"
    ACT = "act"


class Cause(Out):
    """The facts that ask for a review: which indicator left its bounds, where, when and how far."""

    alert_id: UUID
    definition_id: UUID
    code: str
    name_fr: str
    name_en: str
    site_id: UUID
    period: date
    value: Decimal
    bound: Decimal


class ReviewRequestOut(Out):
    """A review of the policy asked for by the facts, with its cause attached."""

    id: UUID
    version: int
    site_id: UUID
    policy_id: UUID | None
    alert_id: UUID
    indicator_code: str
    definition_id: UUID
    period: date
    value: Quantity
    bound: Quantity
    status: RequestStatus
    requested_at: datetime
    decision: Decision | None
    reason: str
    decided_by: UUID | None
    decided_at: datetime | None
    correlation_id: UUID


class DecisionIn(Change):
    """A request is closed by a decision with a reason, never ignored."""

    decision: Decision
    reason: str = Field(min_length=10, max_length=4000)
