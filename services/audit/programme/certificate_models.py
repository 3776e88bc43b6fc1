"""Certificates, the audits that their cycle asks for, and the sites drawn for them; feeds."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Uuid, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from services.audit.models import Audit, Model
from services.audit.programme.certificate_schemas import (
    CertificateStatus,
    ExpiryRule,
    SampleKind,
    Stage,
)
from services.audit.programme.cycle import Cycle
from services.audit.programme.errors import (
    CertificateOver,
    DecisionNotLater,
    StatusNotForHand,
    WindowMet,
)
from services.audit.programme.models import HELD, Entry
from shared.db import OfSite
from shared.job_rows import OWN

BY_HAND = (
    CertificateStatus.VALID,
    CertificateStatus.SUSPENDED,
    CertificateStatus.IN_TRANSITION,
    CertificateStatus.WITHDRAWN,
)


class Certificate(OfSite, Model):
    """What a body certified, at which sites. `cycle` counts its decisions."""

    __tablename__ = "certificate"

    reference_id: Mapped[UUID] = mapped_column(index=True)
    body: Mapped[str] = mapped_column(index=True)
    accreditation: Mapped[str]
    number: Mapped[str]
    scope: Mapped[str]
    site_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    central_id: Mapped[UUID | None]
    risks: Mapped[dict[str, str]] = mapped_column(JSONB)
    expiry_rule: Mapped[ExpiryRule]
    cycle: Mapped[int] = mapped_column(default=0)
    wanted_by: Mapped[date | None]
    decided_on: Mapped[date | None]
    expires_on: Mapped[date | None] = mapped_column(index=True)
    certified_since: Mapped[date | None]
    status: Mapped[CertificateStatus] = mapped_column(index=True)
    status_reason: Mapped[str] = mapped_column(default="")

    @property
    def validity(self) -> Cycle | None:
        if self.decided_on is None or self.expires_on is None:
            return None
        return Cycle(self.decided_on, self.expires_on)

    @property
    def restore_limit(self) -> date | None:
        return self.validity.restore_limit if self.validity else None

    @property
    def others(self) -> list[UUID]:
        """The sites besides that of the central function."""
        return [site for site in self.site_ids if site != self.central_id]

    def require_alive(self) -> None:
        if not self.status.is_alive:
            raise CertificateOver(status=self.status)

    def decide(self, cycle: Cycle, number: str, today: date) -> None:
        if self.status is CertificateStatus.WITHDRAWN:
            raise CertificateOver(status=self.status)
        last = self.decided_on or date.min
        if not last < cycle.decided_on <= today:
            raise DecisionNotLater(day=self.decided_on or today)
        self.decided_on, self.expires_on, self.wanted_by = cycle.decided_on, cycle.expires_on, None
        self.certified_since = self.certified_since or cycle.decided_on
        self.number = number or self.number
        self.cycle += 1
        self.status = CertificateStatus.VALID
        if cycle.expires_on < today:
            self.status = CertificateStatus.EXPIRED

    def set_status(self, wanted: CertificateStatus, reason: str) -> None:
        self.require_alive()
        undecided = self.decided_on is None and wanted is not CertificateStatus.WITHDRAWN
        if wanted not in BY_HAND or undecided:
            raise StatusNotForHand(wanted=wanted)
        self.status, self.status_reason = wanted, reason


class Window(OfSite, Model):
    """An audit that a cycle asks for: useful from a day on, and held by another.

    `told` is the last reminder of it, in days before the end. One that a later decision, or the
    end of the certificate, left behind has lapsed.
    """

    __tablename__ = "certification_window"
    __table_args__ = (
        Index("uq_certification_window", "certificate_id", "cycle", "stage", unique=True),
    )

    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("audit.certificate.id"), index=True)
    title: Mapped[str]
    cycle: Mapped[int]
    stage: Mapped[Stage]
    opens_on: Mapped[date]
    latest_on: Mapped[date] = mapped_column(index=True)
    noted_on: Mapped[date | None] = mapped_column(Date)
    told: Mapped[int | None]
    lapsed: Mapped[bool] = mapped_column(default=False)
    entry_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("audit.programme_entry.id"), unique=True
    )

    met_on: Mapped[date | None] = column_property(
        func.coalesce(
            noted_on,
            select(Audit.planned_for)
            .join(Entry, Entry.audit_id == Audit.id)
            .where(Entry.id == entry_id, Audit.status.in_(HELD))
            .scalar_subquery(),
        )
    )

    def note(self, day: date) -> None:
        if self.met_on is not None:
            raise WindowMet(day=self.met_on)
        self.noted_on = day


class Sample(OfSite, Model):
    """The sites that an audit visits, with all that they were chosen from. Never changed."""

    __tablename__ = "site_sample"
    __table_args__ = (
        Index("uq_site_sample", "certificate_id", "cycle", "kind", "year", unique=True),
    )

    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("audit.certificate.id"), index=True)
    cycle: Mapped[int]
    edition: Mapped[int]
    kind: Mapped[SampleKind]
    year: Mapped[int]
    effective: Mapped[bool]
    added: Mapped[int]
    reason: Mapped[str]
    central_id: Mapped[UUID | None]
    seed: Mapped[str]
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    drawn_by: Mapped[UUID]
    drawn_at: Mapped[datetime]


class Feed(Model):
    """A calendar that a program reads at a secret address. Only its fingerprint is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = ({"info": {"shown": OWN, "written": OWN}},)

    person_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    place_id: Mapped[UUID | None]
    fingerprint: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    revoked_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None] = mapped_column(info={"unrecorded": True})
