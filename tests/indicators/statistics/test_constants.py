"""The table against the normal distribution itself, integrated anew."""

from math import gamma, pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from services.indicators.statistics.constants import CONSTANTS, constants_of
from services.indicators.statistics.errors import SubgroupSizeUnknown

STEP = 0.01
GRID = np.arange(-8, 8 + STEP / 2, STEP)
BELOW = np.array([NormalDist().cdf(float(x)) for x in GRID])


def mean_range(n: int) -> float:
    """The range is the integral of the places that lie between the lowest and the highest."""
    return float(np.trapezoid(1 - BELOW**n - (1 - BELOW) ** n, GRID))


def mean_square_of_range(n: int) -> float:
    low, high = BELOW[:, None], BELOW[None, :]
    spans = 1 - high**n - (1 - low) ** n + np.clip(high - low, 0, None) ** n
    half_plane = np.triu(spans) - np.diag(np.diag(spans)) / 2
    return float(2 * np.trapezoid(np.trapezoid(half_plane, GRID, axis=1), GRID))


def mean_deviation(n: int) -> float:
    """Average s = √(χ² / (n - 1)) over the density of χ."""
    chi = np.arange(0, 14, 0.0005)
    density = chi ** (n - 2) * np.exp(-(chi**2) / 2) / (2 ** ((n - 1) / 2 - 1) * gamma((n - 1) / 2))
    return float(np.trapezoid(chi * density, chi)) / sqrt(n - 1)


@pytest.mark.parametrize("n", CONSTANTS)
def test_constants_are_those_of_the_normal_distribution(n: int) -> None:
    table = constants_of(n)

    d2, c4 = mean_range(n), mean_deviation(n)
    d3 = sqrt(mean_square_of_range(n) - d2**2)

    def near(expected: float) -> object:
        return pytest.approx(expected, abs=6e-4)

    assert table.d2 == pytest.approx(d2, abs=6e-5)
    assert table.d3 == pytest.approx(d3, abs=6e-5)
    assert table.c4 == pytest.approx(c4, abs=6e-5)
    assert table.a2 == near(3 / (d2 * sqrt(n)))
    assert table.a3 == near(3 / (c4 * sqrt(n)))
    assert table.b3 == near(max(0, 1 - 3 * sqrt(1 - c4**2) / c4))
    assert table.b4 == near(1 + 3 * sqrt(1 - c4**2) / c4)
    assert table.d3_lower == near(max(0, 1 - 3 * d3 / d2))
    assert table.d4_upper == near(1 + 3 * d3 / d2)
    assert table.e2 == pytest.approx(3 / d2, abs=1.4e-3)  # of pairs, 3 / 1.128 as is customary


def test_of_pairs_the_constants_are_known_in_closed_form() -> None:
    assert mean_range(2) == pytest.approx(2 / sqrt(pi), abs=1e-9)
    assert mean_square_of_range(2) == pytest.approx(2, abs=1e-4)


@pytest.mark.parametrize("n", [0, 1, 11, 25])
def test_other_sizes_are_refused(n: int) -> None:
    with pytest.raises(SubgroupSizeUnknown, match=f"from 2 to 10, not {n}"):
        constants_of(n)
