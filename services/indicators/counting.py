"""Figures, computed: of a site from what happened, of what lies above it from its sites."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnClause,
    Date,
    FromClause,
    ScalarSelect,
    Select,
    TableValuedAlias,
    Text,
    Uuid,
    bindparam,
    case,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from services.indicators.aggregation import last_day, rounded, year_up_to
from services.indicators.components import components
from services.indicators.method.queries import measured_in
from services.indicators.models import Definition, Instance, Value, known_node
from services.indicators.schemas import Aggregation, Missing, Source, Status
from shared.work import UnitOfWork

COMPLETE = Decimal("0.8")
"""Below this part of its sites reporting, a figure added up is not judged."""


SEVERITY = {Status.GREEN: 1, Status.ORANGE: 2, Status.RED: 3}

FRESH: dict[str, Any] = {"execution_options": {"populate_existing": True}}
"""Values are written past the session, so what it remembers of them may be outdated."""

Key = tuple[str, date]
"""An indicator's code and a period."""


@dataclass(frozen=True)
class Figure:
    """An indicator at a place in a period as it is now, and as it was stored before."""

    definition: Definition
    place: UUID
    period: date
    numerator: Decimal | None
    denominator: Decimal | None
    stored: Value | None
    at_site: bool = True
    reporting: int = 1
    expected: int = 1
    worst: Status = Status.GREY

    @property
    def key(self) -> Key:
        return self.definition.code, self.period

    @cached_property
    def exact(self) -> Decimal | None:
        return self.definition.value_of(self.numerator, self.denominator)

    @property
    def value(self) -> Decimal | None:
        """As it is kept and shown. It is judged unrounded."""
        return None if self.exact is None else rounded(self.exact)

    @property
    def missing(self) -> Missing | None:
        if self.exact is not None:
            return None
        return Missing.NOT_REPORTED if self.numerator is None else Missing.ZERO_DENOMINATOR

    @property
    def has_bounds_here(self) -> bool:
        """The bounds of a count are those of one site: a sum over many cannot be held to them."""
        return self.at_site or self.definition.is_comparable

    @property
    def is_complete(self) -> bool:
        return self.reporting >= COMPLETE * self.expected

    @property
    def status(self) -> Status:
        if not self.is_complete:
            return Status.GREY
        return self.definition.bounds.status_of(self.exact) if self.has_bounds_here else self.worst

    @property
    def bound(self) -> Decimal | None:
        """The bound it is out of, if it is."""
        return None if self.exact is None else self.definition.bounds.crossed_by(self.exact)

    @property
    def row(self) -> dict[str, Any]:
        return {
            "site_id": self.place,
            "definition_id": self.definition.id,
            "code": self.definition.code,
            "period": self.period,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "value": self.value,
            "missing": self.missing,
            "status": self.status,
            "reporting": self.reporting,
            "expected": self.expected,
        }

    @property
    def is_changed(self) -> bool:
        return any(getattr(self.stored, name, None) != now for name, now in self.row.items())

    @property
    def is_news(self) -> bool:
        before = self.stored
        return before is None or (before.value, before.status) != (self.value, self.status)


def counted(
    uow: UnitOfWork,
    sites: Collection[UUID],
    periods: Sequence[date],
    sources: Collection[Source],
    *,
    only_new: bool = False,
) -> list[Figure]:
    """Count what happened at some sites, as of the end of each month, or as of today.

    With `only_new`, of past months only those that were never counted.
    """
    as_of = [min(last_day(period), uow.now.date()) for period in periods]
    facts = {
        "sites": list(sites),
        "periods": list(periods),
        "as_of": as_of,
        "since": [year_up_to(day) for day in as_of],
        "running": periods[-1],
        "sources": list(sources),
        "again": not only_new,
    }
    rows = uow.session.execute(_count_of_sites(), facts, **FRESH)
    return [
        Figure(definition, place, period, num, den, stored)
        for definition, place, period, num, den, stored in rows
    ]


def added_up(
    uow: UnitOfWork, places: Collection[UUID], definitions: Mapping[Key, Definition]
) -> list[Figure]:
    """Add up the components of the sites below some places. Ratios are never averaged."""
    codes, periods = zip(*definitions, strict=True)
    facts = {
        "places": list(places),
        "codes": list(codes),
        "periods": list(periods),
        "highest": [of.aggregation is Aggregation.MAX for of in definitions.values()],
        "everywhere": [of.everywhere for of in definitions.values()],
    }
    rows = uow.session.execute(_sums_over_sites(), facts, **FRESH)
    worst = {rank: status for status, rank in SEVERITY.items()}
    return [
        Figure(
            definition=definitions[code, period],
            place=place,
            period=period,
            numerator=num,
            denominator=den,
            stored=stored,
            at_site=False,
            reporting=reporting,
            expected=expected,
            worst=worst.get(rank, Status.GREY),
        )
        for place, code, period, num, den, reporting, rank, expected, stored in rows
    ]


# Statements are built once: each event runs them, and building costs more than running.


@cache
def _count_of_sites() -> Select[Any]:
    """A past month that was counted before is judged by the edition it was counted with."""
    now, edition = aliased(Definition), aliased(Definition)
    site = _table("place", sites=column("id", Uuid))
    month = _table(
        "month",
        periods=column("period", Date),
        since=column("since", Date),
        as_of=column("as_of", Date),
    )
    running = bindparam("running", type_=Date)
    wanted = now.source.in_(bindparam("sources", expanding=True))
    here = (Value.site_id == site.c.id) & (Value.code == now.code)
    past = case((month.c.period < running, Value.definition_id))
    due = bindparam("again", type_=Boolean) | (month.c.period == running) | Value.id.is_(None)
    return (
        select(edition, site.c.id, month.c.period, *components(edition, site, month), Value)
        .select_from(site)
        .join(month, true())
        .join(now, now.superseded_at.is_(None) & wanted)
        .outerjoin(Value, here & (Value.period == month.c.period))
        .join(edition, edition.id == func.coalesce(past, now.id))
        .where(due)
    )


@cache
def _sums_over_sites() -> Select[Any]:
    site, above = known_node.alias("site"), known_node.alias("above")
    part, whole = aliased(Value), aliased(Value)
    key = _table(
        "key",
        codes=column("code", Text),
        periods=column("period", Date),
        highest=column("highest", Boolean),
        everywhere=column("everywhere", Boolean),
    )
    below = (site.c.kind == "site") & (above.c.id == site.c.path.any_())
    severity = func.max(case(SEVERITY, value=part.status, else_=0))
    highest = case((func.bool_or(key.c.highest), func.max(part.numerator)))
    numerator = func.coalesce(highest, func.sum(part.numerator))
    sums = numerator, func.sum(part.denominator), func.count(part.numerator)
    chosen = _choosing(above, part)
    expected = case((func.bool_or(key.c.everywhere), _all_below(above)), else_=chosen)
    same = (whole.code == part.code) & (whole.period == part.period)
    return (
        select(above.c.id, part.code, part.period, *sums, severity, expected, whole)
        .select_from(part)
        .join(key, (key.c.code == part.code) & (key.c.period == part.period))
        .join(site, site.c.id == part.site_id)
        .join(above, below)
        .outerjoin(whole, (whole.site_id == above.c.id) & same)
        .where(above.c.id.in_(bindparam("places", expanding=True)))
        .group_by(above.c.id, part.code, part.period, whole.id)
    )


def _all_below(above: FromClause) -> ScalarSelect[int]:
    site = known_node.alias("expected")
    below = (site.c.kind == "site") & (above.c.id == site.c.path.any_())
    return select(func.count()).where(below).correlate(above).scalar_subquery()


def _choosing(above: FromClause, part: type[Value]) -> ScalarSelect[int]:
    """Count the sites that measure an indicator in a period: once, had they stopped meanwhile."""
    site = known_node.alias("chosen")
    below = (site.c.id == Instance.site_id) & (above.c.id == site.c.path.any_())
    there = (Instance.code == part.code) & measured_in(part.period)
    sites = func.count(Instance.site_id.distinct())
    chosen = select(sites).select_from(Instance).join(site, below).where(there)
    return chosen.correlate(above, part).scalar_subquery()


def _table(name: str, **columns: ColumnClause[Any]) -> TableValuedAlias:
    """Lay lists out as the columns of a table. Its length does not change the statement."""
    lists = [bindparam(given, type_=ARRAY(column.type)) for given, column in columns.items()]
    return func.unnest(*lists).table_valued(*columns.values(), name=name).render_derived()
