from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    ForeignKey,
    Index,
    Numeric,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.indicators.aggregation import LARGEST, Bounds, period_of, value_of
from services.indicators.definition_schemas import Component, DefinitionIn
from services.indicators.errors import (
    ChartNeedsRatio,
    CountedEverywhere,
    DenominatorMissing,
    DenominatorUnwanted,
    ImplausibleLimits,
    LegalLimitMissing,
    MeaningChanged,
    NoLongerMeasuredHere,
    NotMeasuredByPeople,
    NumeratorMissing,
    PeriodNotBegun,
    QuantityOutOfRange,
    SourceDoesNotFit,
)
from services.indicators.formula import Formula
from services.indicators.schemas import (
    Aggregation,
    Chart,
    Components,
    Direction,
    Frequency,
    Missing,
    Rule,
    Source,
    Status,
)
from shared.catalogue import Superseded
from shared.db import EXACT, Entity, OfSite, schema
from shared.directory import add_directory
from shared.evidence import Filed
from shared.import_rows import add_imports
from shared.job_rows import add_jobs
from shared.search import Findable, by_trigrams

WIDE = Numeric(40, 8)
"""Figures added up may hold more digits than any one measurement."""


class Model(Entity, DeclarativeBase):
    metadata = schema("indicators")


add_directory(Model.metadata)
add_jobs(Model.metadata)
add_imports(Model.metadata)

known_node = Model.metadata.tables["indicators.known_node"]


PARTS_OR_EVENTS = (Chart.PROPORTION, Chart.NUMBER_DEFECTIVE, Chart.RATE)
"""Charts of a number over a size, and so of a ratio."""


class Definition(Superseded, Findable, Model):
    """What an indicator means, and its bounds. Computed values keep the edition's id."""

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("code", "edition"), by_trigrams())

    name_fr: Mapped[str]
    name_en: Mapped[str]
    purpose_fr: Mapped[str] = mapped_column(default="")
    purpose_en: Mapped[str] = mapped_column(default="")
    unit: Mapped[str]
    direction: Mapped[Direction]
    aggregation: Mapped[Aggregation]
    factor: Mapped[Decimal] = mapped_column(EXACT, default=Decimal(1))
    frequency: Mapped[Frequency] = mapped_column(default=Frequency.MONTH)
    source: Mapped[Source] = mapped_column(default=Source.REPORTED)
    target: Mapped[Decimal | None] = mapped_column(EXACT)
    alert: Mapped[Decimal | None] = mapped_column(EXACT)
    components: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    collection: Mapped[str] = mapped_column(default="")
    processing: Mapped[str] = mapped_column(default="")
    origin: Mapped[str] = mapped_column(default="")
    follow_up: Mapped[str] = mapped_column(default="")
    diffusion: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[UUID | None]
    due_day: Mapped[int] = mapped_column(default=15)
    everywhere: Mapped[bool] = mapped_column(default=True)
    plausible_min: Mapped[Decimal | None] = mapped_column(EXACT)
    plausible_max: Mapped[Decimal | None] = mapped_column(EXACT)
    legal_limit: Mapped[Decimal | None] = mapped_column(EXACT)
    watches: Mapped[list[Rule]] = mapped_column(ARRAY(Text), default=list)
    chart: Mapped[Chart] = mapped_column(default=Chart.INDIVIDUALS)
    defined_by: Mapped[UUID | None]
    validated_by: Mapped[UUID | None]
    validated_at: Mapped[datetime | None]

    found_in = ("name_fr", "name_en", "code")

    @property
    def is_ratio(self) -> bool:
        return self.aggregation is Aggregation.RATIO_OF_SUMS

    def watches_for(self, rule: Rule) -> bool:
        """Bounds are watched wherever there are any; the rest where somebody asked for it."""
        return rule in self.watches or (rule is Rule.LIMIT and self.alert is not None)

    @property
    def is_composed(self) -> bool:
        return self.formula.is_composed

    @property
    def is_comparable(self) -> bool:
        """Whether a figure of many sites can be held to the same bounds as that of one."""
        return self.aggregation in (Aggregation.RATIO_OF_SUMS, Aggregation.MAX)

    @property
    def formula(self) -> Formula:
        parts = (Component.model_validate(part) for part in self.components)
        return Formula(self.aggregation, tuple(parts))

    @property
    def bounds(self) -> Bounds:
        return Bounds(self.direction, self.target, self.alert)

    def period_of(self, day: date) -> date:
        return period_of(self.frequency, day)

    def value_of(self, numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
        return value_of(self.aggregation, self.factor, numerator, denominator)

    def is_current(self, period: date, today: date) -> bool:
        """Tell whether a value of this period may raise an alert: that of the period that runs.

        People report after a period has ended, so of what they report it is also the one before.
        """
        running = self.period_of(today)
        if self.source is Source.REPORTED:
            return period in (running, self.period_of(running - timedelta(days=1)))
        return period == running

    def require_coherent(self) -> None:
        self.bounds.require_coherent()
        self.formula.require_coherent()
        low, high = self.plausible_min, self.plausible_max
        if low is not None and high is not None and low > high:
            raise ImplausibleLimits
        if self.chart in PARTS_OR_EVENTS and self.aggregation is not Aggregation.RATIO_OF_SUMS:
            raise ChartNeedsRatio(chart=self.chart)
        if self.watches_for(Rule.LEGAL) and self.legal_limit is None:
            raise LegalLimitMissing
        if self.source is Source.REPORTED:
            return
        if not self.everywhere:
            raise CountedEverywhere(code=self.code)
        fitting = Aggregation.RATIO_OF_SUMS if self.source.is_ratio else Aggregation.SUM
        if (self.aggregation, self.frequency) != (fitting, Frequency.MONTH):
            raise SourceDoesNotFit(source=self.source, aggregation=fitting)

    def require_same_meaning(self, data: DefinitionIn) -> None:
        """Let a new edition have other names and bounds; what is added up stays the same."""
        meant = ("code", "unit", "aggregation", "factor", "frequency", "source")
        changed = [name for name in meant if getattr(self, name) != getattr(data, name)]
        if not self.formula.means_the_same(data.components):
            changed.append("components")
        if changed:
            raise MeaningChanged(code=self.code, kept=", ".join(changed))

    def require_reported(self) -> None:
        if self.source is not Source.REPORTED:
            raise NotMeasuredByPeople(code=self.code)

    def require_begun(self, period: date, today: date) -> None:
        if period > today:
            raise PeriodNotBegun(period=period)

    def is_plausible(self, value: Decimal | None) -> bool:
        low, high = self.plausible_min, self.plausible_max
        too_low = value is not None and low is not None and value < low
        too_high = value is not None and high is not None and value > high
        return not (too_low or too_high)

    def required(self, numerator: Decimal | None, denominator: Decimal | None) -> Decimal:
        """The numerator, if with its denominator it makes a figure of this kind."""
        if numerator is None:
            raise NumeratorMissing(code=self.code)
        if self.is_ratio and denominator is None:
            raise DenominatorMissing(code=self.code)
        if not self.is_ratio and denominator is not None:
            raise DenominatorUnwanted(code=self.code)
        value = self.value_of(numerator, denominator)
        if value is not None and abs(value) >= LARGEST:
            raise QuantityOutOfRange(quantity=numerator, unit=self.unit, own=self.unit)
        return numerator


class Instance(OfSite, Model):
    """A site that measures an indicator which is not measured everywhere, from a period on."""

    __tablename__ = "instance"
    __table_args__ = (
        Index(
            "uq_instance_code_site_id",
            "code",
            "site_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    code: Mapped[str]
    since: Mapped[date]
    ended_on: Mapped[date | None]

    def end(self, on: date) -> None:
        if self.ended_on is not None:
            raise NoLongerMeasuredHere(code=self.code, day=self.ended_on)
        self.ended_on = on


class Measurement(OfSite, Model):
    """What a person reported: components, in the definition's own unit."""

    __tablename__ = "measurement"
    __table_args__ = (
        UniqueConstraint("code", "site_id", "period"),
        Index("ix_measurement_code_period", "code", "period"),
    )

    definition_id: Mapped[UUID] = mapped_column(ForeignKey("indicators.definition.id"))
    code: Mapped[str]
    period: Mapped[date] = mapped_column(index=True)
    numerator: Mapped[Decimal] = mapped_column(EXACT)
    denominator: Mapped[Decimal | None] = mapped_column(EXACT)
    amounts: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict)
    implausible: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")

    def says(self, data: Components) -> bool:
        """Whether somebody enters what is there already."""
        if data.amounts:
            return {code: Decimal(text) for code, text in self.amounts.items()} == data.amounts
        return (self.numerator, self.denominator) == (data.numerator, data.denominator)


class Evidence(Filed, Model):
    """A file put with a measurement."""

    __tablename__ = "evidence"


class Value(OfSite, Model):
    """An indicator at a place in a period: of a site, or added up over a division or group."""

    __tablename__ = "value"
    __table_args__ = (
        UniqueConstraint("site_id", "code", "period"),
        Index("ix_value_code_period", "code", "period"),
        {"info": {"unrecorded": True}},
    )

    definition_id: Mapped[UUID] = mapped_column(ForeignKey("indicators.definition.id"))
    code: Mapped[str]
    period: Mapped[date]
    numerator: Mapped[Decimal | None] = mapped_column(WIDE)
    denominator: Mapped[Decimal | None] = mapped_column(WIDE)
    value: Mapped[Decimal | None] = mapped_column(WIDE)
    missing: Mapped[Missing | None]
    status: Mapped[Status]
    reporting: Mapped[int]
    expected: Mapped[int]
