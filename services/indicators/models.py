from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from uuid import UUID

from sqlalchemy import (
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.indicators.errors import (
    ActionNotKnownHere,
    AlertAlreadyClosed,
    AlertNeedsAnswer,
    AlertNotRaised,
    BandNeedsBothEnds,
    BoundsCrossed,
    DenominatorMissing,
    DenominatorUnwanted,
    MeaningChanged,
    NotMeasuredByPeople,
    PeriodNotBegun,
    QuantityOutOfRange,
)
from services.indicators.schemas import (
    Aggregation,
    AlertStatus,
    DefinitionIn,
    Direction,
    Frequency,
    Missing,
    Source,
    Status,
)
from shared.catalogue import Superseded
from shared.db import EXACT, Entity, OfSite, Traced, schema
from shared.directory import add_directory

MAJOR = "NC_MAJ"
KEPT = Decimal("0.00000001")
LARGEST = Decimal(10) ** 16
DIGITS = 60
WIDE = Numeric(40, 8)
"""Figures added up may hold more digits than any one measurement."""


class Model(Entity, DeclarativeBase):
    metadata = schema("indicators")


add_directory(Model.metadata)

known_action = Table(
    "known_action",
    Model.metadata,
    Column("id", Uuid, primary_key=True),
    Column("site_id", Uuid, nullable=False),
    Column("opened_on", Date),
    Column("due_on_initial", Date),
    Column("due_on", Date),
    Column("due_version", Integer, nullable=False),
    Column("done_on", Date),
    Column("closed_on", Date),
    Column("state_version", Integer, nullable=False),
    Index("ix_known_action_site_id_opened_on", "site_id", "opened_on"),
    Index("ix_known_action_site_id_due_on_initial", "site_id", "due_on_initial"),
)

known_finding = Table(
    "known_finding",
    Model.metadata,
    Column("id", Uuid, primary_key=True),
    Column("site_id", Uuid, nullable=False),
    Column("grade", Text, nullable=False),
    Column("raised_on", Date, nullable=False),
    Index("ix_known_finding_site_id_raised_on", "site_id", "raised_on"),
)


class Definition(Superseded, Model):
    """What an indicator means, and its bounds. Computed values keep the edition's id."""

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    name_fr: Mapped[str]
    name_en: Mapped[str]
    purpose: Mapped[str] = mapped_column(default="")
    unit: Mapped[str]
    direction: Mapped[Direction]
    aggregation: Mapped[Aggregation]
    factor: Mapped[Decimal] = mapped_column(EXACT, default=Decimal(1))
    frequency: Mapped[Frequency] = mapped_column(default=Frequency.MONTH)
    source: Mapped[Source] = mapped_column(default=Source.REPORTED)
    target: Mapped[Decimal | None] = mapped_column(EXACT)
    alert: Mapped[Decimal | None] = mapped_column(EXACT)

    @property
    def is_ratio(self) -> bool:
        return self.aggregation is Aggregation.RATIO_OF_SUMS

    def period_of(self, day: date) -> date:
        return day.replace(day=1, month=1 if self.frequency is Frequency.YEAR else day.month)

    def watches(self, period: date, today: date) -> bool:
        """Whether a value of this period may raise an alert.

        It is the period that runs. People report after a period has ended, so for what they
        report it is also the one before.
        """
        running = self.period_of(today)
        if self.source is Source.REPORTED:
            return period in (running, self.period_of(date.fromordinal(running.toordinal() - 1)))
        return period == running

    def value_of(self, numerator: Decimal | None, denominator: Decimal | None) -> Decimal | None:
        if numerator is None or (self.is_ratio and not denominator):
            return None
        with localcontext(prec=DIGITS):
            value = numerator * self.factor
            return value / denominator if self.is_ratio and denominator else value

    def status_of(self, value: Decimal | None) -> Status:
        """Judge a value. Without a value or without bounds there is nothing to say: grey."""
        if value is None or (self.target is None and self.alert is None):
            return Status.GREY
        if self.bound_crossed_by(value) is not None:
            return Status.RED
        if self.direction is Direction.BAND or self.target is None:
            return Status.GREEN
        reached = value <= self.target if self.direction is Direction.LOW else value >= self.target
        return Status.GREEN if reached else Status.ORANGE

    def bound_crossed_by(self, value: Decimal) -> Decimal | None:
        """The bound that a value is out of, if it is out of bounds."""
        low, high = self._limits
        if low is not None and value < low:
            return low
        return high if high is not None and value > high else None

    def is_worse(self, value: Decimal, than: Decimal) -> bool:
        low, high = self._limits
        return self._excess(value, low, high) > self._excess(than, low, high)

    def require_coherent(self) -> None:
        if self.direction is Direction.BAND and (self.target is None or self.alert is None):
            raise BandNeedsBothEnds
        if self.target is None or self.alert is None:
            return
        low_first = self.direction is not Direction.HIGH
        crossed = self.target > self.alert if low_first else self.target < self.alert
        if crossed:
            raise BoundsCrossed(target=self.target, alert=self.alert, side=self.direction)

    def require_same_meaning(self, data: DefinitionIn) -> None:
        """A new edition may have other names and bounds; what is added up stays the same."""
        meant = ("unit", "aggregation", "factor", "frequency", "source")
        changed = [name for name in meant if getattr(self, name) != getattr(data, name)]
        if changed:
            raise MeaningChanged(code=self.code, kept=", ".join(changed))

    def require_reported(self) -> None:
        if self.source is not Source.REPORTED:
            raise NotMeasuredByPeople(code=self.code)

    def require_begun(self, period: date, today: date) -> None:
        if period > today:
            raise PeriodNotBegun(period=period)

    def require_components(self, numerator: Decimal, denominator: Decimal | None) -> None:
        if self.is_ratio and denominator is None:
            raise DenominatorMissing(code=self.code)
        if not self.is_ratio and denominator is not None:
            raise DenominatorUnwanted(code=self.code)
        value = self.value_of(numerator, denominator)
        if value is not None and abs(value) >= LARGEST:
            raise QuantityOutOfRange(quantity=numerator, unit="", own=self.unit)

    @property
    def _limits(self) -> tuple[Decimal | None, Decimal | None]:
        """Between which values this is in bounds; None where there is no limit."""
        if self.direction is Direction.BAND:
            return self.target, self.alert
        return (None, self.alert) if self.direction is Direction.LOW else (self.alert, None)

    @staticmethod
    def _excess(value: Decimal, low: Decimal | None, high: Decimal | None) -> Decimal:
        below = low - value if low is not None else None
        above = value - high if high is not None else None
        return max(excess for excess in (below, above, Decimal(0)) if excess is not None)


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
    comment: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")


class Value(OfSite, Model):
    """An indicator at a place in a period: of a site, or added up over a division or group."""

    __tablename__ = "value"
    __table_args__ = (
        UniqueConstraint("site_id", "code", "period"),
        Index("ix_value_code_period", "code", "period"),
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


class Alert(OfSite, Traced, Model):
    """An indicator out of its bounds at a place. `worst` is how far it went since."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_site_id_code",
            "site_id",
            "code",
            unique=True,
            postgresql_where="status <> 'closed'",
        ),
        Index("ix_alert_site_id_code_raised_at", "site_id", "code", "raised_at"),
    )
