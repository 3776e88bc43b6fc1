"""What people do to indicators, and what this service does when it is told of something."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from services.indicators import facts, values
from services.indicators.components import ACTIONS, COUNTS_OF, FINDINGS, OPEN_FINDINGS, PROGRAMME
from services.indicators.errors import (
    AmountsUnknown,
    IncompatibleUnit,
    MeasurementExists,
    NotMeasuredHere,
    SidesUnwanted,
)
from services.indicators.facts import Found, Programmed, Told
from services.indicators.many import figure_of, reported
from services.indicators.method.queries import is_measured
from services.indicators.models import Definition, Measurement
from services.indicators.queries import require_site, stored_value
from services.indicators.schemas import Components, CorrectionIn, MeasurementIn
from services.indicators.units import converted
from shared.catalogue import current_edition
from shared.schemas import plain
from shared.work import UnitOfWork


def report(uow: UnitOfWork, data: MeasurementIn) -> Measurement:
    """Keep what somebody measured, in the indicator's own unit. Sums above the site follow."""
    known = uow.find(Measurement, data.id)
    if known is not None:
        return known
    definition = current_edition(uow, Definition, data.code)
    measurement = new_measurement(uow, data, definition)
    code, period = measurement.code, measurement.period
    uow.add_unless(measurement, lambda: MeasurementExists(code=code, period=period))
    require_site(uow, data.site_id)
    _follow(uow, measurement, definition)
    return measurement


def new_measurement(uow: UnitOfWork, data: MeasurementIn, definition: Definition) -> Measurement:
    """A measurement as it would be reported."""
    definition.require_reported()
    if not is_measured(uow, definition, data.site_id, definition.period_of(data.period)):
        raise NotMeasuredHere(code=definition.code)
    definition.require_begun(period := definition.period_of(data.period), uow.now.date())
    measurement = Measurement(
        **data.model_dump(include={"id", "code", "site_id", "comment"}),
        definition_id=definition.id,
        period=period,
    )
    _put(measurement, data, definition, data.unit)
    uow.require_scope(measurement)
    return measurement


def correct(uow: UnitOfWork, measurement_id: UUID, data: CorrectionIn) -> Measurement:
    """Put a measurement right, in the indicator's own unit. Its history keeps what it was."""
    measurement = uow.get(Measurement, measurement_id, lock=True, seen=data)
    definition = uow.get(Definition, measurement.definition_id)
    _put(measurement, data, definition)
    measurement.reason = data.reason
    uow.because(data.reason)
    _follow(uow, measurement, definition)
    return measurement


def measurement_for_evidence(uow: UnitOfWork, measurement_id: UUID) -> Measurement:
    """A measurement can be corrected at any time, and so shown to be right."""
    return uow.get(Measurement, measurement_id, lock=True)


def note_action(uow: UnitOfWork, told: Told, since: date | None = None) -> None:
    """Take in what was told of an action, and count its site again from the day it happened."""
    branch = values.held_branch(uow, told.site_id)
    facts.note_action(uow, told)
    values.recount(uow, branch, since or _told_on(uow), ACTIONS)


def note_finding(uow: UnitOfWork, found: Found, since: date) -> None:
    """Take in what was told of a finding. That one was closed changes the age of the open only."""
    branch = values.held_branch(uow, found.site_id)
    facts.note_finding(uow, found)
    changed = COUNTS_OF.get(found.grade, FINDINGS)
    if found.closing:
        changed &= OPEN_FINDINGS
    if changed:
        values.recount(uow, branch, since, changed)


def note_entry(uow: UnitOfWork, told: Programmed, since: date) -> None:
    """What is programmed for a month to come changes no figure yet."""
    branch = values.held_branch(uow, told.site_id)
    facts.note_entry(uow, told)
    if since <= uow.now.date():
        values.recount(uow, branch, since, PROGRAMME)


def add_up_measurement(uow: UnitOfWork, definition_id: UUID, site_id: UUID, period: date) -> None:
    """Add up what somebody reported who may not see, let alone change, the sums above."""
    definition = uow.get(Definition, definition_id)
    branch = values.held_branch(uow, site_id)
    values.add_up(uow, branch.above, {(definition.code, period): definition})


def _put(
    measurement: Measurement, data: Components, definition: Definition, unit: str | None = None
) -> None:
    """Put down what was measured: the amounts of a formula, or a numerator and denominator."""
    formula = definition.formula
    numerator, denominator = data.numerator, data.denominator
    if formula.is_composed:
        if (numerator, denominator) != (None, None):
            raise SidesUnwanted(code=definition.code)
        numerator, denominator = formula.combined(data.amounts)
    elif data.amounts:
        raise AmountsUnknown(unknown=", ".join(sorted(data.amounts)))
    if numerator is not None and unit not in (None, definition.unit):
        numerator = _in_own_unit(numerator, unit, definition)
    measurement.numerator = definition.required(numerator, denominator)
    measurement.denominator = denominator
    value = definition.value_of(measurement.numerator, denominator)
    measurement.implausible = not definition.is_plausible(value)
    measurement.amounts = {code: plain(amount) for code, amount in data.amounts.items()}


def _in_own_unit(quantity: Decimal, unit: str, definition: Definition) -> Decimal:
    """Convert a count. The components of a ratio or a formula are given in their own units."""
    if definition.is_ratio or definition.formula.is_composed:
        raise IncompatibleUnit(unit=unit, own=definition.unit)
    return converted(quantity, unit, definition.unit)


def _follow(uow: UnitOfWork, measurement: Measurement, definition: Definition) -> None:
    """Keep the site's own value at once, and have the service itself add up the rest."""
    uow.session.flush()
    where = measurement.site_id, measurement.period
    stored = stored_value(uow, definition.code, *where)
    values.tell(uow, values.store(uow, [figure_of(measurement, definition, stored)]))
    uow.publish(reported(measurement), about=measurement)


def _told_on(uow: UnitOfWork) -> date:
    return (uow.cause.time if uow.cause else uow.now).date()
