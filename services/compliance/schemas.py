"""References and their requirements, as the compliance service shows them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from shared.schemas import Change, Day, In, Out


class ReferenceKind(StrEnum):
    STANDARD = "standard"
    INTERNAL = "internal"
    REGULATORY = "regulatory"


class ReferenceStatus(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    SUPERSEDED = "superseded"


class Theme(StrEnum):
    """What requirements of several standards are about: who answers one, answers its likes."""

    CONTEXT = "context"
    INTERESTED_PARTIES = "interested_parties"
    SCOPE = "scope"
    SYSTEM = "system"
    LEADERSHIP = "leadership"
    CUSTOMER_FOCUS = "customer_focus"
    POLICY = "policy"
    ROLES = "roles"
    PARTICIPATION = "participation"
    RISKS_OPPORTUNITIES = "risks_opportunities"
    ASPECTS_HAZARDS = "aspects_hazards"
    OBLIGATIONS = "obligations"
    RISK_ACTIONS = "risk_actions"
    OBJECTIVES = "objectives"
    CHANGES = "changes"
    RESOURCES = "resources"
    COMPETENCE = "competence"
    AWARENESS = "awareness"
    COMMUNICATION = "communication"
    DOCUMENTATION = "documentation"
    OPERATIONAL_CONTROL = "operational_control"
    CUSTOMER_REQUIREMENTS = "customer_requirements"
    DESIGN = "design"
    PURCHASING = "purchasing"
    PRODUCTION = "production"
    RELEASE = "release"
    NONCONFORMING_OUTPUTS = "nonconforming_outputs"
    EMERGENCY = "emergency"
    MONITORING = "monitoring"
    CUSTOMER_SATISFACTION = "customer_satisfaction"
    DATA_ANALYSIS = "data_analysis"
    COMPLIANCE_EVALUATION = "compliance_evaluation"
    INTERNAL_AUDIT = "internal_audit"
    MANAGEMENT_REVIEW = "management_review"
    CORRECTIVE_ACTION = "corrective_action"
    IMPROVEMENT = "improvement"


class _Described(In):
    code: str = Field(min_length=2, max_length=80)
    edition: str = Field(min_length=1, max_length=40)
    kind: ReferenceKind
    title_fr: str = Field(min_length=3, max_length=200)
    title_en: str = Field(min_length=3, max_length=200)
    amendment: str = Field(default="", max_length=120)
    source: str = Field(default="", max_length=500)
    in_force_from: Day


class ReferenceIn(_Described):
    """A standard's edition, an internal rule or a legal text; its requirements come after it."""

    id: UUID | None = None


class ReferenceChange(_Described, Change):
    """A draft as it is to be."""


class StepIn(Change):
    """A step of the reference's life, taken on the version that was shown."""


class SupersedeIn(Change):
    """Which newer edition takes over, and the last day on which this one may still be used."""

    by: UUID
    until: Day


class ReferenceOut(Out):
    id: UUID
    version: int
    code: str
    edition: str
    kind: ReferenceKind
    title_fr: str
    title_en: str
    amendment: str
    source: str
    in_force_from: date
    in_force_until: date | None
    status: ReferenceStatus
    issued_at: datetime | None
    superseded_by: UUID | None
    correlation_id: UUID


class _Required(In):
    number: str = Field(min_length=1, max_length=40)
    title_fr: str = Field(min_length=2, max_length=300)
    title_en: str = Field(min_length=2, max_length=300)
    theme: Theme | None = None
    also: list[Theme] = Field(default=[], max_length=10)


class RequirementIn(_Required):
    """A requirement in our own words.

    Without `parent` it stands below the number before its last point, if there is one.
    """

    id: UUID | None = None
    parent: str | None = Field(default=None, max_length=40)


class RequirementChange(_Required, Change):
    """A requirement of a draft as it is to be; it stays below what it was below."""


class RequirementOut(Out):
    id: UUID
    version: int
    reference_id: UUID
    number: str
    parent_id: UUID | None
    title_fr: str
    title_en: str
    theme: Theme | None
    also: list[Theme]
    position: int


class ShippedOut(Out):
    """A standard whose requirements come with the product, and its reference once it is loaded."""

    name: str
    code: str
    edition: str
    title_fr: str
    title_en: str
    requirements: int
    reference_id: UUID | None
