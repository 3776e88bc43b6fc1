"""What the figures that are computed are made of: numerators and denominators, by their source.

Each is a subquery of the statement that counts many sites in many periods at once. `site` has an
id; `month` says the day up to which is counted (`as_of`), and the first of twelve months (`since`).
"""

from decimal import Decimal

from sqlalchemy import ColumnElement, Date, FromClause, ScalarSelect, case, cast, func, or_, select

from services.indicators.models import WIDE, Definition, known_action, known_entry, known_finding
from services.indicators.schemas import Source

ACTIONS = frozenset({Source.OPEN_ACTIONS, Source.OVERDUE_ACTIONS, Source.CLOSED_ON_TIME})
MAJOR, MINOR = "NC_MAJ", "NC_MIN"
OPEN_FINDINGS = frozenset({Source.AGE_OF_NONCONFORMITIES})
NONCONFORMITIES = OPEN_FINDINGS | {Source.REPEATED_NONCONFORMITIES}
COUNTS_OF = {MAJOR: NONCONFORMITIES | {Source.MAJOR_NONCONFORMITIES}, MINOR: NONCONFORMITIES}
"""What a finding of a grade counts in. Of the other grades nothing is counted."""
PROGRAMME = frozenset({Source.AUDITS_HELD})
COUNTED = frozenset(Source) - {Source.REPORTED}


def components(
    edition: type[Definition], site: FromClause, month: FromClause
) -> tuple[ColumnElement[Decimal], ColumnElement[Decimal]]:
    """Numerator and denominator by the definition's source; only the one chosen is counted."""
    on_time = known_action.c.done_on <= known_action.c.due_on_initial
    numerators = {
        Source.OPEN_ACTIONS: _open(site, month),
        Source.OVERDUE_ACTIONS: _open(site, month, _late(month)),
        Source.CLOSED_ON_TIME: _due(site, month, on_time),
        Source.MAJOR_NONCONFORMITIES: _found(site, month, known_finding.c.grade == MAJOR),
        Source.REPEATED_NONCONFORMITIES: _found(site, month, known_finding.c.repeated),
        Source.AGE_OF_NONCONFORMITIES: _still_open(site, month, _age_in_days(month)),
        Source.AUDITS_HELD: _audits_due(site, month, _held(month)),
    }
    denominators = {
        Source.CLOSED_ON_TIME: _due(site, month),
        Source.REPEATED_NONCONFORMITIES: _found(site, month),
        Source.AGE_OF_NONCONFORMITIES: _still_open(site, month, func.count()),
        Source.AUDITS_HELD: _audits_due(site, month),
    }
    of_source, out_of = (
        [(edition.source == source, count) for source, count in counts.items()]
        for counts in (numerators, denominators)
    )
    return cast(case(*of_source), WIDE), cast(case(*out_of), WIDE)


def _open(site: FromClause, month: FromClause, *more: ColumnElement[bool]) -> ScalarSelect[int]:
    """Count what was opened and is not yet verified effective nor cancelled."""
    action, as_of = known_action.c, month.c.as_of
    still = or_(action.closed_on.is_(None), action.closed_on > as_of)
    there = (action.site_id == site.c.id) & (action.opened_on <= as_of) & ~action.withdrawn
    return _count(site, month, there, still, *more)


def _late(month: FromClause) -> ColumnElement[bool]:
    action, as_of = known_action.c, month.c.as_of
    undone = or_(action.done_on.is_(None), action.done_on > as_of)
    return (action.due_on < as_of) & undone


def _due(site: FromClause, month: FromClause, *more: ColumnElement[bool]) -> ScalarSelect[int]:
    """Count what was first due in the twelve months. Moved or cancelled, it stays counted."""
    action = known_action.c
    due = action.due_on_initial.between(month.c.since, month.c.as_of)
    return _count(site, month, action.site_id == site.c.id, due, ~action.withdrawn, *more)


def _found(site: FromClause, month: FromClause, *more: ColumnElement[bool]) -> ScalarSelect[int]:
    """Count the nonconformities raised in the twelve months."""
    raised = known_finding.c.raised_on.between(month.c.since, month.c.as_of)
    return _count(site, month, _nonconformity(site), raised, *more)


def _still_open(site: FromClause, month: FromClause, what: ColumnElement[int]) -> ScalarSelect[int]:
    finding, as_of = known_finding.c, month.c.as_of
    still = or_(finding.closed_on.is_(None), finding.closed_on > as_of)
    raised = finding.raised_on <= as_of
    counted = select(what).where(_nonconformity(site), raised, still)
    return counted.correlate(site, month).scalar_subquery()


def _age_in_days(month: FromClause) -> ColumnElement[int]:
    return func.coalesce(func.sum(month.c.as_of - known_finding.c.raised_on), 0)


def _nonconformity(site: FromClause) -> ColumnElement[bool]:
    finding = known_finding.c
    graded = finding.grade.in_(COUNTS_OF)
    return (finding.site_id == site.c.id) & graded & ~finding.withdrawn


def _audits_due(
    site: FromClause, month: FromClause, *more: ColumnElement[bool]
) -> ScalarSelect[int]:
    """Count the audits first approved for the twelve months whose month is over, or that were held.

    Postponed or dropped, one stays counted in its first month: a reason excuses nothing.
    """
    entry, as_of = known_entry.c, month.c.as_of
    over = entry.month < cast(func.date_trunc("month", as_of + 1), Date)
    within = func.least(entry.month, entry.held_on).between(month.c.since, as_of)
    known = (entry.site_id == site.c.id) & entry.month.is_not(None)
    return _count(site, month, known, within, or_(over, _held(month)), *more)


def _held(month: FromClause) -> ColumnElement[bool]:
    return known_entry.c.held_on <= month.c.as_of


def _count(site: FromClause, month: FromClause, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*where).correlate(site, month).scalar_subquery()
