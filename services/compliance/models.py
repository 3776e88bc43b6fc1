from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.compliance.errors import (
    AnotherCode,
    NotNewer,
    ReferenceEmpty,
    ReferenceNotDraft,
    ReferenceNotIssued,
    TransitionTooShort,
)
from services.compliance.schemas import ReferenceKind, ReferenceStatus, Theme
from shared.db import Entity, Traced, schema
from shared.directory import add_directory
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams


class Model(Entity, DeclarativeBase):
    metadata = schema("compliance")


add_directory(Model.metadata)
add_jobs(Model.metadata)
add_imports(Model.metadata)


class Reference(Traced, Findable, Model):
    """An edition of what one is held to. Once issued it never changes; a newer one takes over."""

    __tablename__ = "reference"
    __table_args__ = (UniqueConstraint("code", "edition"), by_trigrams())

    code: Mapped[str]
    edition: Mapped[str]
    kind: Mapped[ReferenceKind]
    title_fr: Mapped[str]
    title_en: Mapped[str]
    amendment: Mapped[str]
    source: Mapped[str]
    in_force_from: Mapped[date]
    in_force_until: Mapped[date | None]
    status: Mapped[ReferenceStatus] = mapped_column(default=ReferenceStatus.DRAFT, index=True)
    issued_at: Mapped[datetime | None]
    superseded_by: Mapped[UUID | None] = mapped_column(ForeignKey("compliance.reference.id"))

    found_in = ("code", "edition", "title_fr", "title_en")

    @property
    def label(self) -> str:
        """As it is cited: ISO 9001:2015."""
        return f"{self.code}:{self.edition}"

    def require_draft(self) -> None:
        if self.status is not ReferenceStatus.DRAFT:
            raise ReferenceNotDraft(reference=self.label, status=self.status)

    def issue(self, requirements: Sequence["Requirement"], at: datetime) -> None:
        """Put it in force, its requirements counted in the order of its text."""
        self.require_draft()
        if not requirements:
            raise ReferenceEmpty(reference=self.label)
        for position, requirement in enumerate(in_order(requirements), start=1):
            requirement.position = position
        self.status = ReferenceStatus.ISSUED
        self.issued_at = at

    def give_way(self, newer: "Reference", until: date) -> None:
        """Have a newer edition take over. Both may be used until the day on which this one ends."""
        for edition in (self, newer):
            if edition.status is not ReferenceStatus.ISSUED:
                raise ReferenceNotIssued(reference=edition.label, status=edition.status)
        if newer.code != self.code:
            raise AnotherCode(newer=newer.label, code=self.code)
        starts = newer.in_force_from
        if newer is self or starts < self.in_force_from:
            raise NotNewer(newer=newer.label, older=self.label, day=starts)
        if until < starts:
            raise TransitionTooShort(newer=newer.label, older=self.label, day=starts)
        self.status = ReferenceStatus.SUPERSEDED
        self.superseded_by = newer.id
        self.in_force_until = until


class Requirement(Findable, Model):
    """What a reference asks for, by its number and a title in our own words."""

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("reference_id", "number"),
        Index("ix_requirement_theme", "theme"),
        by_trigrams(),
    )

    reference_id: Mapped[UUID] = mapped_column(ForeignKey("compliance.reference.id"))
    number: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("compliance.requirement.id", deferrable=True, initially="DEFERRED"), index=True
    )
    title_fr: Mapped[str]
    title_en: Mapped[str]
    theme: Mapped[Theme | None]
    also: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    position: Mapped[int]

    found_in = ("number", "title_fr", "title_en")


def in_order(requirements: Sequence[Requirement]) -> list[Requirement]:
    """Each one followed by those below it, as in the text."""
    below: dict[UUID | None, list[Requirement]] = {}
    for requirement in sorted(requirements, key=lambda one: one.position):
        below.setdefault(requirement.parent_id, []).append(requirement)

    def walked(parent: UUID | None) -> list[Requirement]:
        return [row for one in below.get(parent, []) for row in (one, *walked(one.id))]

    return walked(None)
