"""Certificates, what their cycle asks for, and the sites it visits."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from shared.schemas import Change, Day, In, Out

Reason = Annotated[str, Field(min_length=5, max_length=2000)]
Sites = Annotated[list[UUID], Field(min_length=1, max_length=500)]


class Stage(StrEnum):
    """An audit of the certification cycle."""

    STAGE_1 = "stage_1"
    STAGE_2 = "stage_2"
    SURVEILLANCE_1 = "surveillance_1"
    SURVEILLANCE_2 = "surveillance_2"
    RENEWAL = "renewal"


class ExpiryRule(StrEnum):
    """What a body prints as the last valid day: the day before the anniversary, or the same."""

    DAY_BEFORE = "day_before"
    SAME_DAY = "same_day"


class CertificateStatus(StrEnum):
    IN_PROGRESS = "in_progress"
    VALID = "valid"
    SUSPENDED = "suspended"
    IN_TRANSITION = "in_transition"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"

    @property
    def is_alive(self) -> bool:
        return self in (
            CertificateStatus.IN_PROGRESS,
            CertificateStatus.VALID,
            CertificateStatus.SUSPENDED,
            CertificateStatus.IN_TRANSITION,
        )


class RiskCategory(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class SampleKind(StrEnum):
    INITIAL = "initial"
    SURVEILLANCE = "surveillance"
    RENEWAL = "renewal"


class Choice(StrEnum):
    """Why a site is in the sample."""

    NEVER_VISITED = "never_visited"
    LONGEST_UNVISITED = "longest_unvisited"
    AT_RANDOM = "at_random"


class CertificateFacts(In):
    body: str = Field(min_length=2, max_length=200)
    accreditation: str = Field(default="", max_length=200)
    number: str = Field(default="", max_length=100)
    scope: str = Field(min_length=3, max_length=4000)
    site_ids: Sites
    central_id: UUID | None = None
    risks: dict[UUID, RiskCategory] = Field(default_factory=dict, max_length=500)


class CertificateIn(CertificateFacts):
    """Either decided on a day, or a decision is wanted by one. `site_id`: the place that holds it.

    `central_id`: the site of the central function, if it has several.
    """

    id: UUID | None = None
    site_id: UUID
    reference_id: UUID
    expiry_rule: ExpiryRule = ExpiryRule.DAY_BEFORE
    decided_on: Day | None = None
    wanted_by: Day | None = None
    certified_since: Day | None = None


class CertificateChange(CertificateFacts, Change):
    pass


class DecisionIn(Change):
    """The body decided to certify or to renew. `keeps_day`: an early one leaves the anniversary."""

    decided_on: Day
    keeps_day: StrictBool = True
    number: str = Field(default="", max_length=100)


class StatusIn(Change):
    status: CertificateStatus
    reason: Reason


class CertificateOut(Out):
    id: UUID
    version: int
    site_id: UUID
    reference_id: UUID
    body: str
    accreditation: str
    number: str
    scope: str
    site_ids: list[UUID]
    central_id: UUID | None
    risks: dict[UUID, RiskCategory]
    expiry_rule: ExpiryRule
    cycle: int
    wanted_by: date | None
    decided_on: date | None
    expires_on: date | None
    restore_limit: date | None
    certified_since: date | None
    status: CertificateStatus
    status_reason: str


class MetIn(Change):
    met_on: Day


class WindowOut(Out):
    id: UUID
    version: int
    certificate_id: UUID
    site_id: UUID
    title: str
    cycle: int
    stage: Stage
    opens_on: date
    latest_on: date
    met_on: date | None
    lapsed: bool
    entry_id: UUID | None


class SampleIn(In):
    """`effective`: the system proved so over the cycle. Sites that risk adds need a reason."""

    id: UUID | None = None
    kind: SampleKind
    year: StrictInt = Field(ge=2000, le=2999)
    effective: StrictBool = False
    added: StrictInt = Field(default=0, ge=0, le=100)
    reason: str = Field(default="", max_length=2000)


class SampledSite(Out):
    site_id: UUID
    last_visit: date | None
    risk: RiskCategory
    lot: str
    choice: Choice | None


class SampleOut(Out):
    """The arithmetic and the choice, with all that they were made from: anybody can redo them."""

    id: UUID
    certificate_id: UUID
    site_id: UUID
    edition: int
    kind: SampleKind
    year: int
    effective: bool
    reason: str
    central_id: UUID | None
    seed: str
    sites: int
    tenths: int
    rounded: int
    added: int
    visited: int
    at_random: int
    candidates: list[SampledSite]
    drawn_by: UUID
    drawn_at: datetime
    verified: bool
