from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, Uuid
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from typing_extensions import override

from services.policy.errors import (
    AlreadyDecided,
    BaseNotInForce,
    PolicyNotApproved,
    PolicyNotDraft,
    PolicyNotInForce,
    PolicyNotInReview,
    TooFewDomains,
)
from services.policy.schemas import Decision, Domain, PolicyChange, PolicyStatus, RequestStatus
from shared.db import EXACT, Entity, OfSite, Traced, schema
from shared.directory import add_directory
from shared.job_rows import add_jobs
from shared.signing import Signable

FEWEST_DOMAINS = 2


class Model(Entity, DeclarativeBase):
    metadata = schema("policy")


add_directory(Model.metadata)
add_jobs(Model.metadata)


class Policy(Signable, Model):
    """An edition of the group's policy. It belongs to no site: all of them read the same text."""

    __tablename__ = "policy"
    __table_args__ = (
        Index(
            "uq_policy_published",
            "status",
            unique=True,
            postgresql_where=sql("status = 'published'"),
        ),
    )

    edition: Mapped[int] = mapped_column(unique=True)
    title: Mapped[str]
    text: Mapped[str]
    domains: Mapped[list[Domain]] = mapped_column(ARRAY(Text))
    commitments: Mapped[list[str]] = mapped_column(ARRAY(Text))
    owner_id: Mapped[UUID]
    author_id: Mapped[UUID]
    author_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    status: Mapped[PolicyStatus] = mapped_column(default=PolicyStatus.DRAFT, index=True)
    approved_by: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    published_on: Mapped[date | None]
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy.policy.id"), index=True)

    words = ("edition", "title", "text", "domains", "commitments", "owner_id")

    @property
    @override
    def label(self) -> str:
        return f"{self.title} ({self.edition})"

    @property
    @override
    def made_by(self) -> list[UUID]:
        return self.author_ids

    def revise(self, data: PolicyChange, by: UUID) -> None:
        self._require_draft()
        self.title, self.text = data.title, data.text
        self.domains, self.commitments = distinct(data.domains), data.commitments
        if by not in self.author_ids:
            self.author_ids = [*self.author_ids, by]

    def submit(self) -> None:
        self._require_draft()
        if len(self.domains) < FEWEST_DOMAINS:
            raise TooFewDomains(count=len(self.domains))
        self.status = PolicyStatus.IN_REVIEW

    def approve(self, by: UUID, at: datetime) -> None:
        if self.status is not PolicyStatus.IN_REVIEW:
            raise PolicyNotInReview(edition=self.edition, status=self.status)
        self.status = PolicyStatus.APPROVED
        self.approved_by, self.approved_at = by, at

    def require_publishable(self, in_force: "Policy | None") -> None:
        """Let an edition replace the one it was started from, not a text its author never saw."""
        if self.status is not PolicyStatus.APPROVED:
            raise PolicyNotApproved(edition=self.edition, status=self.status)
        if self.supersedes_id and (in_force is None or in_force.id != self.supersedes_id):
            raise BaseNotInForce(edition=self.edition)

    def publish(self, on: date, instead_of: "Policy | None") -> None:
        self.supersedes_id = instead_of.id if instead_of else None
        self.status = PolicyStatus.PUBLISHED
        self.published_on = on

    def require_in_force(self) -> None:
        if self.status is not PolicyStatus.PUBLISHED:
            raise PolicyNotInForce(edition=self.edition, status=self.status)

    def _require_draft(self) -> None:
        if self.status is not PolicyStatus.DRAFT:
            raise PolicyNotDraft(edition=self.edition, status=self.status)


class ReviewRequest(OfSite, Traced, Model):
    """The facts ask whether the policy still holds. It ends by a decision with a reason."""

    __tablename__ = "review_request"
    __table_args__ = (Index("ix_review_request_period", "period", "id"),)

    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy.policy.id"), index=True)
    alert_id: Mapped[UUID] = mapped_column(unique=True)
    definition_id: Mapped[UUID]
    indicator_code: Mapped[str]
    period: Mapped[date]
    value: Mapped[Decimal] = mapped_column(EXACT)
    bound: Mapped[Decimal] = mapped_column(EXACT)
    requested_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[RequestStatus] = mapped_column(default=RequestStatus.PENDING, index=True)
    decision: Mapped[Decision | None]
    reason: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    def decide(self, decision: Decision, reason: str, by: UUID, at: datetime) -> None:
        if self.decided_at is not None:
            raise AlreadyDecided(day=self.decided_at.date())
        self.status = RequestStatus.DECIDED
        self.decision, self.reason = decision, reason
        self.decided_by, self.decided_at = by, at


def distinct(domains: list[Domain]) -> list[Domain]:
    return [domain for domain in Domain if domain in domains]
