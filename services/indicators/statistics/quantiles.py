"""How far a count strays by chance: limits that are exact for small counts and smooth in the size.

A discrete distribution has no value that is passed in exactly 2.5 % of cases. Its distribution
function is therefore made continuous by straight lines between the counts (Spiegelhalter 2005,
appendix). Read upwards as well as downwards, so that neither limit is passed more often than
asked: the upper one lies a count higher than in the paper, where it is passed too often.
"""

from math import log, log1p, sqrt

import numpy as np

from services.indicators.statistics.distributions import normal_quantile
from services.indicators.statistics.series import Floats

EXACT_UP_TO = 1000.0
"""Expected counts. Beyond, the normal distribution differs by less than can be drawn."""


def binomial_limits(size: float, share: float, tail: float) -> tuple[float, float]:
    """Give the counts in a size that chance passes in no more than `tail` of cases on each side.

    Between 0 and the size. Counts of the rarer of the two outcomes are those that are computed.
    """
    if share > 1 / 2:
        lower, upper = binomial_limits(size, 1 - share, tail)
        return size - upper, size - lower
    expected = size * share
    if expected == 0:
        return 0.0, 0.0
    if expected > EXACT_UP_TO:
        lower, upper = _normal_limits(expected, sqrt(expected * (1 - share)), tail)
        return max(lower, 0.0), min(upper, size)
    counts = np.arange(1, min(round(size), _largest(expected)) + 1, dtype=np.float64)
    ways = np.cumsum(np.log((round(size) + 1 - counts) / counts))
    odds = counts * (log(share) - log1p(-share))
    start = round(size) * log1p(-share)
    lower, upper = _limits(start + np.concatenate([[0.0], ways + odds]), tail)
    return max(lower, 0.0), min(upper, size)


def poisson_limits(expected: float, tail: float) -> tuple[float, float]:
    """Give the counts that chance passes in no more than `tail` of cases on each side."""
    if expected > EXACT_UP_TO:
        return _normal_limits(expected, sqrt(expected), tail)
    if expected == 0:
        return 0.0, 0.0
    counts = np.arange(1, _largest(expected) + 1, dtype=np.float64)
    logs = np.concatenate([[0.0], counts * log(expected) - np.cumsum(np.log(counts))])
    lower, upper = _limits(logs - expected, tail)
    return max(lower, 0.0), upper


def _limits(logs: Floats, tail: float) -> tuple[float, float]:
    """Read both limits off the logarithms of the probabilities of 0, 1, 2 ... events."""
    up_to = np.concatenate([[0.0], np.cumsum(np.exp(logs))])
    at = np.arange(-1, len(logs), dtype=np.float64)
    lower = float(np.interp(tail, up_to, at))
    upper = float(np.interp(1 - tail, up_to, at)) + 1
    return lower, min(upper, float(len(logs) - 1))


def _normal_limits(expected: float, sigma: float, tail: float) -> tuple[float, float]:
    """Count by the normal distribution, half an event further out for continuity."""
    half = normal_quantile(1 - tail) * sigma + 1 / 2
    return expected - half, expected + half


def _largest(expected: float) -> int:
    """A count that is beyond any limit that anybody asks for."""
    return int(expected + 12 * sqrt(expected) + 40)
