"""Working days of France: Monday to Friday but for the legal holidays (jours ouvrés)."""

from datetime import date, timedelta
from functools import cache

from holidays import country_holidays
from holidays.holiday_base import HolidayBase

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def is_working_day(day: date) -> bool:
    return day.weekday() < SATURDAY and day not in _holidays()


def add_working_days(day: date, count: int) -> date:
    """The day that lies `count` working days after `day`; `day` itself is not counted."""
    while count:
        day += ONE_DAY
        count -= is_working_day(day)
    return day


def working_day_from(day: date) -> date:
    """That day, or the next working one if it is none."""
    while not is_working_day(day):
        day += ONE_DAY
    return day


@cache
def _holidays() -> HolidayBase:
    """The eleven legal holidays of each year; Alsace-Moselle's two more are not counted."""
    return country_holidays("FR")
