"""Each January against the other Januaries."""

import random
from itertools import combinations
from math import sqrt
from statistics import NormalDist, median

import pytest

from services.indicators.schemas import Direction
from services.indicators.statistics.schemas import Judgement, Verdict
from services.indicators.statistics.seasonal import seasonal_trend
from services.indicators.statistics.trend import trend

SEASONS = [0, 1, 3, 6, 9, 12, 14, 12, 9, 6, 3, 1]


def monthly(years: int, slope: float) -> list[float]:
    return [100.0 + SEASONS[t % 12] + slope * (t // 12) for t in range(12 * years)]


def test_seasons_do_not_hide_a_trend() -> None:
    figures = monthly(4, -0.5)

    seasonal, plain = seasonal_trend(figures), trend(figures)

    assert plain is not None
    assert plain.verdict is Verdict.STABLE
    assert seasonal is not None
    assert (seasonal.verdict, seasonal.s, seasonal.slope) == (Verdict.DECREASING, -72, -0.5)
    assert seasonal.judged(Direction.LOW) is Judgement.IMPROVEMENT
    assert seasonal.is_shown


def test_seasons_are_no_trend() -> None:
    result = seasonal_trend(monthly(5, 0))

    assert result is not None
    assert (result.s, result.p, result.verdict) == (0, 1, Verdict.STABLE)
    assert result.judged(Direction.LOW) is Judgement.UNCHANGED


def test_it_agrees_with_pairs_of_each_month_counted_one_by_one() -> None:
    for number in range(100):
        chance = random.Random(number)  # noqa: S311  the same series each time
        n = chance.randint(24, 70)
        drift = chance.uniform(-1, 1)
        values = [
            None
            if chance.random() < 0.1
            else round(chance.gauss(0, 2) + SEASONS[t % 12] + drift * t / 12)
            for t in range(n)
        ]

        result = seasonal_trend(values)

        s, variance, slopes = 0, 0.0, []
        for month in range(12):
            known = [
                (t // 12, v) for t, v in enumerate(values) if v is not None and t % 12 == month
            ]
            pairs = list(combinations(known, 2))
            s += sum((a[1] < b[1]) - (a[1] > b[1]) for a, b in pairs)
            slopes += [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs]
            figures = [v for _, v in known]
            sizes = [len(known), *(figures.count(v) for v in set(figures))]
            spread = [m * (m - 1) * (2 * m + 5) / 18 for m in sizes]
            variance += spread[0] - sum(spread[1:])
        score = 0 if s == 0 else (abs(s) - 1) / sqrt(variance)
        assert result is not None
        assert (result.s, result.n) == (s, sum(v is not None for v in values))
        assert result.variance == pytest.approx(variance)
        assert result.p == pytest.approx(2 - 2 * NormalDist().cdf(score))
        assert result.slope == pytest.approx(median(slopes))
        assert result.lower <= result.slope <= result.upper


@pytest.mark.parametrize("values", [[], [1.0] * 12, [None] * 48, [1.0] * 12 + [None] * 12])
def test_below_two_years_there_is_nothing_to_compare(values: list[float | None]) -> None:
    assert seasonal_trend(values) is None


def test_two_years_are_computed_and_not_shown() -> None:
    result = seasonal_trend(monthly(2, 1))

    assert result is not None
    assert not result.is_shown
