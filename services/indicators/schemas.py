"""Indicators, their values and alerts, as the indicators service shows them."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from shared.schemas import Change, Day, In, Out, Quantity

Amount = Annotated[Decimal, Field(max_digits=24, decimal_places=8)]


class Direction(StrEnum):
    """Which way is better: low, high, or within a band."""

    LOW = "LOW"
    HIGH = "HIGH"
    BAND = "BAND"


class Aggregation(StrEnum):
    """How figures are added up over sites and over time. Ratios are never averaged.

    LAST_SUM is a stock: sites add up, of several periods the last counts. What is a chain of steps
    or has no sum (NONE) is shown site by site only.
    """

    SUM = "SUM"
    RATIO_OF_SUMS = "RATIO_OF_SUMS"
    MAX = "MAX"
    LAST_SUM = "LAST_SUM"
    PRODUCT_CHAIN = "PRODUCT_CHAIN"
    NONE = "NONE"

    @property
    def adds_up(self) -> bool:
        return self not in (Aggregation.PRODUCT_CHAIN, Aggregation.NONE)


class Side(StrEnum):
    """Where a part of a formula stands."""

    NUMERATOR = "numerator"
    DENOMINATOR = "denominator"


class Frequency(StrEnum):
    MONTH = "month"
    YEAR = "year"


class Chart(StrEnum):
    """The control chart that suits an indicator.

    Single values; means of the three months of a quarter; a share of parts (p), or their number
    where samples are of one size (np); a number of events (c), or their rate over an exposure (u).
    """

    INDIVIDUALS = "I"
    QUARTERS = "Xbar"
    PROPORTION = "p"
    NUMBER_DEFECTIVE = "np"
    COUNT = "c"
    RATE = "u"


class Rule(StrEnum):
    """What raises an alert: the bounds of the indicator, and what else it is watched for.

    A pattern on its control chart; a trend the wrong way; figures not reported in time; too few
    sites for a figure above them; four fifths of what the law allows.
    """

    LIMIT = "limit"
    PATTERN = "pattern"
    TREND = "trend"
    STALE = "stale"
    INCOMPLETE = "incomplete"
    LEGAL = "legal"


class Source(StrEnum):
    """Where measurements come from: computed from events, or reported by people."""

    OPEN_ACTIONS = "open_actions"
    OVERDUE_ACTIONS = "overdue_actions"
    CLOSED_ON_TIME = "closed_on_time"
    FINDINGS = "findings"
    MAJOR_NONCONFORMITIES = "major_nonconformities"
    REPEATED_NONCONFORMITIES = "repeated_nonconformities"
    AGE_OF_NONCONFORMITIES = "age_of_nonconformities"
    AUDITS_HELD = "audits_held"
    REPORTED = "reported"

    @property
    def is_ratio(self) -> bool:
        return self in RATIOS

    @property
    def is_of_findings(self) -> bool:
        """Whether its figures divide by grade, clause and process."""
        return self in OF_FINDINGS


OF_FINDINGS: Final = frozenset(
    {
        Source.FINDINGS,
        Source.MAJOR_NONCONFORMITIES,
        Source.REPEATED_NONCONFORMITIES,
        Source.AGE_OF_NONCONFORMITIES,
    }
)
RATIOS: Final = frozenset(
    {
        Source.CLOSED_ON_TIME,
        Source.REPEATED_NONCONFORMITIES,
        Source.AGE_OF_NONCONFORMITIES,
        Source.AUDITS_HELD,
    }
)


class Status(StrEnum):
    GREEN = "green"
    ORANGE = "orange"
    RED = "red"
    GREY = "grey"


class Missing(StrEnum):
    """Why there is no value."""

    NOT_REPORTED = "not_reported"
    ZERO_DENOMINATOR = "zero_denominator"


class Components(In):
    """What a figure is made of, never only a ratio.

    Numerator and denominator, or by their codes the amounts of a formula that has more parts.
    """

    numerator: Decimal | None = Field(default=None, max_digits=24, decimal_places=8)
    denominator: Decimal | None = Field(default=None, ge=0, max_digits=24, decimal_places=8)
    amounts: dict[str, Amount] = Field(default_factory=dict, max_length=12)


class MeasurementIn(Components):
    """What a site reports of a period, in any unit that converts to the definition's own."""

    id: UUID | None = None
    code: str
    site_id: UUID
    period: Day
    unit: str | None = Field(default=None, max_length=40)
    comment: str = Field(default="", max_length=2000)


class CorrectionIn(Change, Components):
    reason: str = Field(min_length=5, max_length=2000)


class MeasurementOut(Out):
    """What was reported, in the definition's own unit. `reason` is that of the last correction."""

    id: UUID
    version: int
    definition_id: UUID
    code: str
    site_id: UUID
    period: date
    numerator: Quantity
    denominator: Quantity | None
    amounts: dict[str, Quantity]
    implausible: bool
    comment: str
    reason: str


class ValueOut(Out):
    """An indicator at a place in a period. `value` is null when it cannot be computed.

    `reporting` of `expected` sites have reported; missing ones are missing, not zero.
    """

    definition_id: UUID
    site_id: UUID
    period: date
    numerator: Quantity | None
    denominator: Quantity | None
    value: Quantity | None
    missing: Missing | None
    status: Status
    reporting: int
    expected: int


class By(StrEnum):
    """What a figure that is made of findings divides into."""

    GRADE = "grade"
    CLAUSE = "clause"
    PROCESS = "process"


class Part(Out):
    """What findings of one grade, clause or process make of a figure. No key: it was not told."""

    by: By
    key: str
    numerator: Quantity
    denominator: Quantity | None
    value: Quantity | None


class SideBySide(Out):
    """An indicator's last periods, oldest first, and its values there; a place may have none."""

    periods: list[date]
    values: list[ValueOut]


class Unreported(Out):
    """What a site has not reported of the period that ended last, and by when it was to."""

    definition_id: UUID
    site_id: UUID
    period: date
    due_on: date


class Standing(Out):
    """How many alerts of a site are not closed, and how many figures it has not reported."""

    site_id: UUID
    alerts: int
    unreported: int
