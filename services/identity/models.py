from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.identity import visibility
from services.identity.admin_schemas import LONGEST_MONTHS, ProposalStatus
from services.identity.errors import (
    GrantEndsBeforeItStarts,
    GrantTooLong,
    GrantWithoutEnd,
    OutsiderOnWholeGroup,
    OwnProposal,
    OwnRole,
    ProposalDecided,
    ProposalExpired,
)
from services.identity.schemas import (
    COORDINATORS,
    OUTSIDERS,
    Language,
    NodeKind,
    Role,
)
from shared.db import Entity, schema
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams


class Model(Entity, DeclarativeBase):
    metadata = schema("identity")


add_jobs(Model.metadata)
add_imports(Model.metadata)


checkpoint = Table(
    "checkpoint",
    Model.metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("note", Text, nullable=False),
)
"""What the records of all services were at a moment, signed: see runtime/record. Append only."""


class Node(Findable, Model):
    """A place of the tree. `path` runs from the group down to the node itself."""

    __tablename__ = "node"
    __table_args__ = (by_trigrams(), visibility.NODES)

    kind: Mapped[NodeKind]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.node.id"), index=True)
    name: Mapped[str]
    code: Mapped[str]
    path: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    found_in = ("name", "code")


class Person(Findable, Model):
    """Somebody who may sign in. `added_by` sees them until they hold their first role."""

    __tablename__ = "person"
    __table_args__ = (by_trigrams(), visibility.PEOPLE)

    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    language: Mapped[Language] = mapped_column(String)
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(info={"secret": True})
    added_by: Mapped[UUID | None] = mapped_column(index=True)
    manager_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.person.id"), index=True)

    found_in = ("name", "email")


class Holding(Entity):
    """A role on a node, and so on everything below it, from a day until another."""

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    role: Mapped[Role]
    node_id: Mapped[UUID] = mapped_column(ForeignKey("identity.node.id"), index=True)
    process: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    @property
    def needs_two_people(self) -> bool:
        return self.role in COORDINATORS

    @property
    def ends_at(self) -> datetime | None:
        """When it gives nothing any more: as the last day ends in UTC, by which services count."""
        if self.valid_to is None:
            return None
        return datetime.combine(self.valid_to + timedelta(days=1), time.min, UTC)

    def require_order(self) -> None:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise GrantEndsBeforeItStarts(start=self.valid_from, end=self.valid_to)

    def require_limits(self, place: Node) -> None:
        """What holds for every role that one person gives another."""
        if self.valid_to is None:
            raise GrantWithoutEnd(months=LONGEST_MONTHS)
        latest = _longest_from(self.valid_from)
        if self.valid_to > latest:
            raise GrantTooLong(months=LONGEST_MONTHS, latest=latest)
        if self.role in OUTSIDERS and place.kind is NodeKind.GROUP:
            raise OutsiderOnWholeGroup(group=place.name)


class Grant(Holding, Model):
    """A role that somebody holds."""

    __tablename__ = "grant"
    __table_args__ = visibility.HELD


class Proposal(Holding, Model):
    """A coordinator's role that one person wants to give, until a second one agrees."""

    __tablename__ = "proposal"
    __table_args__ = visibility.PROPOSED

    proposed_by: Mapped[UUID]
    expires_at: Mapped[datetime]
    status: Mapped[ProposalStatus] = mapped_column(default=ProposalStatus.PENDING, index=True)
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")

    def require_pending(self, at: datetime) -> None:
        if self.status is not ProposalStatus.PENDING:
            raise ProposalDecided(status=self.status)
        if self.expires_at <= at:
            raise ProposalExpired(day=self.expires_at.date())

    def require_second_person(self, person_id: UUID) -> None:
        """Neither who proposed it, nor who would hold the role."""
        if person_id == self.proposed_by:
            raise OwnProposal
        if person_id == self.person_id:
            raise OwnRole

    def decide(self, status: ProposalStatus, by: UUID, at: datetime, reason: str = "") -> None:
        self.require_pending(at)
        self.status, self.decided_by, self.decided_at, self.reason = status, by, at, reason


Index(
    "uq_proposal_pending",
    Proposal.person_id,
    Proposal.role,
    Proposal.node_id,
    unique=True,
    postgresql_where=text("status = 'pending'"),
)


def _longest_from(start: date) -> date:
    """The last day a role may have that starts then; from 29 February it is the 28th."""
    years = LONGEST_MONTHS // 12
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)
