"""A figure over a window of time: twelve months that roll, or the year up to a month.

As over sites, components are added up and ratios are never averaged; of a stock the last period
counts, of a maximum the highest, and a chain of steps has no figure over time. Nothing here knows
of tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.indicators.aggregation import rounded, value_of
from services.indicators.schemas import Aggregation

YEAR: Final = 12


@dataclass(frozen=True)
class Made:
    """What a figure of a period is made of. Without a numerator, nothing was reported."""

    period: date
    numerator: Decimal | None
    denominator: Decimal | None


@dataclass(frozen=True)
class Window:
    """A figure over the periods from one to another, and how many of them there are."""

    since: date
    until: date
    value: Decimal | None
    reported: int
    expected: int


def rolling(aggregation: Aggregation, factor: Decimal, made: Sequence[Made]) -> Window | None:
    """The twelve months that end with the last one of `made`, which is in order of time."""
    if not made:
        return None
    until = made[-1].period
    return _over(aggregation, factor, made, _months_back(until, YEAR - 1), until)


def year_to_date(aggregation: Aggregation, factor: Decimal, made: Sequence[Made]) -> Window | None:
    """January up to the last month of `made`."""
    if not made:
        return None
    until = made[-1].period
    return _over(aggregation, factor, made, until.replace(month=1), until)


def _over(
    aggregation: Aggregation, factor: Decimal, made: Sequence[Made], since: date, until: date
) -> Window:
    there = [one for one in made if since <= one.period <= until and one.numerator is not None]
    months = (until.year - since.year) * YEAR + until.month - since.month + 1
    exact = _value(aggregation, factor, there)
    value = None if exact is None else rounded(exact)
    return Window(since, until, value, len(there), months)


def _value(aggregation: Aggregation, factor: Decimal, there: Sequence[Made]) -> Decimal | None:
    if not there or not aggregation.adds_up:
        return None
    numerators = [one.numerator for one in there if one.numerator is not None]
    match aggregation:
        case Aggregation.MAX:
            numerator = max(numerators)
        case Aggregation.LAST_SUM:
            numerator = numerators[-1]
        case _:
            numerator = sum(numerators, Decimal(0))
    denominator = sum((one.denominator or Decimal(0) for one in there), Decimal(0))
    return value_of(aggregation, factor, numerator, denominator)


def _months_back(month: date, back: int) -> date:
    number = month.year * YEAR + month.month - 1 - back
    return date(number // YEAR, number % YEAR + 1, 1)
