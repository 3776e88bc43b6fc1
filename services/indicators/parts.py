"""What a figure of findings divides into: by grade, by clause, by process."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, FromClause, Row, literal, select

from services.indicators.aggregation import last_day, rounded, year_up_to
from services.indicators.components import of_findings
from services.indicators.models import Definition, known_finding, known_node
from services.indicators.schemas import By, Part
from shared.work import UnitOfWork

MOST: Final = 20
"""Parts of a kind: those that weigh most. A list of hundreds is no picture."""


def parts(uow: UnitOfWork, definition: Definition, place: UUID, period: date) -> list[Part]:
    """Divide a figure as of the end of a month, or today. What is not made of findings: []."""
    uow.require_place(place)
    as_of = min(last_day(definition.period_of(period)), uow.now.date())
    days = literal(as_of, Date).label("as_of"), literal(year_up_to(as_of), Date).label("since")
    month = select(*days).cte("month")
    figure = of_findings(month).get(definition.source)
    if figure is None:
        return []
    amounts = [figure.numerator]
    if figure.denominator is not None:
        amounts.append(figure.denominator)
    return [
        _part(definition, by, row)
        for by in By
        for row in _counted(uow, by, month, figure.which & _below(place), amounts)
    ]


def _counted(
    uow: UnitOfWork,
    by: By,
    month: FromClause,
    which: ColumnElement[bool],
    amounts: Sequence[ColumnElement[int]],
) -> Sequence[Row[Any]]:
    key = known_finding.c[by.value]
    rows = select(key, *amounts).select_from(known_finding).join(month, which)
    heaviest = amounts[-1].desc(), key
    return uow.session.execute(rows.group_by(key).order_by(*heaviest).limit(MOST)).all()


def _below(place: UUID) -> ColumnElement[bool]:
    below = select(known_node.c.id).where(literal(place) == known_node.c.path.any_())
    return known_finding.c.site_id.in_(below)


def _part(definition: Definition, by: By, row: Row[Any]) -> Part:
    key, numerator, *rest = row
    denominator = rest[0] if rest else None
    exact = definition.value_of(numerator, denominator)
    value = None if exact is None else rounded(exact)
    return Part(by=by, key=key, numerator=numerator, denominator=denominator, value=value)
