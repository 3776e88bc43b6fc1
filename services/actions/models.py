from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from typing_extensions import override

from services.actions.errors import (
    ActionFinished,
    ActionHasNoOwner,
    ActionNotDone,
    ActionNotInProgress,
    ActionNotOpen,
    CheckDateNotAhead,
    DeadlineBeyondDelay,
    DeadlineNotLater,
    EffectivenessNotPlanned,
    MoveAlreadyAsked,
    NoMoveAsked,
    RootCauseMissing,
)
from services.actions.schemas import ActionStatus, ActionType, MoveIn, Origin, PlanIn, Priority
from shared.catalogue import Superseded
from shared.db import Entity, OfSite, Traced, schema
from shared.directory import add_directory
from shared.evidence import Filed
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams
from shared.signing import Signable
from shared.working_days import add_working_days, working_day_from

FINISHED = (ActionStatus.EFFECTIVE, ActionStatus.CANCELLED)
UNDONE = (ActionStatus.OPEN, ActionStatus.IN_PROGRESS)


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


class Counter(OfSite, Model):
    """The last number given to an action of a site in a year."""

    __tablename__ = "counter"
    __table_args__ = (UniqueConstraint("site_id", "year"),)

    year: Mapped[int]
    last: Mapped[int]


class Action(OfSite, Traced, Signable, Findable, Model):
    __tablename__ = "action"
    __table_args__ = (
        UniqueConstraint("site_id", "number"),
        UniqueConstraint("site_id", "finding_id"),
        by_trigrams(),
    )

    number: Mapped[str]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    type: Mapped[ActionType]
    priority: Mapped[Priority]
    delay_id: Mapped[UUID] = mapped_column(ForeignKey("actions.delay.id"))
    origin: Mapped[Origin]
    finding_id: Mapped[UUID | None] = mapped_column(index=True)
    process: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[UUID | None] = mapped_column(index=True)
    opened_on: Mapped[date]
    plan_due_on: Mapped[date]
    due_on_initial: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    moves: Mapped[int] = mapped_column(default=0)
    asked_due_on: Mapped[date | None]
    asked_reason: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[UUID | None]
    root_cause: Mapped[str] = mapped_column(default="")
    effectiveness_criterion: Mapped[str] = mapped_column(default="")
    effectiveness_check_on: Mapped[date | None] = mapped_column(index=True)
    status: Mapped[ActionStatus] = mapped_column(default=ActionStatus.OPEN, index=True)
    done_on: Mapped[date | None]
    done_by: Mapped[UUID | None]
    evidence: Mapped[str] = mapped_column(default="")
    verified_on: Mapped[date | None]
    verified_by: Mapped[UUID | None]
    verification: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    cancelled_for: Mapped[str] = mapped_column(default="")
    overdue_level: Mapped[int] = mapped_column(default=0)

    found_in = ("number", "title")
    words = (
        "number",
        "title",
        "description",
        "root_cause",
        "effectiveness_criterion",
        "evidence",
        "status",
        "verification",
    )

    @property
    @override
    def label(self) -> str:
        return self.number

    @property
    @override
    def made_by(self) -> tuple[UUID | None, ...]:
        return self.owner_id, self.done_by

    @property
    @override
    def place_and_process(self) -> tuple[UUID, str]:
        return self.site_id, self.process

    def open(self, delay: "Delay", day: date, agreed: date | None = None) -> None:
        """Set the days by which it is answered and done; one agreed on may only be sooner."""
        latest = working_day_from(day + timedelta(days=delay.completion_days))
        if agreed is not None and agreed > latest:
            raise DeadlineBeyondDelay(priority=self.priority, due_on=latest)
        self.delay_id = delay.id
        self.opened_on = day
        self.plan_due_on = add_working_days(day, delay.plan_working_days)
        self.due_on = self.due_on_initial = agreed or latest

    def assign(self, owner_id: UUID) -> None:
        if self.status not in UNDONE:
            raise ActionNotOpen(number=self.number, status=self.status)
        self.owner_id = owner_id

    def plan(self, data: PlanIn, today: date) -> None:
        if self.status is not ActionStatus.OPEN:
            raise ActionNotOpen(number=self.number, status=self.status)
        if data.effectiveness_check_on <= today:
            raise CheckDateNotAhead(day=data.effectiveness_check_on)
        self.root_cause = data.root_cause
        self.effectiveness_criterion = data.effectiveness_criterion
        self.effectiveness_check_on = data.effectiveness_check_on

    def start(self) -> None:
        """Not before it is settled why it happened and how the effect will be judged."""
        if self.status is not ActionStatus.OPEN:
            raise ActionNotOpen(number=self.number, status=self.status)
        if self.owner_id is None:
            raise ActionHasNoOwner(number=self.number)
        if not self.effectiveness_criterion or self.effectiveness_check_on is None:
            raise EffectivenessNotPlanned(number=self.number)
        if self.type is ActionType.CORRECTIVE and not self.root_cause:
            raise RootCauseMissing(number=self.number)
        self.status = ActionStatus.IN_PROGRESS

    def declare_done(self, by: UUID, on: date, evidence: str) -> None:
        if self.status is not ActionStatus.IN_PROGRESS:
            raise ActionNotInProgress(number=self.number, status=self.status)
        self.status = ActionStatus.DONE
        self.done_by, self.done_on, self.evidence = by, on, evidence
        self._drop_asked_move()

    def verify(self, by: UUID, on: date, statement: str, *, effective: bool) -> None:
        """Judge the effect. Without effect, the action is open again and to be planned anew."""
        if self.status is not ActionStatus.DONE:
            raise ActionNotDone(number=self.number, status=self.status)
        self.verified_by, self.verified_on, self.verification = by, on, statement
        self.status = ActionStatus.EFFECTIVE if effective else ActionStatus.OPEN
        if not effective:
            self.failures += 1
            self.root_cause = ""
            self.effectiveness_check_on = self.done_on = self.done_by = None

    def ask_to_move(self, data: MoveIn, by: UUID, today: date) -> None:
        self.require_undone()
        if self.asked_due_on is not None:
            raise MoveAlreadyAsked(number=self.number)
        self._require_later(data.due_on, today)
        self.asked_due_on, self.asked_reason, self.asked_by = data.due_on, data.reason, by

    def require_move_asked(self) -> None:
        if self.asked_due_on is None:
            raise NoMoveAsked(number=self.number)

    def decide_move(self, today: date, *, approved: bool) -> None:
        """Move the deadline, and count it. The initial one stays the base of what is on time.

        A moved deadline can be missed anew, so the ladder of overdue starts again.
        """
        if approved and self.asked_due_on is not None:
            self._require_later(self.asked_due_on, today)
            self.due_on = self.asked_due_on
            self.moves += 1
            self.overdue_level = 0
        self._drop_asked_move()

    def cancel(self, reason: str) -> None:
        self.require_undone()
        self.status = ActionStatus.CANCELLED
        self.cancelled_for = reason
        self._drop_asked_move()

    def require_undone(self) -> None:
        if self.status not in UNDONE:
            raise ActionFinished(number=self.number, status=self.status)

    def require_unfinished(self) -> None:
        if self.status in FINISHED:
            raise ActionFinished(number=self.number, status=self.status)

    def _require_later(self, due_on: date, today: date) -> None:
        latest = max(self.due_on, today)
        if due_on <= latest:
            raise DeadlineNotLater(due_on=latest)

    def _drop_asked_move(self) -> None:
        self.asked_due_on = self.asked_by = None
        self.asked_reason = ""


class Evidence(Filed, Model):
    """A file put with an action."""

    __tablename__ = "evidence"
