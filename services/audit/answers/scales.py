"""What the grade of a scale means: how soon it is answered and closed."""

from datetime import date, timedelta

from services.audit.answers.schemas import ScaleGrade
from shared.working_days import add_working_days


def answer_due_on(grade: ScaleGrade, since: date) -> date | None:
    return _after(since, grade.answer_days, working=grade.working_days)


def closing_due_on(grade: ScaleGrade, since: date) -> date | None:
    return _after(since, grade.closing_days, working=grade.working_days)


def _after(since: date, days: int | None, *, working: bool) -> date | None:
    """The last day of a delay; a body's own calendar days may well end on a Sunday."""
    if days is None:
        return None
    return add_working_days(since, days) if working else since + timedelta(days=days)
