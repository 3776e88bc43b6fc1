"""What people do to indicators, and what this service does when it is told of something."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from services.indicators import facts, values
from services.indicators.components import ACTIONS, COUNTS_OF, FINDINGS, OPEN_FINDINGS, PROGRAMME
from services.indicators.errors import (
    IncompatibleUnit,
    MeasurementExists,
    NotASite,
)
from services.indicators.events import IndicatorDefined
from services.indicators.facts import Found, Programmed, Told
from services.indicators.many import figure_of, reported
from services.indicators.models import Definition, Measurement
from services.indicators.queries import stored_value
from services.indicators.schemas import (
    CorrectionIn,
    DefinitionIn,
    MeasurementIn,
)
from services.indicators.units import converted
from shared.catalogue import current, current_edition, supersede
from shared.directory import node
from shared.errors import NotFound
from shared.work import UnitOfWork


def define(uow: UnitOfWork, data: DefinitionIn) -> Definition:
    uow.require_whole_group()
    definition = Definition(**data.model_dump())
    definition.require_coherent()
    uow.publish(_defined(uow.add(definition)), about=definition)
    return definition


def redefine(uow: UnitOfWork, definition_id: UUID, data: DefinitionIn) -> Definition:
    """Put another edition in force, with other names or bounds but the same meaning."""
    uow.require_whole_group()
    old = uow.get(Definition, definition_id, lock=True)
    old.require_same_meaning(data)
    edition = supersede(uow, old, data.model_dump(exclude={"code"}))
    edition.require_coherent()
    uow.publish(_defined(edition), about=edition)
    return edition


def announce_definitions(uow: UnitOfWork) -> None:
    """Tell of every indicator in force: those that came with the platform told of none."""
    found = uow.session.scalars(current(uow, Definition)).all()
    uow.publish_all([(_defined(definition), definition) for definition in found])


def _defined(definition: Definition) -> IndicatorDefined:
    return IndicatorDefined(definition_id=definition.id, code=definition.code)


def report(uow: UnitOfWork, data: MeasurementIn) -> Measurement:
    """Keep what somebody measured, in the indicator's own unit. Sums above the site follow."""
    known = uow.find(Measurement, data.id)
    if known is not None:
        return known
    definition = current_edition(uow, Definition, data.code)
    measurement = _kept(uow, new_measurement(uow, data, definition))
    _require_site(uow, data.site_id)
    _follow(uow, measurement, definition)
    return measurement


def new_measurement(uow: UnitOfWork, data: MeasurementIn, definition: Definition) -> Measurement:
    """A measurement as it would be reported."""
    definition.require_reported()
    definition.require_begun(period := definition.period_of(data.period), uow.now.date())
    numerator = _in_own_unit(data, definition)
    definition.require_components(numerator, data.denominator)
    measurement = Measurement(
        **data.model_dump(include={"id", "code", "site_id", "denominator", "comment"}),
        definition_id=definition.id,
        period=period,
        numerator=numerator,
    )
    uow.require_scope(measurement)
    return measurement


def correct(uow: UnitOfWork, measurement_id: UUID, data: CorrectionIn) -> Measurement:
    """Put a measurement right, in the indicator's own unit. Its history keeps what it was."""
    measurement = uow.get(Measurement, measurement_id, lock=True, seen=data)
    definition = uow.get(Definition, measurement.definition_id)
    definition.require_components(data.numerator, data.denominator)
    measurement.numerator, measurement.denominator = data.numerator, data.denominator
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


def _in_own_unit(data: MeasurementIn, definition: Definition) -> Decimal:
    """Convert a count. The components of a ratio are given in their own units."""
    if data.unit in (None, definition.unit):
        return data.numerator
    if definition.is_ratio:
        raise IncompatibleUnit(unit=data.unit, own=definition.unit)
    return converted(data.numerator, data.unit, definition.unit)


def _kept(uow: UnitOfWork, measurement: Measurement) -> Measurement:
    """Insert it, unless there is one of its period. Of two at once the table lets one in."""
    try:
        with uow.session.begin_nested():
            return uow.add(measurement)
    except IntegrityError:
        raise MeasurementExists(code=measurement.code, period=measurement.period) from None


def _require_site(uow: UnitOfWork, site_id: UUID) -> None:
    place = node(uow, site_id)
    if place is None:
        raise NotFound(kind="site", id=site_id)
    if place.kind != "site":
        raise NotASite(name=place.name, kind=place.kind)


def _follow(uow: UnitOfWork, measurement: Measurement, definition: Definition) -> None:
    """Keep the site's own value at once, and have the service itself add up the rest."""
    uow.session.flush()
    where = measurement.site_id, measurement.period
    stored = stored_value(uow, definition.code, *where)
    values.tell(uow, values.store(uow, [figure_of(measurement, definition, stored)]))
    uow.publish(reported(measurement), about=measurement)


def _told_on(uow: UnitOfWork) -> date:
    return (uow.cause.time if uow.cause else uow.now).date()
