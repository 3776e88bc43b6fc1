"""Months as people count them: the same day of another month, or its last if it has none."""

from calendar import monthrange
from datetime import date, timedelta

DECEMBER = 12
ONE_DAY = timedelta(days=1)


def add_months(day: date, count: int) -> date:
    year, month = divmod(day.year * DECEMBER + day.month - 1 + count, DECEMBER)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_of(day: date) -> date:
    """The month a day is in, by its first day."""
    return day.replace(day=1)


def months_between(first: date, last: date) -> list[date]:
    """The months from one day's to another's, both among them."""
    count = (last.year - first.year) * DECEMBER + last.month - first.month
    return [add_months(month_of(first), n) for n in range(count + 1)]
