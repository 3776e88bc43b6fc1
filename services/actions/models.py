from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from typing_extensions import override

from services.actions.causes import require_root_cause
from services.actions.deadlines import Movable
from services.actions.errors import (
    ActionFinished,
    ActionHasNoOwner,
    ActionNotDone,
    ActionNotInProgress,
    ActionNotOpen,
    CheckDateNotAhead,
    DeadlineBeyondDelay,
    EffectivenessNotPlanned,
    EffectMustBeVerified,
    IndicatorNotChosen,
    RootCauseMissing,
    TargetMissing,
)
from services.actions.resources import Resourced
from services.actions.schemas import (
    ActionStatus,
    ActionType,
    MoveDecisionIn,
    MoveState,
    Origin,
    PlanIn,
    Priority,
    SourceKind,
    Verdict,
    VerifyIn,
)
from shared.catalogue import Superseded
from shared.db import Entity, OfSite, Traced, schema
from shared.directory import add_directory
from shared.evidence import Filed
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams
from shared.signing import Signable
from shared.working_days import add_working_days, working_day_from

FINISHED = (ActionStatus.EFFECTIVE, ActionStatus.CLOSED, ActionStatus.CANCELLED)
UNDONE = (ActionStatus.OPEN, ActionStatus.IN_PROGRESS)
WITHOUT_CHECK = (ActionType.CORRECTION, ActionType.CONTAINMENT)
"""What treats the case and not its cause: it may be closed without a check of its effect."""

MEASURED = Numeric(20, 6)


class Model(Entity, DeclarativeBase):
    metadata = schema("actions")


add_directory(Model.metadata)
add_jobs(Model.metadata)
add_imports(Model.metadata)


class Delay(Superseded, Model):
    """How fast actions of a priority are answered (working days) and done (calendar days)."""

    __tablename__ = "delay"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    plan_working_days: Mapped[int]
    completion_days: Mapped[int]
    containment_hours: Mapped[int | None]

    def latest(self, type: ActionType, day: date) -> date:
        """The last day for something opened that day: containment waits for no working day."""
        if type is ActionType.CONTAINMENT and self.containment_hours is not None:
            return day + timedelta(hours=self.containment_hours)
        return working_day_from(day + timedelta(days=self.completion_days))


class Counter(OfSite, Model):
    """The last number given to an action of a site in a year."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("site_id", "year"),)

    year: Mapped[int]
    last: Mapped[int]


class Action(OfSite, Traced, Signable, Findable, Movable, Resourced, Model):
    __tablename__ = "action"
    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        UniqueConstraint("site_id", "finding_id"),
        Index("ix_action_contributor_ids", "contributor_ids", postgresql_using="gin"),
        by_trigrams(),
    )

    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    type: Mapped[ActionType]
    priority: Mapped[Priority]
    gravity: Mapped[int | None]
    recurrence: Mapped[int | None]
    priority_reason: Mapped[str] = mapped_column(default="")
    delay_id: Mapped[UUID] = mapped_column(ForeignKey("actions.delay.id"))
    origin: Mapped[Origin]
    source_kind: Mapped[SourceKind] = mapped_column(default=SourceKind.OTHER, index=True)
    source_id: Mapped[UUID | None]
    source_label: Mapped[str] = mapped_column(default="")
    finding_id: Mapped[UUID | None] = mapped_column(index=True)
    process: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[UUID | None] = mapped_column(index=True)
    opened_on: Mapped[date]
    plan_due_on: Mapped[date]
    root_cause: Mapped[str] = mapped_column(default="")
    analysed_at: Mapped[datetime | None]
    effectiveness_criterion: Mapped[str] = mapped_column(default="")
    effectiveness_check_on: Mapped[date | None] = mapped_column(index=True)
    effectiveness_indicator: Mapped[str] = mapped_column(default="")
    indicator_target: Mapped[Decimal | None] = mapped_column(MEASURED)
    no_indicator_because: Mapped[str] = mapped_column(default="")
    check_level: Mapped[int] = mapped_column(default=0)
    done_on: Mapped[date | None]
    done_by: Mapped[UUID | None]
    evidence: Mapped[str] = mapped_column(default="")
    verified_on: Mapped[date | None]
    verified_by: Mapped[UUID | None]
    verification: Mapped[str] = mapped_column(default="")
    result: Mapped[Verdict | None]
    failures: Mapped[int] = mapped_column(default=0)
    cancelled_for: Mapped[str] = mapped_column(default="")

    found_in = ("number", "title")
    words = (
        "number",
        "title",
        "description",
        "root_cause",
        "effectiveness_criterion",
        "effectiveness_indicator",
        "indicator_target",
        "no_indicator_because",
        "evidence",
        "status",
        "verification",
        "result",
    )

    @property
    @override
    def label(self) -> str:
        return self.number

    @property
    @override
    def made_by(self) -> tuple[UUID | None, ...]:
        return self.owner_id, self.done_by, *self.contributor_ids

    @property
    @override
    def place_and_process(self) -> tuple[UUID, str]:
        return self.site_id, self.process

    @property
    def needs_check(self) -> bool:
        return self.type not in WITHOUT_CHECK

    @property
    def round(self) -> int:
        """Which time it is dealt with: without full effect, another begins."""
        return self.failures + 1

    def open(self, delay: "Delay", day: date, agreed: date | None = None) -> None:
        """Set the days by which it is answered and done; one agreed on may only be sooner."""
        latest = delay.latest(self.type, day)
        if agreed is not None and agreed > latest:
            raise DeadlineBeyondDelay(priority=self.priority, due_on=latest)
        self.delay_id = delay.id
        self.opened_on = day
        self.plan_due_on = min(add_working_days(day, delay.plan_working_days), agreed or latest)
        self.due_on = self.due_on_initial = agreed or latest

    def assign(self, owner_id: UUID) -> None:
        if self.status not in UNDONE:
            raise ActionNotOpen(number=self.number, status=self.status)
        self.owner_id = owner_id

    def plan(self, data: PlanIn, today: date) -> None:
        self.require_open()
        if data.effectiveness_check_on <= today:
            raise CheckDateNotAhead(day=data.effectiveness_check_on)
        if data.effectiveness_indicator and data.indicator_target is None:
            raise TargetMissing(code=data.effectiveness_indicator)
        require_root_cause(data.root_cause)
        self.root_cause = data.root_cause or self.root_cause
        self.effectiveness_criterion = data.effectiveness_criterion
        self.effectiveness_check_on = data.effectiveness_check_on
        self.effectiveness_indicator = data.effectiveness_indicator
        self.indicator_target = data.indicator_target if data.effectiveness_indicator else None
        self.no_indicator_because = data.no_indicator_because
        self.check_level = 0

    def start(self) -> None:
        """Not before it is settled why it happened and how the effect will be judged."""
        self.require_open()
        if self.owner_id is None:
            raise ActionHasNoOwner(number=self.number)
        if self.needs_check:
            self._require_effect_planned()
        if self.type is ActionType.CORRECTIVE and not self.root_cause:
            raise RootCauseMissing(number=self.number)
        self.status = ActionStatus.IN_PROGRESS

    def declare_done(self, by: UUID, on: date, evidence: str) -> None:
        if self.status is not ActionStatus.IN_PROGRESS:
            raise ActionNotInProgress(number=self.number, status=self.status)
        self.status = ActionStatus.DONE
        self.done_by, self.done_on, self.evidence = by, on, evidence
        self.drop_asked_move()

    def verify(self, by: UUID, on: date, data: VerifyIn) -> None:
        """Judge the effect. Without full effect, the action is open and to be planned anew."""
        self._judge(by, on, data.statement)
        if not self.effectiveness_criterion:
            raise EffectivenessNotPlanned(number=self.number)
        self.result = data.result
        self.status = ActionStatus.EFFECTIVE
        if data.result is not Verdict.EFFECTIVE:
            self.status = ActionStatus.OPEN
            self.failures += 1
            self.root_cause = ""
            self.effectiveness_check_on = self.done_on = self.done_by = None

    def close(self, by: UUID, on: date, statement: str) -> None:
        self._judge(by, on, statement)
        if self.needs_check:
            raise EffectMustBeVerified(number=self.number)
        self.status = ActionStatus.CLOSED

    def cancel(self, reason: str) -> None:
        self.require_undone()
        self.status = ActionStatus.CANCELLED
        self.cancelled_for = reason
        self.drop_asked_move()

    def require_open(self) -> None:
        if self.status is not ActionStatus.OPEN:
            raise ActionNotOpen(number=self.number, status=self.status)

    @override
    def require_undone(self) -> None:
        if self.status not in UNDONE:
            raise ActionFinished(number=self.number, status=self.status)

    def require_unfinished(self) -> None:
        if self.status in FINISHED:
            raise ActionFinished(number=self.number, status=self.status)

    def _require_effect_planned(self) -> None:
        if not self.effectiveness_criterion or self.effectiveness_check_on is None:
            raise EffectivenessNotPlanned(number=self.number)
        if not self.effectiveness_indicator and not self.no_indicator_because:
            raise IndicatorNotChosen(number=self.number)

    def _judge(self, by: UUID, on: date, statement: str) -> None:
        if self.status is not ActionStatus.DONE:
            raise ActionNotDone(number=self.number, status=self.status)
        self.verified_by, self.verified_on, self.verification = by, on, statement


class Move(OfSite, Model):
    """A later deadline that somebody asked for. Refused ones are kept as well."""

    __tablename__ = "move"

    action_id: Mapped[UUID] = mapped_column(ForeignKey("actions.action.id"), index=True)
    state: Mapped[MoveState] = mapped_column(default=MoveState.ASKED)
    due_on_before: Mapped[date]
    due_on_asked: Mapped[date]
    reason: Mapped[str]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(default="")

    def decide(self, data: MoveDecisionIn, by: UUID, at: datetime) -> None:
        self.state = MoveState.APPROVED if data.approved else MoveState.REFUSED
        self.decision, self.decided_by, self.decided_at = data.decision, by, at


class Evidence(Filed, Model):
    """A file put with an action."""

    __tablename__ = "evidence"
