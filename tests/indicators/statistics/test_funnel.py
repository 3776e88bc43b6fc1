"""Funnels: nobody like all others is beyond a limit more often than the limit says."""

from math import comb, exp, factorial, sqrt

import numpy as np
import pytest

from services.indicators.schemas import Direction
from services.indicators.statistics.errors import ImpossibleCount, NoOverallValue
from services.indicators.statistics.funnel import (
    CONTROL,
    WARNING,
    Standing,
    dispersion_of,
    funnel_of_proportions,
    funnel_of_rates,
)
from services.indicators.statistics.quantiles import binomial_limits, poisson_limits
from services.indicators.statistics.schemas import Judgement, Side, Zone


@pytest.mark.parametrize("tail", [WARNING, CONTROL])
@pytest.mark.parametrize("n", [1, 2, 5, 12, 30, 100])
@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.77, 0.98])
def test_chance_passes_binomial_limits_no_more_often_than_asked(
    n: int, share: float, tail: float
) -> None:
    odds = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]

    lower, upper = binomial_limits(n, share, tail)

    assert 0 <= lower < n * share < upper <= n
    assert sum(p for k, p in enumerate(odds) if k < lower) <= tail
    assert sum(p for k, p in enumerate(odds) if k > upper) <= tail
    if lower > 1:
        assert sum(p for k, p in enumerate(odds) if k < lower + 1) > tail
    if upper < n - 1:
        assert sum(p for k, p in enumerate(odds) if k > upper - 1) > tail


@pytest.mark.parametrize("tail", [WARNING, CONTROL])
@pytest.mark.parametrize("expected", [0.05, 0.5, 2, 7.3, 40])
def test_chance_passes_poisson_limits_no_more_often_than_asked(
    expected: float, tail: float
) -> None:
    odds = [exp(-expected) * expected**k / factorial(k) for k in range(150)]

    lower, upper = poisson_limits(expected, tail)

    assert 0 <= lower < expected < upper
    assert sum(p for k, p in enumerate(odds) if k < lower) <= tail
    assert sum(p for k, p in enumerate(odds) if k > upper) <= tail
    assert sum(p for k, p in enumerate(odds) if k > upper - 1) > tail


@pytest.mark.parametrize("tail", [WARNING, CONTROL])
def test_limits_go_over_into_the_normal_ones(tail: float) -> None:
    for under, over in (
        (poisson_limits(1000, tail), poisson_limits(1000.001, tail)),
        (binomial_limits(10_000, 0.1, tail), binomial_limits(10_001, 0.1, tail)),
        (binomial_limits(10_000, 0.9, tail), binomial_limits(10_001, 0.9, tail)),
    ):
        assert under == pytest.approx(over, abs=2.1)
    assert poisson_limits(1e6, 0.025) == pytest.approx((1e6 - 1960.46, 1e6 + 1960.46), abs=0.1)


def test_shares_of_sites() -> None:
    funnel = funnel_of_proportions([10, 4, 60, 12, 0, None], [100, 10, 200, 100, 0, 50])

    assert funnel.overall == 86 / 410
    small, large = funnel.sites[1], funnel.sites[2]
    assert small is not None
    assert large is not None
    assert (small.value, small.zone, small.side) == (0.4, Zone.INSIDE, None)
    assert (large.value, large.zone, large.side) == (0.3, Zone.WARNING, Side.UP)
    assert large.warning == funnel.warning_at(200)
    assert large.control == funnel.control_at(200)
    first = funnel.sites[0]
    assert first is not None
    assert (first.zone, first.side) == (Zone.WARNING, Side.DOWN)
    assert funnel.sites[4:] == (None, None)


def test_rates_of_sites() -> None:
    funnel = funnel_of_rates([2, 1, 0, 40], [0.5, 0.02, 1.1, 4.0])

    zones = [site and (site.zone, site.side) for site in funnel.sites]
    assert funnel.overall == pytest.approx(43 / 5.62)
    assert zones == [
        (Zone.INSIDE, None),
        (Zone.INSIDE, None),
        (Zone.OUTSIDE, Side.DOWN),
        (Zone.INSIDE, None),
    ]


def test_limits_narrow_with_the_size() -> None:
    funnel = funnel_of_proportions([30, 70], [100, 200])

    widths = [upper - lower for lower, upper in map(funnel.control_at, (10, 30, 90, 270, 8100))]
    assert widths == sorted(widths, reverse=True)
    for size in (1, 7, 50, 4000):
        warning, control = funnel.warning_at(size), funnel.control_at(size)
        assert 0 <= control[0] <= warning[0] <= warning[1] <= control[1] <= 1


@pytest.mark.parametrize(
    ("side", "direction", "judgement"),
    [
        (Side.UP, Direction.LOW, Judgement.DEGRADATION),
        (Side.UP, Direction.HIGH, Judgement.IMPROVEMENT),
        (Side.DOWN, Direction.LOW, Judgement.IMPROVEMENT),
        (Side.UP, Direction.BAND, Judgement.CHANGE),
        (None, Direction.LOW, Judgement.UNCHANGED),
    ],
)
def test_standing_out_is_good_or_bad_by_the_side(
    side: Side | None, direction: Direction, judgement: Judgement
) -> None:
    assert Standing(1, (0, 2), (0, 3), Zone.INSIDE, side).judged(direction) is judgement


def test_sites_that_differ_no_more_than_by_chance_do_not_widen_the_funnel() -> None:
    chance = np.random.default_rng(5)
    sizes = chance.integers(50, 500, 40).astype(float)

    alike = funnel_of_rates(chance.poisson(3 * sizes).tolist(), sizes, is_overdispersed=True)

    assert alike.dispersion == 1


@pytest.mark.parametrize("make", [funnel_of_rates, funnel_of_proportions])
def test_sites_that_differ_more_widen_it(make: object) -> None:
    chance = np.random.default_rng(5)
    sizes = chance.integers(200, 900, 40).astype(float)
    shares = np.clip(chance.normal(0.3, 0.1, 40), 0.05, 0.9)
    counts = np.rint(sizes * shares).tolist()
    assert make in (funnel_of_rates, funnel_of_proportions)
    build = funnel_of_rates if make is funnel_of_rates else funnel_of_proportions

    bare, widened = build(counts, sizes), build(counts, sizes, is_overdispersed=True)

    lower, upper = bare.warning_at(400)
    wider = sqrt(widened.dispersion)
    assert widened.dispersion > 3
    assert widened.warning_at(400) == pytest.approx(
        (
            bare.overall - wider * (bare.overall - lower),
            bare.overall + wider * (upper - bare.overall),
        )
    )
    beyond = [sum(s is not None and s.side is not None for s in f.sites) for f in (bare, widened)]
    assert beyond[0] > 15 > beyond[1]


def test_what_the_funnel_should_find_does_not_widen_it() -> None:
    z = np.array([0.1, -0.4, 0.8, -0.9, 0.3, -0.2, 0.6, -0.7, 0.5, -0.1, 0.2, 40.0])

    assert dispersion_of(z, np.ones(12)) == 1
    assert dispersion_of(np.array([np.nan]), np.array([np.nan])) == 1


def test_where_nothing_happened_nobody_stands_out() -> None:
    funnel = funnel_of_rates([0, 0, 0], [1, 2, 3], is_overdispersed=True)
    never = funnel_of_proportions([0, 0], [10, 20])
    always = funnel_of_proportions([10, 20], [10, 20])

    for sites in (funnel.sites, never.sites, always.sites):
        assert {site and site.zone for site in sites} == {Zone.INSIDE}


def test_what_cannot_be_compared_is_refused() -> None:
    for counts, sizes in (([], []), ([None], [5.0]), ([3.0], [0.0])):
        with pytest.raises((NoOverallValue, ImpossibleCount)):
            funnel_of_proportions(counts, sizes)
        with pytest.raises(NoOverallValue):
            funnel_of_rates(counts, sizes)
