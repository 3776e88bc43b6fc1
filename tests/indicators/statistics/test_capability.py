"""Capability: published examples, and what has none."""

import csv
from pathlib import Path

import numpy as np
import pytest

from services.indicators.statistics.capability import (
    Specification,
    capability,
    capability_of_subgroups,
    interval_of,
)
from services.indicators.statistics.errors import NoSpecification, NoVariation, TooFewPoints

DATA = Path(__file__).parent / "data"


def rings() -> list[list[float]]:
    with (DATA / "spc-pistonrings.csv").open(encoding="utf-8", newline="") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[1:26]]


def test_piston_rings_are_capable() -> None:
    """Montgomery's example: 74.000 ± 0.05 mm, deviation 0.0099, Cp 1.68."""
    result = capability_of_subgroups(rings(), Specification(73.95, 74.05))

    assert result.n == 125
    assert result.within == pytest.approx(0.022760 / 2.3259)
    assert result.cp == pytest.approx(0.1 / (6 * 0.022760 / 2.3259))
    assert result.cp == pytest.approx(1.70, abs=0.03)
    assert result.cpk == pytest.approx((74.05 - 74.001176) / (3 * 0.022760 / 2.3259), abs=1e-4)
    values = np.array(rings())
    assert result.overall == pytest.approx(values.std(ddof=1))
    assert result.ppk == pytest.approx((74.05 - values.mean()) / (3 * values.std(ddof=1)))


# n and Cpk, and the 95 % interval as it is printed.
PRINTED = [(20, 1.33, 0.88, 1.78), (45, 1.15, 0.89, 1.41)]


@pytest.mark.parametrize(("n", "cpk", "lower", "upper"), PRINTED)
def test_the_interval_of_cpk_is_bissells(n: int, cpk: float, lower: float, upper: float) -> None:
    assert interval_of(cpk, n) == pytest.approx((lower, upper), abs=0.005)


def test_single_values_by_their_moving_ranges() -> None:
    result = capability([10.0, 12, 11, 13, None, 9, 10], Specification(4, 16))

    within = (2 + 1 + 2 + 1) / 4 / 1.128
    overall = np.std([10, 12, 11, 13, 9, 10], ddof=1)
    mean = 65 / 6
    assert result.n == 6
    assert result.mean == pytest.approx(mean)
    assert (result.within, result.overall) == pytest.approx((within, overall))
    assert (result.cp, result.cpk) == pytest.approx((2 / within, (16 - mean) / (3 * within)))
    assert (result.pp, result.ppk) == pytest.approx((2 / overall, (16 - mean) / (3 * overall)))
    assert result.cpk_interval == interval_of(result.cpk, 6)
    assert result.ppk_interval == interval_of(result.ppk, 6)


def test_one_limit_is_enough_and_then_there_is_no_cp() -> None:
    values = [10.0, 12, 11, 13, 9, 10]

    low = capability(values, Specification(8, None))
    high = capability(values, Specification(None, 12))
    both = capability(values, Specification(8, 12))

    assert (low.cp, low.pp, high.cp, high.pp) == (None, None, None, None)
    assert both.cpk == min(low.cpk, high.cpk) == high.cpk
    assert both.ppk == min(low.ppk, high.ppk)


def test_a_mean_outside_its_limits_has_a_negative_index() -> None:
    assert capability([10.0, 12, 11, 13, 9, 10], Specification(0, 5)).cpk < 0


def test_what_has_no_capability_is_refused() -> None:
    within = Specification(0, 20)
    with pytest.raises(NoVariation):
        capability([0.1 + 0.2, 0.3, 0.3], within)
    with pytest.raises(NoVariation):
        capability_of_subgroups([[1, 1], [2, 2]], within)
    for values in ([], [5.0], [None, None], [5.0, None, 6.0]):
        with pytest.raises(TooFewPoints):
            capability(values, within)
    with pytest.raises(TooFewPoints):
        capability_of_subgroups([[1, None]], within)
    for lower, upper in ((None, None), (5, 5), (6, 5)):
        with pytest.raises(NoSpecification):
            Specification(lower, upper)
