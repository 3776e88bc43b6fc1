"""Trends of figures that have seasons: each January against the other Januaries.

Source: Hirsch, Slack and Smith, Techniques of Trend Analysis for Monthly Water Quality Data, Water
Resources Research 18 (1982). Months are taken to be independent of each other.
"""

from dataclasses import dataclass

import numpy as np

from services.indicators.schemas import Direction
from services.indicators.statistics.distributions import normal_tails
from services.indicators.statistics.judging import judged
from services.indicators.statistics.kendall import standard_score, ties_among, variance_of_s
from services.indicators.statistics.schemas import Judgement, Verdict
from services.indicators.statistics.series import Floats, Numbers, numbers
from services.indicators.statistics.trend import SIDES, interval_of, verdict_of

MONTHS = 12
CYCLES_SHOWN = 3
"""Years from which on the normal distribution may be relied on (Hirsch and others)."""


@dataclass(frozen=True)
class SeasonalTrend:
    """The sum of the tests of each season, and the median slope per cycle with its interval."""

    n: int
    s: int
    variance: float
    z: float
    p: float
    slope: float
    lower: float
    upper: float
    verdict: Verdict
    is_shown: bool

    def judged(self, direction: Direction) -> Judgement:
        if self.verdict is Verdict.STABLE:
            return Judgement.UNCHANGED
        return judged(SIDES[self.verdict], direction)


def seasonal_trend(
    values: Numbers, *, period: int = MONTHS, level: float = 0.95
) -> SeasonalTrend | None:
    """Test consecutive periods for a trend beneath their seasons; None for less than two cycles.

    Values have no hole but None: their place tells their season, `period` of them in a cycle (12
    months in a year). S and its variance are the sums of those of the seasons, the slope is the
    median of the slopes between points of the same season, in the values' unit per cycle.
    """
    found = numbers(values)
    seasons = [_of_season(found[season::period]) for season in range(min(period, len(found)))]
    slopes = np.concatenate([np.empty(0), *(slopes for _, _, slopes in seasons)])
    if len(slopes) == 0:
        return None
    s = sum(s for s, _, _ in seasons)
    variance = sum(variance for _, variance, _ in seasons)
    z = standard_score(s, variance)
    lower, upper = interval_of(slopes, variance, level)
    p = normal_tails(z)
    return SeasonalTrend(
        n=int((~np.isnan(found)).sum()),
        s=s,
        variance=variance,
        z=z,
        p=p,
        slope=float(np.median(slopes)),
        lower=lower,
        upper=upper,
        verdict=verdict_of(s, p, level),
        is_shown=len(found) >= CYCLES_SHOWN * period,
    )


def _of_season(values: Floats) -> tuple[int, float, Floats]:
    """Give S, its variance and the slopes of one season's points, one in each cycle."""
    cycles = np.flatnonzero(~np.isnan(values))
    there = values[cycles]
    earlier, later = np.triu_indices(len(there), 1)
    rises = there[later] - there[earlier]
    variance = variance_of_s(len(there), ties_among(there))
    return int(np.sign(rises).sum()), variance, rises / (cycles[later] - cycles[earlier])
