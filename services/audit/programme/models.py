"""Programmes of audits, their entries, and how critical each process is at a site."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Enum,
    ForeignKey,
    Index,
    Text,
    Uuid,
    case,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, column_property, mapped_column
from typing_extensions import override

from services.audit.models import Audit, Model
from services.audit.programme.errors import (
    EntryNotDraft,
    EntryNotOpen,
    NotPostponed,
    ProgrammeClosed,
    ProgrammeEmpty,
    ProgrammeHasOpenEntries,
    ProgrammeNotApproved,
    ProgrammeNotDraft,
)
from services.audit.programme.months import ONE_DAY, add_months
from services.audit.programme.schemas import (
    EntryOrigin,
    EntryStatus,
    ProgrammeChange,
    ProgrammeStatus,
)
from services.audit.schemas import AuditStatus, AuditType, Party
from shared.db import EXACT, OfSite
from shared.search import Findable, by_trigrams
from shared.signing import Signable

IS_STATUS = Enum(
    EntryStatus, native_enum=False, length=40, values_callable=lambda e: [s.value for s in e]
)
HELD = (AuditStatus.REPORTING, AuditStatus.CLOSED)
AHEAD = (AuditStatus.PLANNED, AuditStatus.UNDER_WAY)


class Programme(OfSite, Signable, Model):
    """The audits of a place over some months: a site's own, a division's or the group's.

    `lines` counts the changes of its entries, so that whoever approves it approves what they saw.
    """

    __tablename__ = "programme"

    title: Mapped[str]
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    objectives: Mapped[str]
    risks: Mapped[str]
    days: Mapped[dict[str, str]] = mapped_column(JSONB)
    status: Mapped[ProgrammeStatus] = mapped_column(default=ProgrammeStatus.DRAFT, index=True)
    lines: Mapped[int] = mapped_column(default=0)
    author_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    approved_entries: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    words = ("title", "starts_on", "ends_on", "objectives", "risks", "days", "approved_entries")

    @property
    @override
    def label(self) -> str:
        return self.title

    @property
    @override
    def made_by(self) -> list[UUID]:
        return self.author_ids

    def revise(self, data: ProgrammeChange, by: UUID) -> None:
        self.require_draft()
        self.title, self.objectives, self.risks = data.title, data.objectives, data.risks
        self.days = as_kept(data.days)
        self.written_by(by)

    def written_by(self, author: UUID) -> None:
        if author not in self.author_ids:
            self.author_ids = [*self.author_ids, author]

    def require_draft(self) -> None:
        if self.status is not ProgrammeStatus.DRAFT:
            raise ProgrammeNotDraft(programme=self.title, status=self.status)

    def require_open(self) -> None:
        if self.status is ProgrammeStatus.CLOSED:
            raise ProgrammeClosed(programme=self.title)

    def approve(self, entries: "Sequence[Entry]", by: UUID, at: datetime) -> None:
        self.require_draft()
        if not entries:
            raise ProgrammeEmpty(programme=self.title)
        self.status = ProgrammeStatus.APPROVED
        self.approved_by, self.approved_at = by, at
        self.approved_entries = [entry.as_approved() for entry in entries]
        for entry in entries:
            entry.state = EntryStatus.PROGRAMMED

    def close(self, still_open: int, at: datetime) -> None:
        if self.status is not ProgrammeStatus.APPROVED:
            raise ProgrammeNotApproved(programme=self.title, status=self.status)
        if still_open:
            raise ProgrammeHasOpenEntries(count=still_open)
        self.status = ProgrammeStatus.CLOSED
        self.closed_at = at


class Entry(OfSite, Findable, Model):
    """An audit that a programme wants. The month first planned is kept, whatever becomes of it.

    `state` is what was decided on it; its audit, if it has one, says the rest. `due_on` is the last
    day of its month, or the day by which it must be held.
    """

    __tablename__ = "programme_entry"
    __table_args__ = (Index("ix_programme_entry_month", "month", "id"), by_trigrams())

    programme_id: Mapped[UUID] = mapped_column(ForeignKey("audit.programme.id"), index=True)
    title: Mapped[str]
    type: Mapped[AuditType]
    party: Mapped[Party]
    aim: Mapped[str]
    reference_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    processes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    first_month: Mapped[date] = mapped_column(index=True)
    month: Mapped[date]
    latest_on: Mapped[date | None]
    due_on: Mapped[date] = mapped_column(index=True)
    days: Mapped[Decimal] = mapped_column(EXACT)
    origin: Mapped[EntryOrigin] = mapped_column(default=EntryOrigin.HAND)
    state: Mapped[EntryStatus] = mapped_column(IS_STATUS, default=EntryStatus.DRAFT, index=True)
    reason: Mapped[str] = mapped_column(default="")
    postponed: Mapped[int] = mapped_column(default=0)
    audit_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("audit.audit.id"), unique=True, index=True
    )
    added_by: Mapped[UUID]

    audit_status: Mapped[AuditStatus | None] = column_property(
        select(Audit.status).where(Audit.id == audit_id).scalar_subquery()
    )
    audit_day: Mapped[date | None] = column_property(
        select(Audit.planned_for).where(Audit.id == audit_id).scalar_subquery()
    )

    found_in = ("title",)

    @hybrid_property
    def status(self) -> EntryStatus:
        if self.audit_id is None or self.audit_status is AuditStatus.CANCELLED:
            return self.state
        return EntryStatus.HELD if self.audit_status in HELD else EntryStatus.PLANNED

    @status.inplace.expression
    @classmethod
    def _status(cls) -> ColumnElement[EntryStatus]:
        return type_coerce(
            case(
                (cls.audit_status.in_(HELD), EntryStatus.HELD.value),
                (cls.audit_status.in_(AHEAD), EntryStatus.PLANNED.value),
                else_=cls.state,
            ),
            IS_STATUS,  # type: ignore[arg-type]
        )

    def as_approved(self) -> dict[str, Any]:
        """What was approved of it, for the signature."""
        told = ("site_id", "type", "party", "aim", "reference_ids", "processes", "first_month")
        return {"id": str(self.id), "days": str(self.days)} | {
            name: _plain(getattr(self, name)) for name in told
        }

    def require_draft(self) -> None:
        if self.status is not EntryStatus.DRAFT:
            raise EntryNotDraft(status=self.status)

    def require_open(self) -> None:
        if not self.status.is_open:
            raise EntryNotOpen(status=self.status)

    def place_in(self, month: date) -> None:
        last = add_months(month, 1) - ONE_DAY
        self.month, self.due_on = month, min(last, self.latest_on or last)

    def postpone(self, month: date, reason: str) -> None:
        self.require_open()
        if month <= self.month:
            raise NotPostponed(month=f"{month:%Y-%m}")
        self.place_in(month)
        self.state, self.reason = EntryStatus.POSTPONED, reason
        self.postponed += 1

    def drop(self, reason: str) -> None:
        self.require_open()
        self.state, self.reason = EntryStatus.DROPPED, reason


class ProcessRating(OfSite, Model):
    """How critical a process is at a site and how much changed, as its coordinator says."""

    __tablename__ = "process_rating"
    __table_args__ = (Index("uq_process_rating_at", "site_id", "process", unique=True),)

    process: Mapped[str]
    criticality: Mapped[int]
    changes: Mapped[int]
    reason: Mapped[str]
    rated_by: Mapped[UUID]


class Escalation(OfSite, Model):
    """A risk that a site could not accept by itself, as risk told. The id is the risk's."""

    __tablename__ = "escalation"

    told_on: Mapped[date]


def as_kept(days: dict[UUID, Decimal]) -> dict[str, str]:
    return {str(place): str(count) for place, count in days.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401  what JSON keeps
    return [str(one) for one in value] if isinstance(value, list) else str(value)
