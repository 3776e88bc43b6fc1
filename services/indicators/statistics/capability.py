"""Whether a stable process keeps within its specification.

Cp = (U - L) / 6s and Cpk = min(U - x̄, x̄ - L) / 3s, with s the deviation within subgroups (mean
range / d2); Pp and Ppk are the same with the overall sample standard deviation. Source: Montgomery,
Introduction to Statistical Quality Control, chapter 8; for the interval, Bissell, How Reliable is
Your Capability Index?, Applied Statistics 39 (1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from services.indicators.statistics.constants import D2_OF_PAIRS, constants_of
from services.indicators.statistics.distributions import normal_quantile, two_sided
from services.indicators.statistics.errors import NoSpecification, NoVariation, TooFewPoints
from services.indicators.statistics.series import NOISE, Floats, Numbers, numbers
from services.indicators.statistics.variables import moving_ranges, subgroups_of

LEAST = 2


@dataclass(frozen=True)
class Specification:
    """The limits that values must keep within, in their unit; one may be absent, not both."""

    lower: float | None
    upper: float | None

    def __post_init__(self) -> None:
        ends = [end for end in (self.lower, self.upper) if end is not None]
        if not ends or (len(ends) == LEAST and ends[0] >= ends[1]):
            raise NoSpecification


@dataclass(frozen=True)
class Capability:
    """Indices without a unit; mean and deviations in that of the values.

    Cp and Pp need both limits. An interval is Bissell's approximation for n values; as for any
    estimate from ranges, that of Cpk is slightly too narrow.
    """

    n: int
    mean: float
    within: float
    overall: float
    cp: float | None
    cpk: float
    cpk_interval: tuple[float, float]
    pp: float | None
    ppk: float
    ppk_interval: tuple[float, float]


def capability(values: Numbers, specification: Specification, *, level: float = 0.95) -> Capability:
    """Measure single values in their order against a specification, within by moving ranges.

    Missing values are left out, and no range reaches over them. Fewer than two values with a range
    between them are refused, and values without variation.
    """
    found = numbers(values)
    ranges = moving_ranges(found)
    within = _mean_of(ranges[~np.isnan(ranges)]) / D2_OF_PAIRS
    return _measured(found[~np.isnan(found)], within, specification, level)


def capability_of_subgroups(
    subgroups: Sequence[Numbers | None], specification: Specification, *, level: float = 0.95
) -> Capability:
    """Measure subgroups of one size against a specification, within by their ranges.

    A subgroup that is None, or lacks a value, is left out.
    """
    measured = subgroups_of(subgroups)
    whole = measured[~np.isnan(measured).any(axis=1)]
    ranges = whole.max(axis=1) - whole.min(axis=1)
    within = _mean_of(ranges) / constants_of(measured.shape[1]).d2
    return _measured(whole.ravel(), within, specification, level)


def interval_of(index: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Give the confidence interval of a Cpk from n values: Cpk ± z √(1 / 9n + Cpk² / 2(n - 1))."""
    half = normal_quantile(two_sided(level)) * sqrt(1 / (9 * n) + index**2 / (2 * (n - 1)))
    return index - half, index + half


def _measured(
    values: Floats, within: float, specification: Specification, level: float
) -> Capability:
    overall = float(values.std(ddof=1))
    if min(within, overall) <= NOISE * float(np.abs(values).max()):
        raise NoVariation
    n, mean = len(values), float(values.mean())
    cp, cpk = _indices(specification, mean, within)
    pp, ppk = _indices(specification, mean, overall)
    return Capability(
        n=n,
        mean=mean,
        within=within,
        overall=overall,
        cp=cp,
        cpk=cpk,
        cpk_interval=interval_of(cpk, n, level),
        pp=pp,
        ppk=ppk,
        ppk_interval=interval_of(ppk, n, level),
    )


def _indices(specification: Specification, mean: float, sigma: float) -> tuple[float | None, float]:
    lower, upper = specification.lower, specification.upper
    rooms = [] if lower is None else [mean - lower]
    rooms += [] if upper is None else [upper - mean]
    width = None if lower is None or upper is None else (upper - lower) / (6 * sigma)
    return width, min(rooms) / (3 * sigma)


def _mean_of(ranges: Floats) -> float:
    if len(ranges) == 0:
        raise TooFewPoints(found=0, least=LEAST)
    return float(ranges.mean())
