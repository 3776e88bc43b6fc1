"""What the figures that are computed are made of: numerators and denominators, by their source.

Each is a subquery of the statement that counts many sites in many periods at once. `site` has an
id; `month` says the day up to which is counted (`as_of`), and the first of twelve months (`since`).
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Date, FromClause, ScalarSelect, case, cast, func, or_, select

from services.indicators.fact_models import known_action, known_entry, known_finding
from services.indicators.models import WIDE, Definition
from services.indicators.schemas import Source

ACTIONS = frozenset({Source.OPEN_ACTIONS, Source.OVERDUE_ACTIONS, Source.CLOSED_ON_TIME})
MAJOR, MINOR = "NC_MAJ", "NC_MIN"
OPEN_FINDINGS = frozenset({Source.AGE_OF_NONCONFORMITIES})
FINDINGS = frozenset({Source.FINDINGS})
NONCONFORMITIES = FINDINGS | OPEN_FINDINGS | {Source.REPEATED_NONCONFORMITIES}
COUNTS_OF = {MAJOR: NONCONFORMITIES | {Source.MAJOR_NONCONFORMITIES}, MINOR: NONCONFORMITIES}
"""What a nonconformity counts in. Any other finding counts among the findings only."""
PROGRAMME = frozenset({Source.AUDITS_HELD})
COUNTED = frozenset(Source) - {Source.REPORTED}


@dataclass(frozen=True)
class OfFindings:
    """A figure made of findings: which of them, and what of these is added up."""

    which: ColumnElement[bool]
    numerator: ColumnElement[int]
    denominator: ColumnElement[int] | None = None


def components(
    edition: type[Definition], site: FromClause, month: FromClause
) -> tuple[ColumnElement[Decimal], ColumnElement[Decimal]]:
    """Numerator and denominator by the definition's source; only the one chosen is counted."""
    on_time = known_action.c.done_on <= known_action.c.due_on_initial
    numerators = {
        Source.OPEN_ACTIONS: _open(site, month),
        Source.OVERDUE_ACTIONS: _open(site, month, _late(month)),
        Source.CLOSED_ON_TIME: _due(site, month, on_time),
        Source.AUDITS_HELD: _audits_due(site, month, _held(month)),
    }
    denominators = {
        Source.CLOSED_ON_TIME: _due(site, month),
        Source.AUDITS_HELD: _audits_due(site, month),
    }
    for source, figure in of_findings(month).items():
        numerators[source] = _of_site(site, month, figure.which, figure.numerator)
        if figure.denominator is not None:
            denominators[source] = _of_site(site, month, figure.which, figure.denominator)
    of_source, out_of = (
        [(edition.source == source, count) for source, count in counts.items()]
        for counts in (numerators, denominators)
    )
    return cast(case(*of_source), WIDE), cast(case(*out_of), WIDE)


def of_findings(month: FromClause) -> dict[Source, OfFindings]:
    """What figures are made of findings, of those of twelve months or of those still open."""
    finding, as_of = known_finding.c, month.c.as_of
    nonconforming = finding.grade.in_(COUNTS_OF) & ~finding.withdrawn
    within = finding.raised_on.between(month.c.since, as_of)
    still = or_(finding.closed_on.is_(None), finding.closed_on > as_of)
    age = func.coalesce(func.sum(as_of - finding.raised_on), 0)
    count = func.count()
    return {
        Source.FINDINGS: OfFindings(within & ~finding.withdrawn, count),
        Source.MAJOR_NONCONFORMITIES: OfFindings(
            within & nonconforming & (finding.grade == MAJOR), count
        ),
        Source.REPEATED_NONCONFORMITIES: OfFindings(
            within & nonconforming, count.filter(finding.repeated), count
        ),
        Source.AGE_OF_NONCONFORMITIES: OfFindings(
            (finding.raised_on <= as_of) & still & nonconforming, age, count
        ),
    }


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


def _of_site(
    site: FromClause, month: FromClause, which: ColumnElement[bool], what: ColumnElement[int]
) -> ScalarSelect[int]:
    there = known_finding.c.site_id == site.c.id
    return select(what).where(there, which).correlate(site, month).scalar_subquery()


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
