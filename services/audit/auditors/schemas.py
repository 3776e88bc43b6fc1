"""Who audits, what shows that they can, and what stands against it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from services.audit.schemas import AuditStatus, AuditType
from shared.schemas import Change, Day, In, Out

Code = Annotated[str, Field(min_length=2, max_length=40)]
"""A reference without its edition, such as ISO 9001; or a process, such as PROD."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class TeamRole(StrEnum):
    """What somebody is in the team of an audit."""

    LEAD = "lead"
    AUDITOR = "auditor"
    TRAINEE = "trainee"
    EXPERT = "expert"
    OBSERVER = "observer"
    GUIDE = "guide"

    @property
    def audits(self) -> bool:
        """Whether they answer for findings: who learns, advises or watches does not."""
        return self in (TeamRole.LEAD, TeamRole.AUDITOR)

    @property
    def watches(self) -> bool:
        """Observers and guides judge nothing, and so need no competence and no distance."""
        return self in (TeamRole.OBSERVER, TeamRole.GUIDE)


class Level(StrEnum):
    """The highest role that a competence allows."""

    LEAD = "lead"
    AUDITOR = "auditor"
    TRAINEE = "trainee"
    EXPERT = "expert"


class EngagementKind(StrEnum):
    ABSENCE = "absence"
    TRAINING = "training"
    OTHER = "other"


class LinkKind(StrEnum):
    """What ties somebody to a process of a site, or to a person."""

    JOB = "job"
    ADVICE = "advice"
    DOCUMENTS = "documents"
    FAMILY = "family"
    INTEREST = "interest"

    @property
    def is_with_a_person(self) -> bool:
        return self in (LinkKind.FAMILY, LinkKind.INTEREST)


class Family(StrEnum):
    """What somebody lacks who is refused."""

    ROLE = "role"
    COMPETENCE = "competence"
    AVAILABILITY = "availability"
    INDEPENDENCE = "independence"


class RulesIn(In):
    """How far back a former job reaches, what a lead must have done, how much one audits."""

    code: str = Field(max_length=40)
    cooling_off_months: StrictInt = Field(ge=0, le=120)
    lead_audits: StrictInt = Field(ge=0, le=50)
    lead_tutored: StrictInt = Field(ge=0, le=50)
    lead_months: StrictInt = Field(ge=1, le=120)
    kept_audits: StrictInt = Field(ge=0, le=50)
    kept_months: StrictInt = Field(ge=1, le=120)
    most_days: StrictInt = Field(ge=1, le=31)


class RulesOut(RulesIn, Out):
    id: UUID
    edition: int
    superseded_at: datetime | None


class AuditorIn(In):
    """A file on somebody who audits, kept by the site where they work."""

    id: UUID | None = None
    site_id: UUID
    person_id: UUID
    works_in: list[Code] = Field(default_factory=list, max_length=20)
    languages: list[Language] = Field(default_factory=list, max_length=10)


class AuditorChange(Change):
    works_at: UUID
    works_in: list[Code] = Field(default_factory=list, max_length=20)
    languages: list[Language] = Field(default_factory=list, max_length=10)


class AuditorOut(Out):
    id: UUID
    version: int
    site_id: UUID
    person_id: UUID
    works_at: UUID
    works_in: list[str]
    languages: list[str]
    name: str
    qualified_for: list[str]
    ends_on: date | None


class CompetenceIn(In):
    """What somebody may audit by, as what, and what shows it."""

    id: UUID | None = None
    code: Code
    domain: str = Field(default="", max_length=200)
    types: list[AuditType] = Field(default_factory=list)
    level: Level
    proof: str = Field(min_length=5, max_length=2000)
    valid_from: Day
    valid_to: Day


class RevokeIn(Change):
    reason: str = Field(min_length=5, max_length=2000)


class CompetenceOut(Out):
    id: UUID
    version: int
    site_id: UUID
    auditor_id: UUID
    code: str
    domain: str
    types: list[AuditType]
    level: Level
    proof: str
    valid_from: date
    valid_to: date
    revoked_on: date | None
    revoked_for: str


class EngagementIn(In):
    id: UUID | None = None
    kind: EngagementKind
    since: Day
    until: Day
    note: str = Field(default="", max_length=500)


class EngagementOut(Out):
    id: UUID
    version: int
    kind: EngagementKind
    since: date
    until: date
    note: str


class LinkIn(In):
    """A process somebody worked in, advised or wrote documents of; or a person they are tied to."""

    id: UUID | None = None
    kind: LinkKind
    process: str = Field(default="", max_length=40)
    at_site: UUID | None = None
    until: Day | None = None
    other_id: UUID | None = None
    note: str = Field(default="", max_length=500)


class LinkOut(Out):
    id: UUID
    version: int
    kind: LinkKind
    process: str
    at_site: UUID | None
    until: date | None
    other_id: UUID | None
    note: str


class PracticeIn(In):
    """An audit held elsewhere: what the platform does not know by itself."""

    id: UUID | None = None
    held_on: Day
    code: Code
    tutored: StrictBool = False
    proof: str = Field(min_length=5, max_length=2000)


class PracticeOut(Out):
    id: UUID
    version: int
    held_on: date
    code: str
    tutored: bool
    proof: str


class WithdrawIn(Change):
    """Take back what was entered by mistake; the history keeps that it was there."""


class MonthLoad(Out):
    """How many days of a month somebody audits; its first day stands for the month."""

    month: date
    days: int


class Engaged(Out):
    """An audit that somebody is on."""

    audit_id: UUID
    title: str
    site_id: UUID
    role: TeamRole
    since: date
    until: date
    status: AuditStatus


class AuditorFile(AuditorOut):
    """Everything that is known of an auditor, for who keeps the file and for themselves."""

    competences: list[CompetenceOut]
    engagements: list[EngagementOut]
    links: list[LinkOut]
    practice: list[PracticeOut]
    audits: list[Engaged]
    load: list[MonthLoad]
    most_days: int
    audits_lately: int
    """In how many they took part over the months that keep a competence alive."""


class AuditorHere(Out):
    """Somebody who audits here and whose file another site keeps: no more than it takes."""

    person_id: UUID
    name: str
    works_at: UUID
    qualified_for: list[str]
    ends_on: date | None
