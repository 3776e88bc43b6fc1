"""How figures are computed, judged and dated. Nothing here knows of tables or transactions."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from services.indicators.errors import BandNeedsBothEnds, BoundsCrossed
from services.indicators.schemas import Aggregation, Direction, Frequency, Status

DIGITS = 60
KEPT = Decimal("0.00000001")
LARGEST = Decimal(10) ** 16

LONGEST = 24
"""Months. What happened longer ago no longer changes a figure."""


def value_of(
    aggregation: Aggregation,
    factor: Decimal,
    numerator: Decimal | None,
    denominator: Decimal | None,
) -> Decimal | None:
    """Compute a figure from components, its own or those added up; unrounded.

    Without a numerator, or over nothing, there is no value, which is not a value of zero.
    """
    is_ratio = aggregation is Aggregation.RATIO_OF_SUMS
    if numerator is None or (is_ratio and not denominator):
        return None
    with localcontext(prec=DIGITS):
        value = numerator * factor
        return value / denominator if is_ratio and denominator else value


def rounded(value: Decimal) -> Decimal:
    """Round to what is kept and shown. Figures are judged before."""
    with localcontext(prec=DIGITS):
        return value.quantize(KEPT)


@dataclass(frozen=True)
class Bounds:
    """Good up to the target, out of bounds past the alert. A band's ends are its two bounds."""

    direction: Direction
    target: Decimal | None
    alert: Decimal | None

    def status_of(self, value: Decimal | None) -> Status:
        """Judge a value. Without a value or without bounds there is nothing to say: grey."""
        if value is None or (self.target is None and self.alert is None):
            return Status.GREY
        if self.crossed_by(value) is not None:
            return Status.RED
        return Status.GREEN if self._is_reached(value) else Status.ORANGE

    def crossed_by(self, value: Decimal) -> Decimal | None:
        """Tell the bound that a value is out of, if it is out of bounds."""
        low, high = self._limits
        if low is not None and value < low:
            return low
        return high if high is not None and value > high else None

    def is_worse(self, value: Decimal, than: Decimal) -> bool:
        return self._excess(value) > self._excess(than)

    def require_coherent(self) -> None:
        if self.direction is Direction.BAND and (self.target is None or self.alert is None):
            raise BandNeedsBothEnds
        if self.target is None or self.alert is None:
            return
        downwards = self.direction is Direction.HIGH
        if self.target < self.alert if downwards else self.target > self.alert:
            raise BoundsCrossed(target=self.target, alert=self.alert, side=self.direction)

    def _is_reached(self, value: Decimal) -> bool:
        if self.direction is Direction.BAND or self.target is None:
            return True
        return value <= self.target if self.direction is Direction.LOW else value >= self.target

    @property
    def _limits(self) -> tuple[Decimal | None, Decimal | None]:
        """The lowest and the highest value in bounds; None where there is no limit."""
        if self.direction is Direction.BAND:
            return self.target, self.alert
        return (None, self.alert) if self.direction is Direction.LOW else (self.alert, None)

    def _excess(self, value: Decimal) -> Decimal:
        low, high = self._limits
        below = Decimal(0) if low is None else low - value
        above = Decimal(0) if high is None else value - high
        return max(below, above, Decimal(0))


def period_of(frequency: Frequency, day: date) -> date:
    return day.replace(day=1, month=1 if frequency is Frequency.YEAR else day.month)


def last_periods(frequency: Frequency, day: date, most: int) -> list[date]:
    """The period that a day is in and those before it, oldest first."""
    periods = [period_of(frequency, day)]
    while len(periods) < most:
        periods.append(period_of(frequency, periods[-1] - timedelta(days=1)))
    return periods[::-1]


def months(since: date, today: date) -> list[date]:
    """List the months from a day to today, LONGEST at most; today's in any case."""
    last = today.year * 12 + today.month - 1
    first = max(min(since.year * 12 + since.month - 1, last), last - LONGEST)
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]


def last_day(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def year_up_to(day: date) -> date:
    """Give the first day of the twelve months that end with this one."""
    after = day + timedelta(days=1)
    leap_day = (after.month, after.day) == (2, 29)
    return date(after.year - 1, 3, 1) if leap_day else after.replace(year=after.year - 1)
