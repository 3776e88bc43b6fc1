"""What the audit service knows of references and processes: copies, kept by events."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, Uuid, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.audit.models import Model

COPY = {"info": {"unrecorded": True}}
"""Its history is kept where it is owned."""


class KnownReference(Model):
    """An issued reference. The id is compliance's."""

    __tablename__ = "known_reference"
    __table_args__ = COPY

    code: Mapped[str]
    edition: Mapped[str]
    kind: Mapped[str]
    title_fr: Mapped[str]
    title_en: Mapped[str]
    in_force_from: Mapped[date]
    in_force_until: Mapped[date | None]

    @property
    def label(self) -> str:
        """As it is cited: ISO 9001:2015."""
        return f"{self.code}:{self.edition}"

    def in_force(self, day: date) -> bool:
        """Whether it may be used on a day: from its first on, and until a newer one took over."""
        ends = self.in_force_until
        return self.in_force_from <= day and (ends is None or day <= ends)

    @classmethod
    def in_force_on(cls, day: date) -> ColumnElement[bool]:
        """The same as a condition on many."""
        ends = cls.in_force_until
        return (cls.in_force_from <= day) & or_(ends.is_(None), ends >= day)


class KnownRequirement(Model):
    """A requirement of an issued reference. The id is compliance's."""

    __tablename__ = "known_requirement"
    __table_args__ = (Index("ix_known_requirement_reference_id", "reference_id", "position"), COPY)

    reference_id: Mapped[UUID] = mapped_column(ForeignKey("audit.known_reference.id"))
    number: Mapped[str]
    parent_id: Mapped[UUID | None]
    title_fr: Mapped[str]
    title_en: Mapped[str]
    theme: Mapped[str | None]
    also: Mapped[list[str]] = mapped_column(ARRAY(Text))
    position: Mapped[int]


class KnownProcess(Model):
    """A process of the register and the sites that run it. The id is the processes service's."""

    __tablename__ = "known_process"
    __table_args__ = COPY

    code: Mapped[str] = mapped_column(index=True)
    name_fr: Mapped[str]
    name_en: Mapped[str]
    category: Mapped[str]
    site_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
