"""Measurements by the thousand: from a workbook, or taken back with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import delete

from services.indicators import values
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AlertStatus
from services.indicators.counting import Figure
from services.indicators.events import MeasurementReported, MeasurementWithdrawn
from services.indicators.models import Definition, Measurement, Value
from shared.imports import Done, in_parts, those
from shared.work import UnitOfWork

Where = tuple[UUID, str, date]
Stored = Mapping[Where, Value]


def enter_measurements(
    uow: UnitOfWork, measured: Sequence[tuple[Measurement, Definition]], done: Done
) -> None:
    """Report many at once. The sums above their sites follow, as they do for each."""
    for part in in_parts(measured, done):
        rows = [measurement for measurement, _ in part]
        uow.add_all(rows)
        there = _stored(uow, rows)
        figures = [figure_of(row, of, there.get(_where(row))) for row, of in part]
        values.tell(uow, values.store(uow, figures))
        uow.publish_all([(reported(row), row) for row in rows])


def withdraw_measurements(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Take measurements back that were reported by mistake: their periods are not reported.

    The history keeps that they were there.
    """
    rows = uow.session.scalars(uow.select(Measurement).where(those(Measurement.id, ids))).all()
    editions = {id: uow.get(Definition, id) for id in {row.definition_id for row in rows}}
    there = _stored(uow, rows)
    figures = [
        Figure(editions[row.definition_id], row.site_id, row.period, None, None, stored)
        for row in rows
        if (stored := there.get(_where(row))) is not None
    ]
    uow.publish_all([(_withdrawn(row), row) for row in rows])
    uow.session.execute(
        delete(Measurement).where(those(Measurement.id, ids)),
        execution_options={"synchronize_session": False},
    )
    values.tell(uow, values.store(uow, figures))
    _quiet(uow, rows)


def figure_of(measurement: Measurement, definition: Definition, stored: Value | None) -> Figure:
    where = measurement.site_id, measurement.period
    return Figure(definition, *where, measurement.numerator, measurement.denominator, stored)


def reported(measurement: Measurement) -> MeasurementReported:
    return MeasurementReported(
        measurement_id=measurement.id,
        definition_id=measurement.definition_id,
        site_id=measurement.site_id,
        period=measurement.period,
    )


def _withdrawn(measurement: Measurement) -> MeasurementWithdrawn:
    return MeasurementWithdrawn(
        measurement_id=measurement.id,
        definition_id=measurement.definition_id,
        site_id=measurement.site_id,
        period=measurement.period,
    )


def _quiet(uow: UnitOfWork, rows: Sequence[Measurement]) -> None:
    """What raised an alert was a mistake: it is no longer out of bounds, and somebody closes it."""
    keys = {_where(row) for row in rows}
    codes, sites = {row.code for row in rows}, {row.site_id for row in rows}
    unclosed = uow.select(Alert).where(
        Alert.code.in_(codes), Alert.site_id.in_(sites), Alert.status != AlertStatus.CLOSED
    )
    for alert in uow.session.scalars(unclosed.with_for_update()):
        if (alert.site_id, alert.code, alert.period) in keys:
            alert.came_back(at=uow.now)


def _where(measurement: Measurement) -> Where:
    return measurement.site_id, measurement.code, measurement.period


def _stored(uow: UnitOfWork, rows: Sequence[Measurement]) -> Stored:
    """The values of these indicators at these sites, as they are kept, in one statement."""
    codes, sites = {row.code for row in rows}, {row.site_id for row in rows}
    periods = {row.period for row in rows}
    found = uow.select(Value).where(
        Value.code.in_(codes), Value.site_id.in_(sites), Value.period.in_(periods)
    )
    return {(v.site_id, v.code, v.period): v for v in uow.session.scalars(found)}
