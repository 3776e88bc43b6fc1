from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint, Uuid, column, func, select, table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from services.audit.auditors.errors import (
    CompetenceAlreadyRevoked,
    ExpertNeedsDomain,
    LinkNeedsFacts,
    PeriodEndsBeforeItStarts,
)
from services.audit.auditors.schemas import EngagementKind, Level, LinkKind, TeamRole
from services.audit.models import Model
from shared.catalogue import Superseded
from shared.db import OfSite
from shared.schemas import LAST_DAY


class AuditorRules(Superseded, Model):
    """What the group asks of its auditors, and how much of their time it may take."""

    __tablename__ = "auditor_rules"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    cooling_off_months: Mapped[int]
    lead_audits: Mapped[int]
    lead_tutored: Mapped[int]
    lead_months: Mapped[int]
    kept_audits: Mapped[int]
    kept_months: Mapped[int]
    most_days: Mapped[int]


class Competence(OfSite, Model):
    """What somebody may audit by. Renewed by another one, never prolonged."""

    __tablename__ = "competence"

    auditor_id: Mapped[UUID] = mapped_column(ForeignKey("audit.auditor.id"), index=True)
    code: Mapped[str] = mapped_column(index=True)
    domain: Mapped[str]
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    level: Mapped[Level]
    proof: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date] = mapped_column(index=True)
    revoked_on: Mapped[date | None]
    revoked_for: Mapped[str] = mapped_column(default="")

    def require_sense(self) -> None:
        require_order(self.valid_from, self.valid_to)
        if self.level is Level.EXPERT and not self.domain:
            raise ExpertNeedsDomain(missing="domain")

    def require_in_force(self) -> None:
        if self.revoked_on is not None:
            raise CompetenceAlreadyRevoked(day=self.revoked_on)

    def revoke(self, on: date, reason: str) -> None:
        self.require_in_force()
        self.revoked_on, self.revoked_for = on, reason


_person = table("known_person", column("id", Uuid), column("name", Text), schema="audit")


class Auditor(OfSite, Model):
    """The file of somebody who audits. The site that keeps it is where they worked when it began.

    Other sites have them audit as well: they learn whether somebody is fit, and why not, but read
    nothing here.
    """

    __tablename__ = "auditor"

    person_id: Mapped[UUID] = mapped_column(unique=True)
    works_at: Mapped[UUID]
    works_in: Mapped[list[str]] = mapped_column(ARRAY(Text))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))

    ends_by: Mapped[date] = mapped_column(default=LAST_DAY, index=True, info={"unrecorded": True})
    """When the first of the competences ends that no other renews; for lists to go by."""
    name: Mapped[str] = column_property(
        func.coalesce(select(_person.c.name).where(_person.c.id == person_id).scalar_subquery(), "")
    )
    competences: Mapped[list[Competence]] = relationship(
        lazy="selectin", order_by=(Competence.code, Competence.valid_to)
    )

    @property
    def qualified_for(self) -> list[str]:
        return sorted({held.code for held in self._in_force})

    @property
    def ends_on(self) -> date | None:
        return self.ends_by if self.ends_by < LAST_DAY else None

    def reckon(self) -> None:
        """Note anew when the first competence ends."""
        last: dict[tuple[str, str], date] = {}
        for held in self._in_force:
            kind = held.code, held.domain
            last[kind] = max(last.get(kind, held.valid_to), held.valid_to)
        self.ends_by = min(last.values(), default=LAST_DAY)

    @property
    def _in_force(self) -> list[Competence]:
        return [held for held in self.competences if held.revoked_on is None]


class Engagement(OfSite, Model):
    """Days on which somebody cannot audit."""

    __tablename__ = "engagement"

    auditor_id: Mapped[UUID] = mapped_column(ForeignKey("audit.auditor.id"), index=True)
    kind: Mapped[EngagementKind]
    since: Mapped[date]
    until: Mapped[date]
    note: Mapped[str] = mapped_column(info={"secret": True})

    def require_sense(self) -> None:
        require_order(self.since, self.until)


class Link(OfSite, Model):
    """What ties somebody to a process of a site or to a person, as they or their site declared.

    The history, which readers of the site may see, keeps to itself whom and why.
    """

    __tablename__ = "link"

    auditor_id: Mapped[UUID] = mapped_column(ForeignKey("audit.auditor.id"), index=True)
    kind: Mapped[LinkKind]
    process: Mapped[str]
    at_site: Mapped[UUID | None]
    until: Mapped[date | None]
    other_id: Mapped[UUID | None] = mapped_column(info={"secret": True})
    note: Mapped[str] = mapped_column(info={"secret": True})

    def require_sense(self) -> None:
        needed = ("other_id",) if self.kind.is_with_a_person else ("process", "at_site", "until")
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise LinkNeedsFacts(missing=", ".join(missing))


class Practice(OfSite, Model):
    """An audit held elsewhere, declared with its proof."""

    __tablename__ = "practice"

    auditor_id: Mapped[UUID] = mapped_column(ForeignKey("audit.auditor.id"), index=True)
    held_on: Mapped[date]
    code: Mapped[str]
    tutored: Mapped[bool]
    proof: Mapped[str]


class Warned(OfSite, Model):
    """That somebody was told, this many days ahead, that a competence ends."""

    __tablename__ = "warned"
    __table_args__ = (UniqueConstraint("competence_id", "days"),)

    competence_id: Mapped[UUID] = mapped_column(ForeignKey("audit.competence.id"))
    days: Mapped[int]


class TeamMember(OfSite, Model):
    """Somebody's place in the team of an audit. It is fixed once the audit has started."""

    __tablename__ = "team_member"
    __table_args__ = (UniqueConstraint("audit_id", "person_id"),)

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"))
    person_id: Mapped[UUID] = mapped_column(index=True)
    role: Mapped[TeamRole]
    derogation: Mapped[str] = mapped_column(default="")
    derogated_by: Mapped[UUID | None]


class TeamChoice(OfSite, Model):
    """What was proposed when a team was chosen, and why another was taken, if one was."""

    __tablename__ = "team_choice"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), unique=True)
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str]
    decided_by: Mapped[UUID]
    decided_at: Mapped[datetime]


class TeamRecord(OfSite, Model):
    """The team of an audit and how it came to be, as it was at the start. Never changed."""

    __tablename__ = "team_record"
    __table_args__ = ({"info": {"kept": True}},)

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), unique=True)
    members: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    frozen_at: Mapped[datetime]


def require_order(start: date, end: date) -> None:
    if end < start:
        raise PeriodEndsBeforeItStarts(start=start, end=end)
