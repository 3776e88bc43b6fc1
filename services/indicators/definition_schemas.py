"""Definitions of indicators, as the indicators service shows them."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from services.indicators.schemas import (
    Aggregation,
    Chart,
    Direction,
    Frequency,
    Rule,
    Side,
    Source,
    ValueOut,
)
from shared.schemas import In, Out, Quantity


class Component(In):
    """A named part of a formula, in its own unit; it counts `weight` times."""

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,19}$")
    name_fr: str = Field(min_length=2, max_length=200)
    name_en: str = Field(min_length=2, max_length=200)
    unit: str = Field(default="", max_length=40)
    side: Side = Side.NUMERATOR
    weight: Decimal = Field(default=Decimal(1), ge=-(10**6), le=10**6, decimal_places=8)


class Method(In):
    """How figures come about, in the words of who answers for them, and by when."""

    collection: str = Field(default="", max_length=2000)
    processing: str = Field(default="", max_length=2000)
    origin: str = Field(default="", max_length=2000)
    follow_up: str = Field(default="", max_length=2000)
    diffusion: str = Field(default="", max_length=2000)
    owner_id: UUID | None = None
    due_day: StrictInt = Field(default=15, ge=1, le=180)
    everywhere: StrictBool = True
    plausible_min: Decimal | None = Field(default=None, max_digits=24, decimal_places=8)
    plausible_max: Decimal | None = Field(default=None, max_digits=24, decimal_places=8)
    legal_limit: Decimal | None = Field(default=None, max_digits=24, decimal_places=8)


class DefinitionIn(Method):
    """What is measured, and its bounds: better up to the target, out of bounds past the alert.

    For a band, target and alert are its lower and upper ends. The bounds of a count are those
    of a site: a division or group shows the worst status of its sites. Figures are due `due_day`
    days after their period, from every site or, unless `everywhere`, from those that measure it.
    Those past the plausible limits are kept, and asked about.
    """

    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")
    name_fr: str = Field(min_length=3, max_length=200)
    name_en: str = Field(min_length=3, max_length=200)
    purpose_fr: str = Field(default="", max_length=2000)
    purpose_en: str = Field(default="", max_length=2000)
    unit: str = Field(max_length=40)
    direction: Direction
    aggregation: Aggregation
    factor: Decimal = Field(default=Decimal(1), gt=0, le=10**9, decimal_places=8)
    frequency: Frequency = Frequency.MONTH
    source: Source = Source.REPORTED
    target: Decimal | None = Field(default=None, max_digits=24, decimal_places=8)
    alert: Decimal | None = Field(default=None, max_digits=24, decimal_places=8)
    components: list[Component] = Field(default_factory=list, max_length=12)
    watches: list[Rule] = Field(default_factory=list, max_length=6)
    chart: Chart = Chart.INDIVIDUALS


class ComponentOut(Out):
    code: str
    name_fr: str
    name_en: str
    unit: str
    side: Side
    weight: Quantity


class DefinitionOut(Out):
    """An edition. `is_composed`: figures are given part by part, and not by their two sides."""

    id: UUID
    version: int
    code: str
    edition: int
    name_fr: str
    name_en: str
    purpose_fr: str
    purpose_en: str
    unit: str
    direction: Direction
    aggregation: Aggregation
    factor: Quantity
    frequency: Frequency
    source: Source
    target: Quantity | None
    alert: Quantity | None
    components: list[ComponentOut]
    is_composed: bool
    collection: str
    processing: str
    origin: str
    follow_up: str
    diffusion: str
    owner_id: UUID | None
    due_day: int
    everywhere: bool
    plausible_min: Quantity | None
    plausible_max: Quantity | None
    legal_limit: Quantity | None
    watches: list[Rule]
    chart: Chart
    defined_by: UUID | None
    validated_by: UUID | None
    validated_at: datetime | None
    superseded_at: datetime | None


class Row(Out):
    """One line of the scorecard: a definition and its latest value at a place."""

    definition: DefinitionOut
    latest: ValueOut | None
    open_alerts: int
