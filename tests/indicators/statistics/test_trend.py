"""Trends: the vectors of the domain notes, and the same counted pair by pair."""

import random
from datetime import date, timedelta
from itertools import combinations, permutations
from math import sqrt
from statistics import NormalDist, median
from typing import NamedTuple

import numpy as np
import pytest

from services.indicators.schemas import Direction
from services.indicators.statistics.errors import LengthsDiffer, TimesNotIncreasing
from services.indicators.statistics.kendall import exact_tails
from services.indicators.statistics.schemas import Judgement, Verdict
from services.indicators.statistics.series import month_numbers, month_of
from services.indicators.statistics.trend import Trend, trend


class Case(NamedTuple):
    name: str
    x: list[float]
    pairs: tuple[int, int]
    ties: tuple[int, ...]
    variance: float
    z: float
    p_normal: float
    p_exact: float | None
    slope: float
    intercept: float
    interval: tuple[float, float] | None
    verdict: Verdict


FALLING = [12.1, 11.8, 12.4, 11.5, 11.9, 11.2, 11.4, 10.9, 11.1, 10.6, 10.8, 10.3]
RISING = [5.0, 6, 5, 7, 7, 8, 7, 9, 8, 9]
CASES = [
    Case(
        "falling", FALLING, (7, 59), (), 212.666667, -3.497200, 0.000470, 0.000107,
        -0.15, 12.125, (-0.22, -0.125), Verdict.DECREASING,
    ),
    Case(
        "rising with ties", RISING, (36, 3), (2, 3, 2, 2), 118.333333, 2.941687, 0.003264, None,
        0.5, 4.75, (0.25, 0.6), Verdict.INCREASING,
    ),
    Case(
        "none", [3.1, 2.9, 3.3, 3.0, 3.2, 2.8, 3.4, 3.05], (15, 13), (), 65.333333, 0.123718,
        0.901539, 0.904861, 0.01875, 3.009375, None, Verdict.STABLE,
    ),
    Case(
        "constant", [4.0] * 6, (0, 0), (6,), 0.0, 0, 1.0, None, 0.0, 4.0, (0, 0), Verdict.STABLE
    ),
    Case(
        "five", [1.0, 2, 3, 4, 5], (10, 0), (), 16.666667, 2.204541, 0.027486, 0.016667,
        1.0, 1.0, None, Verdict.INCREASING,
    ),
]  # fmt: skip


def found(values: list[float], times: list[float] | None = None) -> Trend:
    result = trend(values, times)
    assert result is not None
    return result


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_trends_are_those_of_the_notes(case: Case) -> None:
    result = found(case.x)

    test, line = result.test, result.line
    assert (test.ups, test.downs) == case.pairs
    assert test.ties == case.ties
    assert test.variance == pytest.approx(case.variance, abs=1e-6)
    assert test.z == pytest.approx(case.z, abs=1e-6)
    assert test.p_normal == pytest.approx(case.p_normal, abs=1e-6)
    assert test.p_exact == (case.p_exact and pytest.approx(case.p_exact, abs=1e-6))
    assert line.slope == pytest.approx(case.slope)
    assert line.intercept == pytest.approx(case.intercept)
    if case.interval is not None:
        assert (line.lower, line.upper) == pytest.approx(case.interval)
    assert result.verdict is case.verdict


def test_tau_is_a_share_of_all_pairs() -> None:
    assert found(FALLING).test.tau == pytest.approx(-0.787879, abs=1e-6)
    assert found([4.0] * 6).test.tau == 0
    assert found(RISING).test.tau == pytest.approx(33 / sqrt(45 * 39))


def test_the_exact_probability_is_preferred_up_to_ten_points() -> None:
    assert found([1.0, 2, 3, 4, 5]).test.p == pytest.approx(1 / 60)
    assert found(FALLING).test.p == found(FALLING).test.p_normal
    assert found([*FALLING, 10.0]).test.p_exact is None


@pytest.mark.parametrize("n", range(2, 8))
def test_the_exact_distribution_is_that_of_all_orders(n: int) -> None:
    scores = [
        sum((a < b) - (a > b) for a, b in combinations(order, 2))
        for order in permutations(range(n))
    ]
    for s in set(scores):
        as_far = sum(abs(score) >= abs(s) for score in scores) / len(scores)
        assert exact_tails(s, n) == pytest.approx(as_far, rel=1e-12)


def test_trends_agree_with_pairs_counted_one_by_one() -> None:
    for number in range(300):
        chance = random.Random(number)  # noqa: S311  the same series each time
        n, decimals, drift = chance.randint(4, 30), chance.choice([0, 1, 6]), chance.uniform(-1, 1)
        times = sorted(float(t) for t in chance.sample(range(200), n))
        values = [round(chance.gauss(0, 3) + drift * t / 9, decimals) for t in times]

        result = found(values, times)

        rows = list(zip(times, values, strict=True))
        s = sum((a[1] < b[1]) - (a[1] > b[1]) for a, b in combinations(rows, 2))
        equal = {value: values.count(value) for value in values}.values()
        variance = sum(
            m * (m - 1) * (2 * m + 5) * w for m, w in [(n, 1), *((t, -1) for t in equal)]
        )
        score = 0 if s == 0 else (abs(s) - 1) / sqrt(variance / 18)
        slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(rows, 2)]
        assert result.test.s == s
        assert result.test.p_normal == pytest.approx(2 - 2 * NormalDist().cdf(score), abs=1e-12)
        assert result.line.slope == pytest.approx(median(slopes), abs=1e-12)
        assert result.line.lower <= result.line.slope <= result.line.upper
        middle = median(values) - median(slopes) * median(times)
        assert result.line.intercept == pytest.approx(middle, abs=1e-9)


def test_the_interval_of_the_slope_holds_the_true_one_as_often_as_it_says() -> None:
    chance = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        line = found((0.4 * np.arange(20) + chance.normal(0, 2, 20)).tolist()).line
        held += line.lower <= 0.4 <= line.upper

    assert 0.92 <= held / 400 <= 0.98


def test_missing_points_are_left_out_and_the_others_keep_their_time() -> None:
    result = trend([1.0, None, 3.0, 4.0, None, 6.0, float("nan")])

    assert result is not None
    assert (result.test.n, result.line.slope, result.line.intercept) == (4, 1, 1)
    assert (result.first, result.last) == (0, 5)


def test_days_are_times() -> None:
    days = [date(2030, 1, 1) + timedelta(days=7 * week) for week in (0, 1, 2, 5, 9)]

    result = trend([10.0, 17, 24, 45, 73], days)

    assert result is not None
    assert result.line.slope == pytest.approx(1)
    assert result.line.at(days[-1].toordinal()) == pytest.approx(73)


def test_months_are_one_apart_however_long_they_are() -> None:
    months = [date(2029, 11, 1), date(2029, 12, 1), date(2030, 1, 1), date(2030, 3, 1)]

    numbers = month_numbers(months)

    assert np.diff(numbers).tolist() == [1, 1, 2]
    assert [month_of(number) for number in numbers] == months


@pytest.mark.parametrize("values", [[], [None] * 9, [1.0, 2.0, 3.0], [1.0, None, 2.0, 3.0]])
def test_below_four_points_there_is_no_trend(values: list[float | None]) -> None:
    assert trend(values) is None


def test_below_eight_points_a_trend_is_not_shown() -> None:
    assert not found([1.0, 2, 3, 4, 5, 6, 7]).is_shown
    assert found([1.0, 2, 3, 4, 5, 6, 7, 8]).is_shown


def test_a_trend_is_good_or_bad_by_the_indicators_better_side() -> None:
    falling, stable = found(FALLING), found([4.0] * 6)

    assert falling.judged(Direction.LOW) is Judgement.IMPROVEMENT
    assert falling.judged(Direction.HIGH) is Judgement.DEGRADATION
    assert falling.judged(Direction.BAND) is Judgement.CHANGE
    assert falling.judged(Direction.BAND, (9.0, 10.0)) is Judgement.IMPROVEMENT
    assert falling.judged(Direction.BAND, (12.0, 13.0)) is Judgement.DEGRADATION
    assert stable.judged(Direction.LOW) is Judgement.UNCHANGED


def test_times_that_do_not_go_on_are_refused() -> None:
    with pytest.raises(TimesNotIncreasing):
        trend([1.0, 2, 3, 4], [0, 1, 1, 2])
    with pytest.raises(LengthsDiffer):
        trend([1.0, 2, 3, 4], [0, 1, 2])
