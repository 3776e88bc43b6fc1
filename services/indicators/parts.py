"""What a figure of findings divides into: by grade, by clause, by process."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, FromClause, Row, Select, desc, literal, select

from services.indicators.aggregation import last_day, rounded, year_up_to
from services.indicators.components import OfFindings, of_findings
from services.indicators.fact_models import known_finding
from services.indicators.models import Definition, known_node
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
    rows = _rows(month, figure, place)
    return [_part(definition, by, row) for by in By for row in _heaviest(uow, rows, by)]


def _rows(month: FromClause, figure: OfFindings, place: UUID) -> Select[int, int]:
    """The whole figure: its numerator and its denominator, or else what it counts."""
    out_of = figure.numerator if figure.denominator is None else figure.denominator
    amounts = figure.numerator.label("numerator"), out_of.label("denominator")
    rows = select(*amounts).select_from(known_finding)
    return rows.join(month, figure.which & _below(place))


def _heaviest(uow: UnitOfWork, rows: Select[int, int], by: By) -> Sequence[Row[int, int, str]]:
    key = known_finding.c[by.value]
    keyed = rows.add_columns(key).group_by(key).order_by(desc("denominator"), key).limit(MOST)
    return uow.session.execute(keyed).all()


def _below(place: UUID) -> ColumnElement[bool]:
    below = select(known_node.c.id).where(literal(place) == known_node.c.path.any_())
    return known_finding.c.site_id.in_(below)


def _part(definition: Definition, by: By, row: Row[int, int, str]) -> Part:
    numerator, denominator = Decimal(row[0]), Decimal(row[1])
    exact = definition.value_of(numerator, denominator)
    return Part(
        by=by,
        key=row[2],
        numerator=numerator,
        denominator=denominator if definition.is_ratio else None,
        value=None if exact is None else rounded(exact),
    )
