"""What is expected at a date, and whether the target is met by then."""

import random
from datetime import date, timedelta
from math import inf, sqrt
from statistics import linear_regression

import numpy as np
import pytest

from services.indicators.schemas import Direction
from services.indicators.statistics.errors import TimesNotIncreasing, TooFewPoints
from services.indicators.statistics.forecast import Goal, forecast
from services.indicators.statistics.schemas import Outlook

FALLING = [12.1, 11.8, 12.4, 11.5, 11.9, 11.2, 11.4, 10.9, 11.1, 10.6, 10.8, 10.3]
EASY, HARD, OPEN = Goal(highest=11), Goal(highest=5), Goal(highest=9.6)


def test_a_forecast_worked_by_hand() -> None:
    result = forecast([1.0, 3, 2, 5, 4], 6, Goal(lowest=5))

    # Slope 8 / 10, mean 3 at time 2, residual sum of squares 10 - 0.8 · 8 = 3.6 with 3 degrees of
    # freedom; t of 0.975 is 3.182446.
    half = 3.182446 * sqrt(3.6 / 3) * sqrt(1 + 1 / 5 + 16 / 10)
    assert (result.slope, result.intercept) == pytest.approx((0.8, 1.4))
    assert result.residual == pytest.approx(sqrt(1.2))
    assert result.expected == pytest.approx(6.2)
    assert (result.lower, result.upper) == pytest.approx((6.2 - half, 6.2 + half), abs=1e-5)
    assert result.met_at == pytest.approx(4.5)
    assert (result.outlook, result.is_shown, result.is_far) == (Outlook.UNCERTAIN, False, False)


def test_the_line_is_that_of_the_standard_library() -> None:
    for number in range(200):
        chance = random.Random(number)  # noqa: S311  the same series each time
        times = sorted(float(t) for t in chance.sample(range(300), chance.randint(4, 40)))
        values = [chance.gauss(0, 3) + chance.uniform(-1, 1) * t for t in times]

        result = forecast(values, times[-1] + 10, EASY, times)

        slope, intercept = linear_regression(times, values)
        left = [v - intercept - slope * t for t, v in zip(times, values, strict=True)]
        assert (result.slope, result.intercept) == pytest.approx((slope, intercept))
        assert result.residual == pytest.approx(sqrt(sum(e * e for e in left) / (len(left) - 2)))
        assert result.expected == pytest.approx(intercept + slope * (times[-1] + 10))


def test_the_interval_holds_the_future_value_as_often_as_it_says() -> None:
    chance = np.random.default_rng(3)
    held = 0
    for _ in range(600):
        figures = 5 - 0.3 * np.arange(16) + chance.normal(0, 1, 16)
        result = forecast(figures[:12], 15, EASY, level=0.9)
        held += result.lower <= figures[15] <= result.upper

    assert 0.87 <= held / 600 <= 0.93


@pytest.mark.parametrize(
    ("goal", "outlook"),
    [
        (EASY, Outlook.REACHED),
        (OPEN, Outlook.UNCERTAIN),
        (HARD, Outlook.OUT_OF_REACH),
        (Goal(lowest=11), Outlook.OUT_OF_REACH),
        (Goal(8, 11), Outlook.REACHED),
        (Goal(9.6, 12), Outlook.UNCERTAIN),
        (Goal(), Outlook.REACHED),
    ],
)
def test_a_target_is_reached_or_not_or_inside_the_interval(goal: Goal, outlook: Outlook) -> None:
    assert forecast(FALLING, 15, goal).outlook is outlook


def test_when_the_line_meets_the_goal() -> None:
    assert forecast(FALLING, 15, Goal(highest=12)).met_at == 11
    assert forecast(FALLING, 15, Goal(lowest=12)).met_at is None
    met_at = forecast(FALLING, 15, OPEN).met_at
    assert met_at is not None
    assert forecast(FALLING, met_at, OPEN).expected == pytest.approx(9.6)
    assert forecast(FALLING, 15, Goal(8, 9)).met_at == forecast(FALLING, 15, Goal(highest=9)).met_at
    assert forecast([4.0] * 9, 15, Goal(highest=3)).met_at is None


def test_days_give_a_day() -> None:
    days = [date(2030, 1, 1) + timedelta(days=10 * step) for step in range(9)]
    figures = [100.0 - step for step in range(9)]

    result = forecast(figures, date(2030, 12, 31), Goal(highest=90), days)

    assert result.met_on == date(2030, 1, 1) + timedelta(days=100)
    assert result.is_far
    assert result.expected == result.lower == result.upper == pytest.approx(63.6)
    slow = forecast(
        [100 - step / 1e6 for step in range(9)], date(2030, 6, 1), Goal(highest=9), days
    )
    assert slow.met_on is None


def test_goals_are_read_off_an_indicator() -> None:
    assert Goal.of(Direction.LOW, 5, 9) == Goal(-inf, 5)
    assert Goal.of(Direction.HIGH, 95, 90) == Goal(95, inf)
    assert Goal.of(Direction.BAND, 2, 4) == Goal(2, 4)


def test_what_cannot_be_forecast_is_refused() -> None:
    with pytest.raises(TooFewPoints, match="3 points"):
        forecast([1.0, 2.0, None, 3.0], 9, EASY)
    with pytest.raises(TooFewPoints):
        forecast([], 9, EASY)
    with pytest.raises(TimesNotIncreasing):
        forecast(FALLING, 10, EASY)
