from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy import ColumnElement, Date, Select, Subquery, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from services.indicators.aggregation import last_periods, period_of
from services.indicators.alerting.models import Alert
from services.indicators.alerting.queries import AlertFilters, alerts
from services.indicators.errors import NotASite
from services.indicators.method.queries import measured_in, used_at
from services.indicators.models import Definition, Instance, Measurement, Value, known_node
from services.indicators.schemas import Frequency, SideBySide, Source, Standing, ValueOut
from shared.catalogue import current
from shared.directory import node, within
from shared.errors import NotFound
from shared.work import UnitOfWork

LONGEST_SERIES = 120
MOST_SITES = 500
MOST_PERIODS = 24

MEASUREMENTS_BY: Final = (Measurement.period, Measurement.code)
"""What a reader may have the list go by."""


@dataclass(frozen=True)
class MeasurementFilters:
    place: UUID | None = None
    definition_id: UUID | None = None


MeasurementsFiltered = Annotated[MeasurementFilters, Depends()]


@dataclass(frozen=True)
class ScorecardRow:
    definition: Definition
    latest: Value | None
    open_alerts: int


def scorecard(uow: UnitOfWork, place: UUID) -> list[ScorecardRow]:
    """Every indicator in force with its latest value at a place, and alerts there and below."""
    uow.require_place(place)
    used = current(uow, Definition).where(used_at(uow, place))
    definitions = uow.session.scalars(used.order_by(Definition.code))
    there = uow.select(Value).where(Value.site_id == place).ext(distinct_on(Value.code))
    latest = uow.session.scalars(there.order_by(Value.code, Value.period.desc()))
    values = {value.code: value for value in latest}
    unclosed = alerts(uow, AlertFilters(place, unclosed=True)).subquery()
    counts = select(unclosed.c.code, func.count()).group_by(unclosed.c.code)
    open_alerts: dict[str, int] = {row[0]: row[1] for row in uow.session.execute(counts)}
    return [ScorecardRow(d, values.get(d.code), open_alerts.get(d.code, 0)) for d in definitions]


def series(
    uow: UnitOfWork, definition: Definition, place: UUID, since: date | None, until: date | None
) -> list[Value]:
    """List an indicator's last values at a place over all its editions, oldest first."""
    uow.require_place(place)
    rows = uow.select(Value).where(Value.site_id == place, Value.code == definition.code)
    if since is not None:
        rows = rows.where(Value.period >= definition.period_of(since))
    if until is not None:
        rows = rows.where(Value.period <= until)
    found = uow.session.scalars(rows.order_by(Value.period.desc()).limit(LONGEST_SERIES))
    return list(found)[::-1]


def by_site(uow: UnitOfWork, definition: Definition, period: date) -> list[Value]:
    """List the values of the sites that the caller may see; who has none is not here."""
    sites = select(known_node.c.id).where(known_node.c.kind == "site")
    rows = uow.select(Value).where(
        Value.code == definition.code,
        Value.period == definition.period_of(period),
        Value.site_id.in_(sites),
    )
    return list(uow.session.scalars(rows.order_by(Value.site_id).limit(MOST_SITES)))


def side_by_side(
    uow: UnitOfWork, definition: Definition, places: Sequence[UUID], periods: int
) -> SideBySide:
    """An indicator's values of several places in its last periods, in one statement."""
    last = last_periods(definition.frequency, uow.now.date(), periods)
    rows = uow.select(Value).where(
        Value.code == definition.code, Value.site_id.in_(places), Value.period.in_(last)
    )
    values = [ValueOut.model_validate(value) for value in uow.session.scalars(rows)]
    return SideBySide(periods=last, values=values)


def measurements(uow: UnitOfWork, wanted: MeasurementFilters) -> Select[Measurement]:
    rows = uow.select(Measurement)
    if wanted.definition_id is not None:
        code = uow.get(Definition, wanted.definition_id).code
        rows = rows.where(Measurement.code == code)
    return rows if wanted.place is None else rows.where(within(uow, Measurement, wanted.place))


def unreported(uow: UnitOfWork, place: UUID | None) -> Select[UUID, UUID, date, date]:
    """What the caller's sites have not reported of the last month or year that ended."""
    site = known_node.c
    today = uow.now.date()
    period = _by_frequency(lambda frequency: _ended(frequency, today))
    next_one = _by_frequency(lambda frequency: period_of(frequency, today))
    reported = uow.select(Measurement).where(
        Measurement.site_id == site.id,
        Measurement.code == Definition.code,
        Measurement.period == period,
    )
    measured = uow.select(Instance).where(
        Instance.code == Definition.code, Instance.site_id == site.id, measured_in(period)
    )
    asked = or_(Definition.everywhere, measured.exists())
    due = current(uow, Definition).where(Definition.source == Source.REPORTED, ~reported.exists())
    rows = due.join(known_node, site.kind == "site").where(asked)
    if uow.places is not None:
        rows = rows.where(site.id.in_(uow.places))
    if place is not None:
        rows = rows.where(literal(place) == site.path.any_())
    columns = rows.with_only_columns(
        Definition.id.label("definition_id"),
        site.id.label("site_id"),
        period.label("period"),
        (next_one + Definition.due_day - 1).label("due_on"),
    )
    return columns.order_by(Definition.code, site.id)


def _by_frequency(day_of: Callable[[Frequency], date]) -> ColumnElement[date]:
    """A day that is another one for what is reported each month than for what is each year."""
    monthly = Definition.frequency == Frequency.MONTH
    days = {of: literal(day_of(of), Date) for of in Frequency}
    return case((monthly, days[Frequency.MONTH]), else_=days[Frequency.YEAR])


def _ended(frequency: Frequency, today: date) -> date:
    return period_of(frequency, period_of(frequency, today) - timedelta(days=1))


def standing(uow: UnitOfWork, place: UUID | None) -> list[Standing]:
    """Where each site stands that has an alert or has not reported, in a statement for each."""
    missing = unreported(uow, place).subquery()
    sites = select(known_node.c.id).where(known_node.c.kind == "site")
    raised = alerts(uow, AlertFilters(place, unclosed=True)).where(Alert.site_id.in_(sites))
    alerts_at = _counts(uow, raised.with_only_columns(Alert.site_id).subquery())
    missing_at = _counts(uow, missing)
    return [
        Standing(site_id=id, alerts=alerts_at.get(id, 0), unreported=missing_at.get(id, 0))
        for id in sorted({*alerts_at, *missing_at})
    ]


def _counts(uow: UnitOfWork, rows: Subquery) -> dict[UUID, int]:
    counted = select(rows.c.site_id, func.count()).group_by(rows.c.site_id)
    return {row[0]: row[1] for row in uow.session.execute(counted)}


def stored_value(uow: UnitOfWork, code: str, site_id: UUID, period: date) -> Value | None:
    same = (Value.code == code, Value.site_id == site_id, Value.period == period)
    return uow.session.scalar(uow.select(Value).where(*same))


def first_counted(uow: UnitOfWork) -> date | None:
    """Find the first month that anything was counted for."""
    rows = select(func.min(Value.period)).join(Definition, Definition.id == Value.definition_id)
    return uow.session.scalar(rows.where(Definition.source != Source.REPORTED))


def require_site(uow: UnitOfWork, site_id: UUID) -> None:
    place = node(uow, site_id)
    if place is None:
        raise NotFound(kind="site", id=site_id)
    if place.kind != "site":
        raise NotASite(name=place.name, kind=place.kind)


def editions_above(
    uow: UnitOfWork, code: str, places: Collection[UUID], since: date
) -> dict[tuple[str, date], Definition]:
    """Of each value of an indicator at some places since a day: the edition it was made with."""
    rows = select(Value.period, Definition).join(Definition, Definition.id == Value.definition_id)
    rows = rows.where(Value.code == code, Value.site_id.in_(places), Value.period >= since)
    return {(code, period): definition for period, definition in uow.session.execute(rows)}


def editions_at(uow: UnitOfWork, site_id: UUID) -> dict[tuple[str, date], Definition]:
    """Of each value that a site has: the edition it was made with, by indicator and period."""
    rows = select(Value.code, Value.period, Definition)
    rows = rows.join(Definition, Definition.id == Value.definition_id)
    found = uow.session.execute(rows.where(Value.site_id == site_id))
    return {(code, period): definition for code, period, definition in found}
