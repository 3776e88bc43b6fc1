"""Audits and findings, as the audit service shows them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.schemas import Change, Day, In, Out


class AuditStatus(StrEnum):
    PLANNED = "planned"
    UNDER_WAY = "under_way"
    REPORTING = "reporting"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class AuditOrigin(StrEnum):
    PROGRAMME = "programme"
    RISK = "risk"


class Grade(StrEnum):
    """The certifier's scale, from a strength to a major nonconformity."""

    STRENGTH = "PF"
    IMPROVEMENT = "PP"
    OBSERVATION = "PS"
    MINOR = "NC_MIN"
    MAJOR = "NC_MAJ"

    @property
    def is_nonconformity(self) -> bool:
        return self in (Grade.MINOR, Grade.MAJOR)


class FindingStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class AnswerState(StrEnum):
    """How far the answer to a finding is. Settled: the finding was closed on it."""

    NOT_ASKED = "not_asked"
    TO_ANSWER = "to_answer"
    ANSWERED = "answered"
    SENT_BACK = "sent_back"
    ACCEPTED = "accepted"
    PROVEN = "proven"
    SETTLED = "settled"

    @property
    def waits_for_answer(self) -> bool:
        return self in (AnswerState.TO_ANSWER, AnswerState.SENT_BACK)

    @property
    def is_accepted(self) -> bool:
        return self in (AnswerState.ACCEPTED, AnswerState.PROVEN, AnswerState.SETTLED)


class SlotKind(StrEnum):
    """What is done in a slot of the plan."""

    OPENING = "opening"
    INTERVIEW = "interview"
    VISIT = "visit"
    REVIEW = "review"
    TEAM = "team"
    CLOSING = "closing"


class Party(StrEnum):
    """Who audits whom: ourselves, a customer at a supplier, a certifier or an authority."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class AuditType(StrEnum):
    """What is audited, and so with what aim."""

    SYSTEM = "system"
    PROCESS = "process"
    PRODUCT = "product"
    SPECIAL_PROCESS = "special_process"
    DOCUMENTS = "documents"
    TRACEABILITY = "traceability"
    REGULATORY = "regulatory"
    SUPPLIER = "supplier"
    WORKPLACE = "workplace"
    SAFETY_WALK = "safety_walk"
    ENERGY = "energy"
    ACROSS_SITES = "across_sites"


class Method(StrEnum):
    """Where the auditors are."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    HYBRID = "hybrid"


class AuditIn(In):
    id: UUID | None = None
    site_id: UUID
    title: str = Field(min_length=3, max_length=200)
    scope: str = Field(default="", max_length=4000)
    criteria: list[str] = Field(default=[], max_length=20)
    """Beside the references, which name themselves."""
    planned_for: Day
    until: Day | None = None
    """The last day. The audit takes one day if none is given."""
    lead_id: UUID | None = None
    """Named later if not now: its team may be proposed first."""
    type: AuditType = AuditType.SYSTEM
    party: Party = Party.FIRST
    reference_ids: list[UUID] = Field(default_factory=list, max_length=20)
    processes: list[Annotated[str, Field(max_length=40)]] = Field(
        default_factory=list, max_length=40
    )
    objectives: str = Field(default="", max_length=4000)
    method: Method = Method.ON_SITE
    method_reason: str = Field(default="", max_length=2000)
    body_id: UUID | None = None
    """The edition of the body whose scale is followed; none: the group's own."""

    @model_validator(mode="after")
    def _takes_a_day(self) -> Self:
        self.until = self.until or self.planned_for
        return self


class AuditOut(Out):
    id: UUID
    version: int
    site_id: UUID
    title: str
    scope: str
    criteria: list[str]
    planned_for: date
    until: date
    lead_id: UUID | None
    type: AuditType
    party: Party
    reference_ids: list[UUID]
    processes: list[str]
    objectives: str
    method: Method
    method_reason: str
    origin: AuditOrigin
    risk_id: UUID | None
    body_id: UUID | None
    status: AuditStatus
    started_at: datetime | None
    closed_at: datetime | None
    correlation_id: UUID


class StepIn(Change):
    """A step of the audit's life, taken on the version that was shown."""


class LeadIn(Change):
    lead_id: UUID


class CancelIn(Change):
    reason: str = Field(min_length=5, max_length=2000)


class FindingIn(In):
    """A nonconformity needs the three: the requirement, the gap observed, the evidence."""

    id: UUID | None = None
    grade: Grade
    process: str = Field(min_length=2, max_length=40)
    requirement_id: UUID | None = None
    """A requirement of the audit's references; `requirement` then says which, whatever it said."""
    requirement: str = Field(default="", max_length=500)
    statement: str = Field(min_length=3, max_length=4000)
    evidence: str = Field(default="", max_length=4000)
    body_grade: str = Field(default="", max_length=20)
    """The grade's own code on the scale of the audit's body, where it has several of a kind."""
    question_id: UUID | None = None
    """The question of the checklist that it was raised from."""


class FindingOut(Out):
    id: UUID
    version: int
    audit_id: UUID
    site_id: UUID
    grade: Grade
    process: str
    requirement_id: UUID | None
    requirement: str
    statement: str
    evidence: str
    question_id: UUID | None
    raised_on: date
    raised_by: UUID
    status: FindingStatus
    closed_at: datetime | None
    closed_by: UUID | None
    body_id: UUID
    body_grade: str
    obliges: bool
    number: str
    repeats_id: UUID | None
    escalates: bool
    answer_state: AnswerState
    answered_on: date | None
    answer_due_on: date | None
    closing_due_on: date | None
    correlation_id: UUID


class Standing(Out):
    """How many nonconformities of a site are open, and how many audits are past their day."""

    site_id: UUID
    open_nonconformities: int
    late_audits: int


class FindingActionOut(Out):
    """An action taken on a finding, as far as this service was told."""

    id: UUID
    owner_id: UUID | None
    effective: bool
    cancelled: bool
