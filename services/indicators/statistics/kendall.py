"""Kendall's S: how many more pairs of points go up than down, and how likely that is by chance.

Sources: Mann, Econometrica 13 (1945); Kendall, Rank Correlation Methods, for the variance with ties
and the correction of continuity.
"""

from dataclasses import dataclass
from math import comb, factorial, sqrt

import numpy as np

from services.indicators.statistics.distributions import normal_tails
from services.indicators.statistics.series import Floats

EXACT_PREFERRED = 10
EXACT_AVAILABLE = 12
"""Points. Further on, the normal distribution is as good."""


@dataclass(frozen=True)
class MannKendall:
    """A test of whether points go up or down in the long run; its figures have no unit.

    Ties are the sizes of the groups of equal points. The exact probability is there for 12 points
    at most, none equal to another. Tau, from -1 to 1, is Kendall's with correction for ties.
    """

    n: int
    ups: int
    downs: int
    ties: tuple[int, ...]
    variance: float
    z: float
    p_normal: float
    p_exact: float | None
    tau: float

    @property
    def s(self) -> int:
        return self.ups - self.downs

    @property
    def p(self) -> float:
        """The probability of such an S or a larger one by chance: exact for 10 points or fewer."""
        is_exact = self.p_exact is not None and self.n <= EXACT_PREFERRED
        return self.p_exact if is_exact and self.p_exact is not None else self.p_normal


def mann_kendall(values: Floats) -> MannKendall:
    """Test points in the order of time, all with a value; shape (n,)."""
    n = len(values)
    earlier, later = np.triu_indices(n, 1)
    signs = np.sign(values[later] - values[earlier])
    ups, downs = int((signs > 0).sum()), int((signs < 0).sum())
    ties = ties_among(values)
    variance = variance_of_s(n, ties)
    z = standard_score(ups - downs, variance)
    is_exact = not ties and n <= EXACT_AVAILABLE
    return MannKendall(
        n=n,
        ups=ups,
        downs=downs,
        ties=ties,
        variance=variance,
        z=z,
        p_normal=normal_tails(z),
        p_exact=exact_tails(ups - downs, n) if is_exact else None,
        tau=_tau(ups - downs, n, ties),
    )


def ties_among(values: Floats) -> tuple[int, ...]:
    """Give the size of each group of equal points, of two or more, lowest points first."""
    _, sizes = np.unique(values, return_counts=True)
    return tuple(int(size) for size in sizes if size > 1)


def variance_of_s(n: int, ties: tuple[int, ...]) -> float:
    """[n (n - 1) (2 n + 5) - Σ t (t - 1) (2 t + 5)] / 18, for groups of t equal points."""
    return (_spread(n) - sum(map(_spread, ties))) / 18


def standard_score(s: int, variance: float) -> float:
    """S in standard deviations, one nearer to 0 for continuity. Without variance it is 0."""
    if s == 0 or variance == 0:
        return 0.0
    return (s - 1 if s > 0 else s + 1) / sqrt(variance)


def exact_tails(s: int, n: int) -> float:
    """Compute how many of the n! orders of distinct points have an S at least as far from 0.

    An order has (pairs - S) / 2 inversions. Orders by their inversions are counted point by point:
    the one that comes k-th may stand before 0 to k - 1 others.
    """
    orders = [1]
    for point in range(1, n + 1):
        orders = [
            sum(orders[max(0, inversions - point + 1) : inversions + 1])
            for inversions in range(comb(point, 2) + 1)
        ]
    pairs = comb(n, 2)
    as_far = sum(count for index, count in enumerate(orders) if abs(pairs - 2 * index) >= abs(s))
    return as_far / factorial(n)


def _spread(n: int) -> int:
    return n * (n - 1) * (2 * n + 5)


def _tau(s: int, n: int, ties: tuple[int, ...]) -> float:
    pairs = comb(n, 2)
    unequal = pairs - sum(comb(size, 2) for size in ties)
    return s / sqrt(pairs * unequal) if unequal else 0.0
