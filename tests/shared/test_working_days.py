from datetime import date

import pytest

from shared.working_days import add_working_days, is_working_day, working_day_from


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-06", 1, "2026-11-09"),
        ("2026-11-06", 3, "2026-11-12"),
        ("2026-11-10", 1, "2026-11-12"),
        ("2026-11-06", 10, "2026-11-23"),
        ("2026-12-24", 1, "2026-12-28"),
        ("2027-03-26", 1, "2027-03-30"),
        ("2026-12-18", 10, "2027-01-05"),
    ],
)
def test_working_days_are_counted_without_weekends_and_holidays(
    start: str, count: int, end: str
) -> None:
    assert add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


FIXED = ("01-01", "05-01", "05-08", "07-14", "08-15", "11-01", "11-11", "12-25")
MOVING = ("2026-04-06", "2026-05-14", "2026-05-25", "2027-03-29", "2027-05-06", "2027-05-17")
HOLIDAYS = (*(f"{year}-{day}" for year in (2026, 2027) for day in FIXED), *MOVING)


@pytest.mark.parametrize("holiday", HOLIDAYS)
def test_a_legal_holiday_is_not_worked(holiday: str) -> None:
    assert not is_working_day(date.fromisoformat(holiday))


def test_a_deadline_falls_on_a_working_day() -> None:
    assert working_day_from(date(2026, 5, 8)) == date(2026, 5, 11)
    assert working_day_from(date(2026, 5, 12)) == date(2026, 5, 12)
