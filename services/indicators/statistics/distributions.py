"""Probabilities and quantiles of the distributions that intervals and limits are read from."""

from math import copysign, exp, lgamma, log, log1p
from statistics import NormalDist

from services.indicators.statistics.errors import LevelOutOfRange

TINY = 1e-300
PRECISE = 1e-15
MOST_STEPS = 10_000

STANDARD = NormalDist()


def two_sided(level: float) -> float:
    """Give the probability below the upper end of a central interval: 0.975 for 0.95."""
    if not 0 < level < 1:
        raise LevelOutOfRange(level=level)
    return 0.5 + level / 2


def normal_quantile(probability: float) -> float:
    return STANDARD.inv_cdf(probability)


def normal_tails(z: float) -> float:
    """Give the probability that a standard normal value is at least as far from 0 as z."""
    return min(1.0, 2 * STANDARD.cdf(-abs(z)))


def student_tails(t: float, degrees: float) -> float:
    """Give the probability that a Student value is at least as far from 0 as t.

    It is the regularised incomplete beta function I of (f/2, 1/2) at f / (f + t²), for f degrees of
    freedom: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1 with 26.5.27.
    """
    return incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


def student_quantile(probability: float, degrees: float) -> float:
    """Give the value that a Student variable with these degrees of freedom stays below.

    Found by bisection on the probability, to the last digits of a double. The probability lies
    strictly between 0 and 1; degrees of freedom are positive.
    """
    if not 0 < probability < 1:
        raise LevelOutOfRange(level=probability)
    tails = 2 * min(probability, 1 - probability)
    low, high = 0.0, 1.0
    while student_tails(high, degrees) > tails:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):
        if student_tails(middle, degrees) > tails:
            low = middle
        else:
            high = middle
    return copysign(high, probability - 0.5)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Compute the regularised incomplete beta function I of (a, b) at x, from 0 to 1.

    By its continued fraction (Abramowitz and Stegun 26.5.8), on the side where it converges fast,
    evaluated by the method of Lentz.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, MOST_STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < PRECISE:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > TINY else TINY
