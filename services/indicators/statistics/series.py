"""Series of numbers as people hand them over, made into arrays that can be computed with."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from services.indicators.statistics.errors import LengthsDiffer, NotFinite, TimesNotIncreasing

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Numbers = Sequence[float | Decimal | None] | Floats
"""One number for each period in order; None or NaN where there is none."""

Times = Sequence[float] | Sequence[date] | Floats
"""When each point was: numbers in any unit, or days; later and later."""

NOISE = 1e-12
"""What is smaller than this part of the figures it is computed from is rounding, and means 0."""


def numbers(values: Numbers) -> Floats:
    """Make an array of numbers, NaN where there is none; shape (n,). Infinity is refused."""
    found = np.array([np.nan if value is None else float(value) for value in values], np.float64)
    if np.isinf(found).any():
        raise NotFinite(index=int(np.isinf(found).argmax()))
    return found


def numbers_like(what: str, values: Numbers, points: Floats) -> Floats:
    """Make an array that has one number for each point."""
    found = numbers(values)
    if len(found) != len(points):
        raise LengthsDiffer(what=what, found=len(found), expected=len(points))
    return found


def times_of(times: Times | None, n: int) -> Floats:
    """Give the time of each point: 0 to n - 1 unless said; of days, their number since year 1."""
    if times is None:
        return np.arange(n, dtype=np.float64)
    if len(times) != n:
        raise LengthsDiffer(what="times", found=len(times), expected=n)
    found = np.array([time_of(time) for time in times], np.float64)
    if not (np.isfinite(found).all() and (np.diff(found) > 0).all()):
        raise TimesNotIncreasing
    return found


def time_of(time: date | float) -> float:
    return float(time.toordinal()) if isinstance(time, date) else float(time)


def month_numbers(days: Sequence[date]) -> list[float]:
    """Count months since year 0, so that a slope is per month however long each month is."""
    return [float(day.year * 12 + day.month - 1) for day in days]


def known(values: Numbers, times: Times | None) -> tuple[Floats, Floats]:
    """Leave out the points that have no value; give the others and when they were."""
    found = numbers(values)
    when = times_of(times, len(found))
    is_known = ~np.isnan(found)
    return found[is_known], when[is_known]


def month_of(number: float) -> date:
    """Give the first day of the month in which a count of months falls."""
    return date(int(number) // 12, int(number) % 12 + 1, 1)
