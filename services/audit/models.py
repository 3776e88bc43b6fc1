from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from typing_extensions import override

from services.audit.errors import (
    AuditCannotBeCancelled,
    AuditEndsBeforeItStarts,
    AuditHasNoLead,
    AuditNotPlanned,
    AuditNotReporting,
    AuditNotUnderWay,
    AuditWithoutCriteria,
    FindingAlreadyClosed,
    NonconformityIncomplete,
    NotYourAudit,
)
from services.audit.schemas import (
    AnswerState,
    AuditOrigin,
    AuditStatus,
    AuditType,
    FindingIn,
    FindingStatus,
    Grade,
    Method,
    Party,
)
from shared.auth import Actor
from shared.db import Entity, OfSite, Traced, schema
from shared.directory import add_directory
from shared.evidence import Filed
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams
from shared.signing import Signable


class Model(Entity, DeclarativeBase):
    metadata = schema("audit")


add_directory(Model.metadata)
add_jobs(Model.metadata)
add_imports(Model.metadata)


class Audit(OfSite, Traced, Findable, Model):
    __tablename__ = "audit"
    __table_args__ = (by_trigrams(),)

    title: Mapped[str]
    scope: Mapped[str]
    criteria: Mapped[list[str]] = mapped_column(ARRAY(Text))
    planned_for: Mapped[date] = mapped_column(index=True)
    until: Mapped[date]
    type: Mapped[AuditType] = mapped_column(default=AuditType.SYSTEM)
    party: Mapped[Party] = mapped_column(default=Party.FIRST)
    reference_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    processes: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    objectives: Mapped[str] = mapped_column(default="")
    method: Mapped[Method] = mapped_column(default=Method.ON_SITE)
    method_reason: Mapped[str] = mapped_column(default="")
    lead_id: Mapped[UUID | None] = mapped_column(index=True)
    origin: Mapped[AuditOrigin] = mapped_column(default=AuditOrigin.PROGRAMME)
    risk_id: Mapped[UUID | None] = mapped_column(index=True)
    body_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit.body.id"))
    status: Mapped[AuditStatus] = mapped_column(default=AuditStatus.PLANNED, index=True)
    started_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    cancelled_for: Mapped[str] = mapped_column(default="")

    found_in = ("title",)

    def require_order(self) -> None:
        if self.until < self.planned_for:
            raise AuditEndsBeforeItStarts(start=self.planned_for, end=self.until)

    def hold_against(self, references: Sequence[str]) -> None:
        """Name the references among the criteria, before what was stated freely."""
        self.criteria = list(dict.fromkeys([*references, *(self.criteria or [])]))
        if not self.criteria:
            raise AuditWithoutCriteria(missing="criteria")

    def require_planned(self) -> None:
        if self.status is not AuditStatus.PLANNED:
            raise AuditNotPlanned(audit=self.title, status=self.status)

    def require_lead(self, actor: Actor) -> None:
        if self.lead_id is None:
            raise AuditHasNoLead(audit=self.title)
        if self.lead_id != actor.id:
            raise NotYourAudit(audit=self.title)

    def start(self, at: datetime) -> None:
        self.require_planned()
        self.status = AuditStatus.UNDER_WAY
        self.started_at = at

    def require_under_way(self) -> None:
        if self.status is not AuditStatus.UNDER_WAY:
            raise AuditNotUnderWay(audit=self.title, status=self.status)

    @property
    def is_external(self) -> bool:
        return self.party is Party.THIRD

    def require_takes_findings(self) -> None:
        """An outside body may send its list once it has left."""
        if not (self.is_external and self.status is AuditStatus.REPORTING):
            self.require_under_way()

    def raise_finding(self, data: FindingIn, by: UUID, on: date) -> "Finding":
        self.require_takes_findings()
        _require_triplet(data)
        return Finding(
            **data.model_dump(exclude_none=True),
            audit_id=self.id,
            site_id=self.site_id,
            raised_by=by,
            raised_on=on,
        )

    def end_fieldwork(self) -> None:
        self.require_under_way()
        self.status = AuditStatus.REPORTING

    def close(self, at: datetime) -> None:
        if self.status is not AuditStatus.REPORTING:
            raise AuditNotReporting(audit=self.title, status=self.status)
        self.status = AuditStatus.CLOSED
        self.closed_at = at

    def cancel(self, reason: str) -> None:
        if self.status is not AuditStatus.PLANNED:
            raise AuditCannotBeCancelled(audit=self.title, status=self.status)
        self.status = AuditStatus.CANCELLED
        self.cancelled_for = reason


class Finding(OfSite, Traced, Signable, Findable, Model):
    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_site_id_requirement_key", "site_id", "requirement_key"),
        Index("ix_finding_requirement_key", "requirement_key"),
        by_trigrams(),
    )

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), index=True)
    grade: Mapped[Grade] = mapped_column(index=True)
    process: Mapped[str]
    requirement_id: Mapped[UUID | None] = mapped_column(index=True)
    requirement: Mapped[str]
    statement: Mapped[str]
    evidence: Mapped[str]
    question_id: Mapped[UUID | None] = mapped_column(index=True)
    raised_on: Mapped[date] = mapped_column(index=True)
    raised_by: Mapped[UUID]
    status: Mapped[FindingStatus] = mapped_column(default=FindingStatus.OPEN, index=True)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    body_id: Mapped[UUID] = mapped_column(ForeignKey("audit.body.id"))
    body_grade: Mapped[str]
    obliges: Mapped[bool]
    number: Mapped[str] = mapped_column(default="")
    requirement_key: Mapped[str] = mapped_column(default="")
    repeats_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit.finding.id"), index=True)
    escalates: Mapped[bool] = mapped_column(default=False)
    answer_state: Mapped[AnswerState] = mapped_column(default=AnswerState.NOT_ASKED, index=True)
    answered_on: Mapped[date | None]
    answer_due_on: Mapped[date | None] = mapped_column(index=True)
    closing_due_on: Mapped[date | None] = mapped_column(index=True)
    answer_told: Mapped[int] = mapped_column(default=0)
    closing_told: Mapped[int] = mapped_column(default=0)

    found_in = ("statement", "process", "requirement")
    words = ("grade", "process", "requirement", "statement", "evidence", "status")

    @property
    @override
    def label(self) -> str:
        return f"{self.grade} · {self.process}"

    @property
    @override
    def made_by(self) -> tuple[()]:
        """Those whose actions answer it are asked for at the closing; the auditor may close it."""
        return ()

    @property
    @override
    def place_and_process(self) -> tuple[UUID, str]:
        return self.site_id, self.process

    def close(self, by: UUID, at: datetime) -> None:
        self.require_open()
        self.status = FindingStatus.CLOSED
        self.closed_at = at
        self.closed_by = by
        if self.answer_state is not AnswerState.NOT_ASKED:
            self.answer_state = AnswerState.SETTLED

    def require_open(self) -> None:
        if self.closed_at is not None:
            raise FindingAlreadyClosed(day=self.closed_at.date())

    def reopen(self) -> None:
        self.status = FindingStatus.OPEN
        self.closed_at = None
        self.closed_by = None


class Evidence(Filed, Model):
    """A file put with a finding."""

    __tablename__ = "evidence"


class FindingAction(OfSite, Model):
    """An action taken on a finding, as the actions service last told. The id is the action's."""

    __tablename__ = "finding_action"

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("audit.finding.id"), index=True)
    owner_id: Mapped[UUID | None]
    effective: Mapped[bool] = mapped_column(default=False)
    cancelled: Mapped[bool] = mapped_column(default=False)
    told_version: Mapped[int]


def _require_triplet(data: FindingIn) -> None:
    """A nonconformity without requirement, gap and evidence cannot be answered."""
    if not data.grade.is_nonconformity:
        return
    missing = [name for name in ("requirement", "evidence") if not getattr(data, name)]
    if missing:
        raise NonconformityIncomplete(missing=", ".join(missing))
