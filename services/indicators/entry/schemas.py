"""The grid in which a site enters its figures: many indicators, a year's periods."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field, StrictInt

from services.indicators.definition_schemas import DefinitionOut
from services.indicators.schemas import Components, MeasurementOut
from shared.bulk_schemas import Refusal
from shared.schemas import Day, In, Out

MOST_FIGURES = 300


class Entered(Components):
    """A figure of an indicator in a period. `version` is that of the measurement it corrects."""

    code: str
    period: Day
    version: StrictInt | None = None


class EntryIn(In):
    """Figures of one site. The reason is that of all corrections among them."""

    site_id: UUID
    reason: str = Field(default="", max_length=2000)
    figures: list[Entered] = Field(min_length=1, max_length=MOST_FIGURES)


class Became(StrEnum):
    REPORTED = "reported"
    CORRECTED = "corrected"
    UNCHANGED = "unchanged"


class EntryOutcome(Out):
    """What became of one figure: kept, or refused and why. One that is implausible is kept."""

    code: str
    period: date
    became: Became | None
    implausible: bool
    refused: Refusal | None


class GridLine(Out):
    """An indicator that a site reports, and what it reported in a year."""

    definition: DefinitionOut
    measurements: list[MeasurementOut]
