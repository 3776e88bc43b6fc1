"""The register of actions, as the actions service shows it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from shared.bulk_schemas import Many
from shared.schemas import Change, Day, In, Out, Quantity

Money = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
"""An amount in the currency of the group."""
Days = Annotated[Decimal, Field(ge=0, max_digits=7, decimal_places=1)]
Code = Annotated[str, Field(max_length=40)]
Line = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=2000)]


class ActionType(StrEnum):
    CORRECTION = "correction"
    CONTAINMENT = "containment"
    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"
    IMPROVEMENT = "improvement"


class Priority(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Origin(StrEnum):
    """The way by which an action came into the register."""

    AUDIT = "audit"
    MANUAL = "manual"
    IMPORT = "import"
    READ_ACROSS = "read_across"


class SourceKind(StrEnum):
    """What an action answers."""

    AUDIT = "audit"
    INTERNAL_NONCONFORMITY = "internal_nonconformity"
    CUSTOMER_COMPLAINT = "customer_complaint"
    SUPPLIER_NONCONFORMITY = "supplier_nonconformity"
    ACCIDENT = "accident"
    NEAR_MISS = "near_miss"
    ENVIRONMENTAL_INCIDENT = "environmental_incident"
    COMPLAINT = "complaint"
    REGULATORY_WATCH = "regulatory_watch"
    INSPECTION = "inspection"
    MANAGEMENT_REVIEW = "management_review"
    OCCUPATIONAL_RISK = "occupational_risk"
    ENVIRONMENTAL_ASPECT = "environmental_aspect"
    FMEA = "fmea"
    INDICATOR_DRIFT = "indicator_drift"
    EMERGENCY_DRILL = "emergency_drill"
    SUGGESTION = "suggestion"
    CHANGE = "change"
    READ_ACROSS = "read_across"
    OTHER = "other"


class ActionStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    EFFECTIVE = "effective"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Verdict(StrEnum):
    EFFECTIVE = "effective"
    PARTIAL = "partial"
    INEFFECTIVE = "ineffective"


class MoveState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """The action was done or cancelled before anybody decided."""


class Answer(StrEnum):
    """What a site says when it is asked whether something concerns it."""

    WAITING = "waiting"
    CONCERNED = "concerned"
    NOT_CONCERNED = "not_concerned"
    IN_PLACE = "in_place"


class ActionIn(In):
    """Without a priority, gravity and recurrence give it; against them, a reason is due."""

    id: UUID | None = None
    site_id: UUID
    title: str = Field(min_length=3, max_length=200)
    description: str = Field(default="", max_length=4000)
    type: ActionType
    source_kind: SourceKind = SourceKind.OTHER
    source_label: Line = ""
    gravity: StrictInt | None = Field(default=None, ge=1, le=4)
    recurrence: StrictInt | None = Field(default=None, ge=1, le=3)
    priority: Priority | None = None
    priority_reason: Text = ""
    owner_id: UUID
    process: Code = ""
    objective: Line = ""
    cost_estimated: Money | None = None
    load_days: Days | None = None
    due_on: Day | None = None
    """A deadline agreed on that is sooner than the delay of the priority gives."""


class PlanIn(Change):
    """What must be settled before the work starts: the cause, and how effect will be judged."""

    root_cause: str = Field(default="", max_length=4000)
    """Left empty, what was written or concluded before stays."""
    effectiveness_criterion: str = Field(min_length=5, max_length=2000)
    effectiveness_check_on: Day
    effectiveness_indicator: Code = ""
    indicator_target: Decimal | None = Field(default=None, max_digits=20, decimal_places=6)
    no_indicator_because: Text = ""


class ResourcesIn(Change):
    """Who helps, what it takes and costs, what stands in the way, and which aim it serves."""

    contributor_ids: list[UUID] = Field(default=[], max_length=20)
    objective: Line = ""
    means: Text = ""
    cost_estimated: Money | None = None
    cost_real: Money | None = None
    load_days: Days | None = None
    gain: Text = ""
    constraint_financial: Text = ""
    constraint_material: Text = ""
    constraint_human: Text = ""


class StartIn(Change):
    pass


class DoneIn(Change):
    evidence: str = Field(min_length=5, max_length=4000)
    cost_real: Money | None = None


class VerifyIn(Change):
    result: Verdict
    statement: str = Field(min_length=5, max_length=4000)


class CloseIn(Change):
    statement: str = Field(min_length=5, max_length=4000)


class MoveIn(Change):
    """A later deadline is asked for with a reason; somebody else approves it."""

    due_on: Day
    reason: str = Field(min_length=5, max_length=2000)


class MoveDecisionIn(Change):
    approved: StrictBool
    decision: Text = ""


class AssignIn(Change):
    owner_id: UUID


class CancelIn(Change):
    reason: str = Field(min_length=5, max_length=2000)


class AssignManyIn(Many):
    owner_id: UUID


class CancelManyIn(Many):
    reason: str = Field(min_length=5, max_length=2000)


class ActionOut(Out):
    id: UUID
    version: int
    number: str
    site_id: UUID
    title: str
    description: str
    type: ActionType
    priority: Priority
    gravity: int | None
    recurrence: int | None
    priority_reason: str
    origin: Origin
    source_kind: SourceKind
    source_id: UUID | None
    source_label: str
    finding_id: UUID | None
    process: str
    objective: str
    owner_id: UUID | None
    contributor_ids: list[UUID]
    means: str
    cost_estimated: Quantity | None
    cost_real: Quantity | None
    load_days: Quantity | None
    gain: str
    constraint_financial: str
    constraint_material: str
    constraint_human: str
    opened_on: date
    plan_due_on: date
    due_on_initial: date
    due_on: date
    moves: int
    asked_due_on: date | None
    asked_reason: str
    root_cause: str
    effectiveness_criterion: str
    effectiveness_check_on: date | None
    effectiveness_indicator: str
    indicator_target: Quantity | None
    no_indicator_because: str
    status: ActionStatus
    done_on: date | None
    done_by: UUID | None
    evidence: str
    verified_on: date | None
    verified_by: UUID | None
    verification: str
    result: Verdict | None
    failures: int
    correlation_id: UUID


class MoveOut(Out):
    """A later deadline that somebody asked for, and what became of it."""

    id: UUID
    version: int
    action_id: UUID
    state: MoveState
    due_on_before: date
    due_on_asked: date
    reason: str
    asked_by: UUID
    asked_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    decision: str


class Standing(Out):
    """How many actions of a site are late, due within thirty days, and done but not verified."""

    site_id: UUID
    late: int
    due_soon: int
    to_verify: int


class DelayIn(In):
    """How fast actions of a priority are answered and done: working days, then calendar days.

    Containment, where it is asked for, counts in hours.
    """

    code: Priority
    plan_working_days: StrictInt = Field(ge=1, le=250)
    completion_days: StrictInt = Field(ge=1, le=730)
    containment_hours: StrictInt | None = Field(default=None, ge=1, le=720)


class DelayOut(Out):
    id: UUID
    version: int
    code: Priority
    edition: int
    plan_working_days: int
    completion_days: int
    containment_hours: int | None
    superseded_at: datetime | None
