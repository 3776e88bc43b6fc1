from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from services.audit.models import Model
from services.audit.reporting.errors import ReportNotDraft, ReportNotIssued
from services.audit.reporting.schemas import (
    Confidentiality,
    ReportIn,
    ReportLanguage,
    ReportStatus,
)
from shared.db import OfSite, Traced
from shared.evidence import Filed
from shared.signing import Signable


class Report(OfSite, Traced, Signable, Model):
    """An edition of an audit's report: its lead's own until it is issued, and then for ever."""

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("reference", "edition"),
        Index(
            "uq_report_draft", "audit_id", unique=True, postgresql_where=text("status = 'draft'")
        ),
        Index(
            "uq_report_issued", "audit_id", unique=True, postgresql_where=text("status = 'issued'")
        ),
    )

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), index=True)
    reference: Mapped[str]
    edition: Mapped[int]
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("audit.report.id"))
    corrected_for: Mapped[str] = mapped_column(default="")
    author_id: Mapped[UUID]
    status: Mapped[ReportStatus] = mapped_column(default=ReportStatus.DRAFT, index=True)
    summary: Mapped[str] = mapped_column(default="")
    people_met: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    deviations: Mapped[str] = mapped_column(default="")
    not_covered: Mapped[str] = mapped_column(default="")
    conformity: Mapped[str] = mapped_column(default="")
    effectiveness: Mapped[str] = mapped_column(default="")
    divergences: Mapped[str] = mapped_column(default="")
    commitments: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    reasons: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    readers: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    confidentiality: Mapped[Confidentiality] = mapped_column(default=Confidentiality.INTERNAL)
    hashes: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    issued_at: Mapped[datetime | None]

    written = (
        "summary",
        "people_met",
        "deviations",
        "not_covered",
        "conformity",
        "effectiveness",
        "divergences",
        "commitments",
        "reasons",
        "readers",
        "confidentiality",
    )
    words = ("audit_id", "reference", "edition", "corrected_for", *written, "hashes")

    @property
    @override
    def label(self) -> str:
        return f"{self.reference} ({self.edition})"

    @property
    @override
    def made_by(self) -> list[UUID]:
        return [self.author_id]

    def require_draft(self) -> None:
        if self.status is not ReportStatus.DRAFT:
            raise ReportNotDraft(reference=self.reference, edition=self.edition, status=self.status)

    def write(self, data: ReportIn) -> None:
        for name, value in data.model_dump(exclude={"version"}).items():
            setattr(self, name, _kept(value))

    def issue(self, hashes: dict[str, str], at: datetime) -> None:
        self.status = ReportStatus.ISSUED
        self.hashes = hashes
        self.issued_at = at

    def corrected(self, reason: str, by: UUID) -> "Report":
        """The next edition, begun with the words of this one, which stays in force meanwhile."""
        if self.status is not ReportStatus.ISSUED:
            raise ReportNotIssued(
                reference=self.reference, edition=self.edition, status=self.status
            )
        return Report(
            audit_id=self.audit_id,
            site_id=self.site_id,
            reference=self.reference,
            edition=self.edition + 1,
            corrects_id=self.id,
            corrected_for=reason,
            author_id=by,
            correlation_id=self.correlation_id,
            **{name: getattr(self, name) for name in self.written},
        )


class ReportFile(Filed, Model):
    """A report as it was set in a language. `digest`: what it was set from."""

    __tablename__ = "report_file"

    language: Mapped[ReportLanguage]
    digest: Mapped[str]


class ReportCounter(Model):
    """The last number given to a report in a year: one series for the whole group."""

    __tablename__ = "report_counter"

    year: Mapped[int] = mapped_column(unique=True)
    last: Mapped[int]


class KnownPolicy(Model):
    """An edition of the group's policy that was published, as policy announced it."""

    __tablename__ = "known_policy"

    edition: Mapped[int] = mapped_column(unique=True)
    published_on: Mapped[date]
    commitments: Mapped[list[str]] = mapped_column(ARRAY(Text))


def _kept(value: Any) -> Any:  # noqa: ANN401  a field of what was written
    """JSON has no keys but texts."""
    return {str(key): text for key, text in value.items()} if isinstance(value, dict) else value
