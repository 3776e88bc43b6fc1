"""Whether a series goes up or down in the long run, and how fast.

The test is Mann and Kendall's, the slope Theil and Sen's: neither minds an outlier nor asks for
normal residuals. Both ask that points do not depend on one another: rolling twelve months do, and
their probability means nothing. For monthly figures with seasons, see `seasonal_trend`.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from services.indicators.schemas import Direction
from services.indicators.statistics.distributions import normal_quantile, two_sided
from services.indicators.statistics.judging import Band, judged, judged_in_band
from services.indicators.statistics.kendall import MannKendall, mann_kendall
from services.indicators.statistics.schemas import Judgement, Side, Verdict
from services.indicators.statistics.series import Floats, Numbers, Times, known

COMPUTED = 4
SHOWN = 8
"""Points that have a value: fewer than these are not computed, or not shown."""

SIDES = {Verdict.INCREASING: Side.UP, Verdict.DECREASING: Side.DOWN}


@dataclass(frozen=True)
class Line:
    """A slope per unit of time with its confidence interval, and the value at time 0.

    The intercept is median(x) - slope · median(t), one of two conventions.
    """

    slope: float
    intercept: float
    lower: float
    upper: float

    def at(self, time: float) -> float:
        return self.intercept + self.slope * time


@dataclass(frozen=True)
class Trend:
    """The test, the line through the points from first to last, and what they say at a level."""

    test: MannKendall
    line: Line
    first: float
    last: float
    verdict: Verdict

    @property
    def is_shown(self) -> bool:
        """Whether there are points enough for people to rely on it."""
        return self.test.n >= SHOWN

    def judged(self, direction: Direction, band: Band | None = None) -> Judgement:
        """Judge the trend by the side on which the indicator is better.

        In a band, by whether the line ends nearer to it than it began.
        """
        if self.verdict is Verdict.STABLE:
            return Judgement.UNCHANGED
        if direction is Direction.BAND and band is not None:
            return judged_in_band(self.line.at(self.first), self.line.at(self.last), band)
        return judged(SIDES[self.verdict], direction)


def trend(values: Numbers, times: Times | None = None, *, level: float = 0.95) -> Trend | None:
    """Test a series for a trend; None for fewer than 4 points that have a value.

    Times are those of the points, 0 to n - 1 unless given: with days, the slope is per day, and
    `month_numbers` makes it per month. Missing points are left out; the others keep their time.
    """
    found, when = known(values, times)
    if len(found) < COMPUTED:
        return None
    test = mann_kendall(found)
    line = theil_sen(found, when, variance=test.variance, level=level)
    verdict = verdict_of(test.s, test.p, level)
    return Trend(test, line, float(when[0]), float(when[-1]), verdict)


def theil_sen(values: Floats, times: Floats, *, variance: float, level: float) -> Line:
    """Draw the line whose slope is the median of the slopes between all pairs of points.

    The interval is between the slopes of ranks (N - C) / 2 and (N + C) / 2 + 1 of N, rounded to
    whole ranks, where C is the normal quantile times the standard deviation of S. Shapes (n,).
    Sources: Theil 1950; Sen, Journal of the American Statistical Association 63 (1968); Gilbert,
    Statistical Methods for Environmental Pollution Monitoring, 16.5, for the ranks.
    """
    earlier, later = np.triu_indices(len(values), 1)
    slopes = (values[later] - values[earlier]) / (times[later] - times[earlier])
    slope = float(np.median(slopes))
    lower, upper = interval_of(slopes, variance, level)
    intercept = float(np.median(values)) - slope * float(np.median(times))
    return Line(slope, intercept, lower, upper)


def interval_of(slopes: Floats, variance: float, level: float) -> tuple[float, float]:
    """Read the confidence interval of a median slope off the ranked slopes; shape (pairs,)."""
    ranked = np.sort(slopes)
    width = normal_quantile(two_sided(level)) * sqrt(variance)
    lower = max(round((len(ranked) - width) / 2) - 1, 0)
    upper = min(round((len(ranked) + width) / 2), len(ranked) - 1)
    return float(ranked[lower]), float(ranked[upper])


def verdict_of(s: int, p: float, level: float) -> Verdict:
    if p >= 1 - level or s == 0:
        return Verdict.STABLE
    return Verdict.INCREASING if s > 0 else Verdict.DECREASING
