"""What findings add up to: a statement for each way of counting, however many there are."""

from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Float,
    Integer,
    Select,
    String,
    cast,
    extract,
    func,
    literal,
)

from services.audit.answers.queries import WANTING
from services.audit.answers.schemas import Ages, By, Recurrence, Statistics, Tally, Timeliness
from services.audit.models import Finding
from services.audit.queries import IS_OPEN, WAITS_FOR_ANSWER, findings
from services.audit.schemas import Grade
from shared.work import UnitOfWork

MOST_CLAUSES: Final = 20
AGES: Final = (30, 90, 180, 365)
NONCONFORMITIES: Final = [grade for grade in Grade if grade.is_nonconformity]


def statistics(uow: UnitOfWork, place: UUID | None) -> Statistics:
    rows = findings(uow, place, None, None, None)
    ages, mean = _ages(uow, rows)
    return Statistics(
        tallies=[tally for by in By for tally in _tallies(uow, rows, by)],
        recurrence=_recurrence(uow, rows),
        ages=ages,
        mean_age=mean,
        timeliness=_timeliness(uow, rows),
    )


def _tallies(uow: UnitOfWork, rows: Select[Finding], by: By) -> list[Tally]:
    """Of clauses the most cited only: a list of hundreds is no picture."""
    key = _key(by)
    counted = rows.with_only_columns(key, Finding.grade, func.count()).group_by(key, Finding.grade)
    if by is By.REQUIREMENT:
        cited = rows.with_only_columns(key).where(Finding.requirement_key != "").group_by(key)
        most = cited.order_by(func.count().desc(), key).limit(MOST_CLAUSES)
        counted = counted.where(key.in_(most))
    found = uow.session.execute(counted.order_by(key, Finding.grade))
    return [Tally(by=by, key=str(k), grade=grade, count=count) for k, grade, count in found]


def _key(by: By) -> ColumnElement[Any]:
    match by:
        case By.REQUIREMENT:
            return func.upper(Finding.requirement_key)
        case By.PROCESS:
            return Finding.process.expression
        case By.SITE:
            return cast(Finding.site_id, String)
        case By.YEAR:
            return _year()


def _recurrence(uow: UnitOfWork, rows: Select[Finding]) -> list[Recurrence]:
    counted = rows.where(Finding.grade.in_(WANTING)).with_only_columns(
        _year(), func.count(), func.count(Finding.repeats_id)
    )
    found = uow.session.execute(counted.group_by(_year()).order_by(_year()))
    return [Recurrence(year=year, found=count, repeated=again) for year, count, again in found]


def _ages(uow: UnitOfWork, rows: Select[Finding]) -> tuple[list[Ages], float | None]:
    days = literal(uow.now.date(), Date) - Finding.raised_on
    since = (0, *(limit + 1 for limit in AGES))
    counts = [
        func.count().filter(days >= first, *([days <= last] if last else []))
        for first, last in zip(since, (*AGES, None), strict=True)
    ]
    still = rows.where(IS_OPEN, Finding.grade.in_(NONCONFORMITIES))
    *found, mean = uow.session.execute(
        still.with_only_columns(*counts, cast(func.avg(days), Float))
    ).one()
    limits = (*AGES, None)
    return [Ages(up_to=u, count=count) for u, count in zip(limits, found, strict=True)], mean


def _timeliness(uow: UnitOfWork, rows: Select[Finding]) -> Timeliness:
    due, answered = Finding.answer_due_on, Finding.answered_on
    waits, past = WAITS_FOR_ANSWER, due < uow.now.date()
    there = answered.is_not(None) & ~waits
    counts = (
        func.count().filter(there, answered <= due),
        func.count().filter(there, answered > due),
        func.count().filter(waits, ~past),
        func.count().filter(waits, past),
    )
    asked = rows.where(due.is_not(None)).with_only_columns(*counts)
    in_time, late, waited_for, overdue = uow.session.execute(asked).one()
    return Timeliness(in_time=in_time, late=late, waited_for=waited_for, overdue=overdue)


def _year() -> ColumnElement[int]:
    return cast(extract("year", Finding.raised_on), Integer)
