"""Sites on a funnel: by chance alone, a small site strays further from the whole than a large one.

The limits at a size are those that a site like all others keeps within in 95 and in 99.8 % of
cases: of a share, by the binomial distribution; of a rate, by Poisson's. Source: Spiegelhalter,
Funnel Plots for Comparing Institutional Performance, Statistics in Medicine 24 (2005).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from services.indicators.schemas import Direction
from services.indicators.statistics.attributes import counts_over
from services.indicators.statistics.errors import NoOverallValue
from services.indicators.statistics.judging import judged
from services.indicators.statistics.quantiles import binomial_limits, poisson_limits
from services.indicators.statistics.schemas import Judgement, Side, Zone
from services.indicators.statistics.series import NOISE, Floats, Numbers

WARNING, CONTROL = 0.025, 0.001
"""The share of sites like all others that are beyond either limit, by chance."""

TAIL = 0.1
"""The share of sites at either end that count as no further away than the next."""

Ends = tuple[float, float]
Count = Callable[[float, float, float], Ends]
"""Gives the counts between which a size keeps, from the overall value and the share beyond."""


@dataclass(frozen=True)
class Standing:
    """A site among the others: its value, the limits at its size, and where it is.

    The side is that on which it is beyond a limit, None inside.
    """

    value: float
    warning: Ends
    control: Ends
    zone: Zone
    side: Side | None

    def judged(self, direction: Direction) -> Judgement:
        """Judge a site by the side on which it stands out; inside, it is like the others."""
        return Judgement.UNCHANGED if self.side is None else judged(self.side, direction)


@dataclass(frozen=True)
class Funnel:
    """All sites around their overall value Σ counts / Σ sizes, in the unit of count / size.

    A site without a count, or over nothing, has no standing. Limits are √φ times as far from the
    overall value as chance takes a site, for the dispersion φ; 1 leaves them as they are.
    """

    overall: float
    dispersion: float
    count: Count
    highest: float
    sites: tuple[Standing | None, ...] = ()

    def warning_at(self, size: float) -> Ends:
        """Give the 95 % limits at a size, to draw the funnel by."""
        return self._limits_at(size, WARNING)

    def control_at(self, size: float) -> Ends:
        """Give the 99.8 % limits at a size."""
        return self._limits_at(size, CONTROL)

    def _limits_at(self, size: float, tail: float) -> Ends:
        wider = sqrt(self.dispersion)
        lower, upper = (end / size - self.overall for end in self.count(size, self.overall, tail))
        return (
            max(self.overall + wider * lower, 0.0),
            min(self.overall + wider * upper, self.highest),
        )


def funnel_of_proportions(
    counts: Numbers, sizes: Numbers, *, is_overdispersed: bool = False
) -> Funnel:
    """Compare sites by their share of parts, from 0 to 1: defectives of lots, actions on time.

    Sizes are whole numbers of parts. For `is_overdispersed`, see `dispersion_of`.
    """
    found, over = counts_over(counts, sizes, are_parts=True)
    overall = _overall(found, over)
    sigma = np.sqrt(overall * (1 - overall) / over)
    dispersion = dispersion_of(found / over - overall, sigma) if is_overdispersed else 1.0
    return _with_sites(Funnel(overall, dispersion, binomial_limits, 1.0), found, over)


def funnel_of_rates(
    counts: Numbers, exposures: Numbers, *, is_overdispersed: bool = False
) -> Funnel:
    """Compare sites by their events over an exposure: accidents over millions of hours."""
    found, over = counts_over(counts, exposures)
    overall = _overall(found, over)
    sigma = np.sqrt(overall / over)
    dispersion = dispersion_of(found / over - overall, sigma) if is_overdispersed else 1.0
    return _with_sites(Funnel(overall, dispersion, _counts_of_rate, inf), found, over)


def dispersion_of(distances: Floats, sigma: Floats) -> float:
    """Estimate how much more sites differ than by chance: φ, the mean square of their distances.

    Distances are in standard deviations, those of the furthest tenth at either end drawn in to
    the next (Winsorised), so that what the funnel should find does not widen it. Sites differ no
    more than by chance, and φ is 1, up to 1 + 2 √(2 / sites). Shapes (sites,).
    """
    known = ~np.isnan(distances) & (sigma > 0)
    if not known.any():
        return 1.0
    z = distances[known] / sigma[known]
    drawn_in = np.clip(z, np.quantile(z, TAIL), np.quantile(z, 1 - TAIL))
    dispersion = float((drawn_in**2).mean())
    return dispersion if dispersion > 1 + 2 * sqrt(2 / len(z)) else 1.0


def _with_sites(funnel: Funnel, found: Floats, over: Floats) -> Funnel:
    sites = tuple(
        None if np.isnan(size) else _standing(funnel, float(count / size), float(size))
        for count, size in zip(found, over, strict=True)
    )
    return replace(funnel, sites=sites)


def _standing(funnel: Funnel, value: float, size: float) -> Standing:
    warning, control = funnel.warning_at(size), funnel.control_at(size)
    side = _beyond(value, warning)
    zone = Zone.INSIDE
    if side is not None:
        zone = Zone.WARNING if _beyond(value, control) is None else Zone.OUTSIDE
    return Standing(value, warning, control, zone, side)


def _beyond(value: float, ends: Ends) -> Side | None:
    slack = NOISE * max(abs(value), abs(ends[1]))
    if value < ends[0] - slack:
        return Side.DOWN
    return Side.UP if value > ends[1] + slack else None


def _counts_of_rate(exposure: float, rate: float, tail: float) -> Ends:
    return poisson_limits(exposure * rate, tail)


def _overall(found: Floats, over: Floats) -> float:
    known = ~np.isnan(found)
    if not known.any():
        raise NoOverallValue
    return float(found[known].sum() / over[known].sum())
