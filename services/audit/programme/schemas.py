"""Programmes of audits and their entries, as the audit service shows them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictInt

from services.audit.schemas import AuditType, Party
from shared.schemas import Change, Day, In, Out, Quantity

Month = Annotated[Day, AfterValidator(lambda day: day.replace(day=1))]
"""A month, by any of its days."""

Days = Annotated[Decimal, Field(gt=0, le=60, decimal_places=2)]
Code = Annotated[str, Field(max_length=40)]
Reason = Annotated[str, Field(min_length=5, max_length=2000)]


class ProgrammeStatus(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    CLOSED = "closed"


class EntryStatus(StrEnum):
    """An entry is planned once its audit exists, and held once the fieldwork has ended."""

    DRAFT = "draft"
    PROGRAMMED = "programmed"
    PLANNED = "planned"
    HELD = "held"
    POSTPONED = "postponed"
    DROPPED = "dropped"

    @property
    def is_open(self) -> bool:
        """Whether it still has to be planned, postponed or dropped."""
        return self in (EntryStatus.PROGRAMMED, EntryStatus.POSTPONED)


class EntryOrigin(StrEnum):
    """What asked for an entry."""

    HAND = "hand"
    CERTIFICATION = "certification"
    RISK = "risk"
    YEARLY = "yearly"
    COVERAGE = "coverage"


class ProgrammeIn(In):
    """`days`: how many auditor days each place has, its own auditors and those lent to it."""

    id: UUID | None = None
    site_id: UUID
    title: str = Field(min_length=3, max_length=200)
    starts_on: Month
    ends_on: Month
    objectives: str = Field(min_length=5, max_length=4000)
    risks: str = Field(default="", max_length=4000)
    days: dict[UUID, Annotated[Decimal, Field(ge=0, le=5000)]] = Field(
        default_factory=dict, max_length=500
    )


class ProgrammeChange(Change):
    title: str = Field(min_length=3, max_length=200)
    objectives: str = Field(min_length=5, max_length=4000)
    risks: str = Field(default="", max_length=4000)
    days: dict[UUID, Annotated[Decimal, Field(ge=0, le=5000)]] = Field(
        default_factory=dict, max_length=500
    )


class ProgrammeOut(Out):
    id: UUID
    version: int
    site_id: UUID
    title: str
    starts_on: date
    ends_on: date
    objectives: str
    risks: str
    days: dict[UUID, Quantity]
    status: ProgrammeStatus
    author_ids: list[UUID]
    approved_by: UUID | None
    approved_at: datetime | None
    closed_at: datetime | None


class StepIn(Change):
    """A step of the programme's life, taken on the version that was shown."""


class EntryFacts(In):
    """What is audited, why so, and when at the latest."""

    site_id: UUID
    type: AuditType = AuditType.SYSTEM
    party: Party = Party.FIRST
    aim: str = Field(min_length=5, max_length=2000)
    reference_ids: list[UUID] = Field(default_factory=list, max_length=20)
    processes: list[Code] = Field(default_factory=list, max_length=40)
    month: Month
    latest_on: Day | None = None
    days: Days


class EntryIn(EntryFacts):
    """An approved programme takes another entry with a reason only."""

    id: UUID | None = None
    reason: str = Field(default="", max_length=2000)


class EntryChange(EntryFacts, Change):
    pass


class RemoveIn(Change):
    pass


class PostponeIn(Change):
    month: Month
    reason: Reason


class DropIn(Change):
    reason: Reason


class PlanIn(Change):
    """What an entry does not say of its audit: its first and last day, who leads it."""

    title: str = Field(min_length=3, max_length=200)
    planned_for: Day
    until: Day | None = None
    lead_id: UUID


class EntryOut(Out):
    id: UUID
    version: int
    programme_id: UUID
    site_id: UUID
    title: str
    type: AuditType
    party: Party
    aim: str
    reference_ids: list[UUID]
    processes: list[str]
    first_month: date
    month: date
    latest_on: date | None
    days: Quantity
    origin: EntryOrigin
    status: EntryStatus
    reason: str
    postponed: int
    audit_id: UUID | None
    audit_day: date | None


class Completion(Out):
    """How much of what was first planned up to a month has been held. Reasons excuse nothing."""

    programmed: int
    due: int
    held: int
    on_time: int
    postponed: int
    dropped: int


class Load(Out):
    """The days that entries take in a month, or at a place, and those that there are."""

    days: Quantity
    available: Quantity | None


class MonthLoad(Load):
    month: date


class PlaceLoad(Load):
    site_id: UUID


class Figures(Out):
    completion: Completion
    months: list[MonthLoad]
    places: list[PlaceLoad]


class RatingIn(In):
    """How critical a process is at a site, and how much changed, with the reason for it."""

    site_id: UUID
    process: Code
    criticality: StrictInt = Field(ge=1, le=3)
    changes: StrictInt = Field(ge=0, le=2)
    reason: Reason


class RatingOut(Out):
    id: UUID
    version: int
    site_id: UUID
    process: str
    criticality: int
    changes: int
    reason: str
    rated_by: UUID


class FrequencyOut(Out):
    """How often a process is audited at a site, term by term; nothing for what nobody rated."""

    site_id: UUID
    process: str
    edition: int
    criticality: int | None
    nonconformities: int
    changes: int | None
    age: int
    escalated: int
    score: int | None
    months: int | None
    last_audit: date | None
    due_on: date | None
    reason: str
