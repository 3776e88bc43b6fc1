"""The register of risks, as the risk service shows it."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field, StrictInt

from shared.schemas import Change, In, Out


class Domain(StrEnum):
    QUALITY = "Q"
    SAFETY = "S"
    ENVIRONMENT = "E"


class Rating(StrEnum):
    """Which of a risk's ratings: without measures, or with those in place."""

    INITIAL = "initial"
    RESIDUAL = "residual"


class RatingIn(In):
    """Gravity and probability on the method's scale; both or neither: unrated is not zero."""

    gravity: StrictInt = Field(ge=1, le=10)
    probability: StrictInt = Field(ge=1, le=10)


class RiskIn(In):
    id: UUID | None = None
    site_id: UUID
    domain: Domain
    process: str = Field(default="", max_length=40)
    title: str = Field(min_length=3, max_length=200)
    description: str = Field(default="", max_length=4000)
    method: str = Field(default="GP4", max_length=40)
    method_reason: str = Field(min_length=10, max_length=2000)
    initial: RatingIn | None = None


class ResidualIn(Change):
    """The rating with the measures in place, and what they are."""

    residual: RatingIn
    measures: str = Field(min_length=5, max_length=4000)


class RiskOut(Out):
    id: UUID
    version: int
    site_id: UUID
    domain: Domain
    process: str
    title: str
    description: str
    method_id: UUID
    method_reason: str
    initial_gravity: int | None
    initial_probability: int | None
    initial_score: int | None
    initial_level: int | None
    residual_method_id: UUID | None
    residual_gravity: int | None
    residual_probability: int | None
    residual_score: int | None
    residual_level: int | None
    measures: str
    assessed_on: date | None
    escalated_at: datetime | None
    correlation_id: UUID


class Band(In):
    """A level of the method: from this score up, to the next band."""

    level: StrictInt = Field(ge=1, le=10)
    minimum: StrictInt = Field(ge=1)
    label_fr: str = Field(max_length=80)
    label_en: str = Field(max_length=80)


class MethodIn(In):
    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")
    name_fr: str = Field(min_length=3, max_length=200)
    name_en: str = Field(min_length=3, max_length=200)
    scale: StrictInt = Field(ge=3, le=10)
    bands: list[Band] = Field(min_length=2, max_length=10)
    grave_floor_level: StrictInt = Field(default=1, ge=1, le=10)
    escalation_level: StrictInt = Field(ge=1, le=10)


class MethodOut(Out):
    id: UUID
    version: int
    code: str
    edition: int
    name_fr: str
    name_en: str
    scale: int
    bands: list[Band]
    grave_floor_level: int
    escalation_level: int
    superseded_at: datetime | None


class Cell(Out):
    """A rating that a method knows, the level it stands for, and how many risks have it."""

    gravity: int
    probability: int
    level: int
    risks: int


class MatrixOut(Out):
    """All ratings of a method, the gravest first; apart: who has none, and who has another's."""

    cells: list[Cell]
    unrated: int
    otherwise: int
