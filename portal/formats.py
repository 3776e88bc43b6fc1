"""Dates, moments and numbers as people of a language write them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal

from shared.charts import LOCALES

PARIS = ZoneInfo("Europe/Paris")
DAY = {"fr": "dd/MM/yyyy", "en": "d MMM yyyy"}
MOMENT = {"fr": "dd/MM/yyyy 'à' HH:mm", "en": "d MMM yyyy 'at' HH:mm"}
EXACT_MOMENT = {"fr": "dd/MM/yyyy 'à' HH:mm:ss", "en": "d MMM yyyy 'at' HH:mm:ss"}
MONTH = "LLLL yyyy"
SHORT_MONTH = "LLL yyyy"
NARROW_SPACE = "\u202f"
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
NO_UNIT = ("", "nb")
DAYS = {"fr": "j", "en": "d"}


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the portal's one clock; pages tell of this moment


def today() -> date:
    return now().astimezone(PARIS).date()


def day(value: date, language: str) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(PARIS).date()
    return format_date(value, DAY[language], locale=LOCALES[language])


def long_day(value: date, language: str) -> str:
    return format_date(value, "full", locale=LOCALES[language])


def weekday(value: date, language: str) -> str:
    return format_date(value, "EEE", locale=LOCALES[language])


def month(value: date, language: str) -> str:
    return format_date(value, MONTH, locale=LOCALES[language])


def short_month(value: date, language: str) -> str:
    return format_date(value, SHORT_MONTH, locale=LOCALES[language])


def month_name(value: date, language: str) -> str:
    """A month of a year that is said elsewhere: « janv. », "Jan"."""
    return format_date(value, "MMM", locale=LOCALES[language])


def moment(value: datetime, language: str, *, exact: bool = False) -> str:
    pattern = (EXACT_MOMENT if exact else MOMENT)[language]
    return format_datetime(value, pattern, tzinfo=PARIS, locale=LOCALES[language])


def ago(value: datetime, language: str) -> str:
    """Say how far away a moment is: « il y a 3 minutes », "in 2 hours"."""
    return _distance(value - now(), language, threshold=1)


def in_days(value: date, language: str) -> str:
    """Say how far away a day is. A day has no hours, so today and tomorrow are said as such."""
    if isinstance(value, datetime):
        value = value.astimezone(PARIS).date()
    days = (value - today()).days
    near = {
        "fr": {-1: "hier", 0: "aujourd'hui", 1: "demain"},
        "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
    }[language]
    return near.get(days) or _distance(timedelta(days=days), language, threshold=6.5)


def _distance(delta: timedelta, language: str, threshold: float) -> str:
    locale = LOCALES[language]
    return format_timedelta(delta, add_direction=True, locale=locale, threshold=threshold)


def delay(value: timedelta, language: str) -> str:
    """A short time, as the timeline shows it: « 42 ms », « 1,24 s », « 3 min 05 s »."""
    milliseconds = round(value / timedelta(milliseconds=1))
    if value < timedelta(seconds=1):
        return f"{milliseconds}{NARROW_SPACE}ms"
    if value < timedelta(minutes=1):
        return f"{number(Decimal(milliseconds) / 1000, language)}{NARROW_SPACE}s"
    if value < timedelta(hours=1):
        minutes, seconds = divmod(milliseconds // 1000, 60)
        return f"{minutes}{NARROW_SPACE}min {seconds:02}{NARROW_SPACE}s"
    return format_timedelta(value, locale=LOCALES[language], threshold=1.2)


def number(value: Decimal | int, language: str, decimals: int = 2) -> str:
    """A figure as it is read. Half is rounded up, as at school; values are compared unrounded."""
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return format_decimal(rounded, f"#,##0.{'#' * decimals}", locale=LOCALES[language])


def money(value: Decimal, currency: str, language: str) -> str:
    return format_currency(value, currency, locale=LOCALES[language])


def symbol(unit: str, language: str) -> str:
    """A unit as it is read: powers raised, days by their letter, nothing for what is counted."""
    if unit in NO_UNIT:
        return ""
    if unit == "d":
        return DAYS[language]
    return re.sub(r"\^(\d+)", lambda power: power[1].translate(RAISED), unit)


def with_unit(value: Decimal | int, unit: str, language: str) -> str:
    """A figure never stands without its unit; in French a narrow space parts the two."""
    figure = number(value, language)
    unit = symbol(unit, language)
    if not unit:
        return figure
    return f"{figure}%" if (unit, language) == ("%", "en") else f"{figure}{NARROW_SPACE}{unit}"


BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """A browser and its system, for people: the first that its long name contains."""
    named = (next((name for sign, name in of if sign in agent), "") for of in (BROWSERS, SYSTEMS))
    return " · ".join(name for name in named if name)


def french_number(typed: str) -> str:
    """What somebody typed as a number, as a program reads it: « 1 234,5 » is 1234.5."""
    return re.sub(r"[\s\u00a0\u202f]", "", typed).replace(",", ".")
