"""Where a series is heading: the value expected at a date, and whether the target is met by then.

The line is that of least squares, for which the interval of a single future value is known:
ŷ ± t s √(1 + 1/n + (t₀ - t̄)² / Σ (tᵢ - t̄)²), with s the residual standard deviation and t the
Student quantile, both of n - 2 degrees of freedom. Source: Draper and Smith, Applied Regression
Analysis, 1.4. Theil and Sen's line has no such interval; its slope may differ a little.
"""

from dataclasses import dataclass
from datetime import date
from math import inf, sqrt

import numpy as np

from services.indicators.schemas import Direction
from services.indicators.statistics.distributions import student_quantile, two_sided
from services.indicators.statistics.errors import TimesNotIncreasing, TooFewPoints
from services.indicators.statistics.schemas import Outlook
from services.indicators.statistics.series import NOISE, Floats, Numbers, Times, known, time_of
from services.indicators.statistics.trend import COMPUTED, SHOWN

LAST_DAY = date(2999, 12, 31)


@dataclass(frozen=True)
class Goal:
    """The values that meet a target, both ends included."""

    lowest: float = -inf
    highest: float = inf

    @classmethod
    def of(cls, direction: Direction, target: float, alert: float | None = None) -> "Goal":
        """Read the goal off an indicator: a band is from its target to its alert."""
        if direction is Direction.BAND:
            return cls(target, inf if alert is None else alert)
        return cls(highest=target) if direction is Direction.LOW else cls(lowest=target)


@dataclass(frozen=True)
class Forecast:
    """What to expect at a time, in the values' unit; times in the unit of those given.

    The goal is met from `met_at` on, as far as the line tells: the last point's time if the line
    meets it there, None if it never does later on. It is far when the time lies further from the
    last point than that from the first: a line says little there.
    """

    n: int
    slope: float
    intercept: float
    residual: float
    at: float
    expected: float
    lower: float
    upper: float
    outlook: Outlook
    met_at: float | None
    is_far: bool

    @property
    def is_shown(self) -> bool:
        """Whether there are points enough for people to rely on it."""
        return self.n >= SHOWN

    @property
    def met_on(self) -> date | None:
        """The day from which on the goal is met, where times are days; None after 2999."""
        if self.met_at is None or self.met_at > LAST_DAY.toordinal():
            return None
        return date.fromordinal(int(np.ceil(self.met_at)))


def forecast(
    values: Numbers,
    at: date | float,
    goal: Goal,
    times: Times | None = None,
    *,
    level: float = 0.95,
) -> Forecast:
    """Carry a series on to a later time, and set what is expected there against its goal.

    Times are those of the points, 0 to n - 1 unless given, and `at` is in their unit. Fewer than 4
    points that have a value are refused, and a time before the last of them.
    """
    found, when = known(values, times)
    n, then = len(found), time_of(at)
    if n < COMPUTED:
        raise TooFewPoints(found=n, least=COMPUTED)
    if then < when[-1]:
        raise TimesNotIncreasing
    slope, centre, residual = _least_squares(found, when)
    middle, last = float(when.mean()), float(when[-1])
    spread = float(((when - middle) ** 2).sum())
    expected = centre + slope * (then - middle)
    error = residual * sqrt(1 + 1 / n + (then - middle) ** 2 / spread)
    half = student_quantile(two_sided(level), n - 2) * error
    return Forecast(
        n=n,
        slope=slope,
        intercept=centre - slope * middle,
        residual=residual,
        at=then,
        expected=expected,
        lower=expected - half,
        upper=expected + half,
        outlook=_outlook((expected - half, expected + half), goal),
        met_at=_met_at(goal, centre + slope * (last - middle), slope, last),
        is_far=then - last > last - float(when[0]),
    )


def _least_squares(values: Floats, times: Floats) -> tuple[float, float, float]:
    """Give the slope, the mean through which the line goes, and the residual deviation."""
    centre, from_middle = float(values.mean()), times - times.mean()
    slope = float((from_middle * (values - centre)).sum() / (from_middle**2).sum())
    left = values - centre - slope * from_middle
    residual = sqrt(float((left**2).sum()) / (len(values) - 2))
    is_nothing = residual <= NOISE * float(np.abs(values).max())
    return slope, centre, 0.0 if is_nothing else residual


def _outlook(interval: tuple[float, float], goal: Goal) -> Outlook:
    lower, upper = interval
    if goal.lowest <= lower and upper <= goal.highest:
        return Outlook.REACHED
    is_missed = upper < goal.lowest or lower > goal.highest
    return Outlook.OUT_OF_REACH if is_missed else Outlook.UNCERTAIN


def _met_at(goal: Goal, value: float, slope: float, last: float) -> float | None:
    """Tell when a line, at a value at the last time, comes within the goal."""
    if goal.lowest <= value <= goal.highest:
        return last
    end = goal.lowest if value < goal.lowest else goal.highest
    is_on_its_way = (end - value) * slope > 0
    return last + (end - value) / slope if is_on_its_way else None
