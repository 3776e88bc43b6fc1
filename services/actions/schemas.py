"""The register of actions, as the actions service shows it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from shared.bulk_schemas import Many
from shared.schemas import Change, Day, In, Out


class ActionType(StrEnum):
    CORRECTION = "correction"
    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"
    IMPROVEMENT = "improvement"


class Priority(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Origin(StrEnum):
    AUDIT = "audit"
    MANUAL = "manual"
    IMPORT = "import"


class ActionStatus(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    EFFECTIVE = "effective"
    CANCELLED = "cancelled"


class ActionIn(In):
    id: UUID | None = None
    site_id: UUID
    title: str = Field(min_length=3, max_length=200)
    description: str = Field(default="", max_length=4000)
    type: ActionType
    priority: Priority
    owner_id: UUID
    process: str = Field(default="", max_length=40)
    due_on: Day | None = None
    """A deadline agreed on that is sooner than the delay of the priority gives."""


class PlanIn(Change):
    """What must be settled before the work starts: the cause, and how effect will be judged."""

    root_cause: str = Field(default="", max_length=4000)
    effectiveness_criterion: str = Field(min_length=5, max_length=2000)
    effectiveness_check_on: Day


class StartIn(Change):
    pass


class DoneIn(Change):
    evidence: str = Field(min_length=5, max_length=4000)


class VerifyIn(Change):
    effective: StrictBool
    statement: str = Field(min_length=5, max_length=4000)


class MoveIn(Change):
    """A later deadline is asked for with a reason; somebody else approves it."""

    due_on: Day
    reason: str = Field(min_length=5, max_length=2000)


class MoveDecisionIn(Change):
    approved: StrictBool


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
    origin: Origin
    finding_id: UUID | None
    process: str
    owner_id: UUID | None
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
    status: ActionStatus
    done_on: date | None
    done_by: UUID | None
    evidence: str
    verified_on: date | None
    verified_by: UUID | None
    verification: str
    failures: int
    correlation_id: UUID


class Standing(Out):
    """How many actions of a site are late, due within thirty days, and done but not verified."""

    site_id: UUID
    late: int
    due_soon: int
    to_verify: int


class DelayIn(In):
    """How fast actions of a priority are answered and done: working days, then calendar days."""

    code: Priority
    plan_working_days: StrictInt = Field(ge=1, le=250)
    completion_days: StrictInt = Field(ge=1, le=730)


class DelayOut(Out):
    id: UUID
    version: int
    code: Priority
    edition: int
    plan_working_days: int
    completion_days: int
    superseded_at: datetime | None
