"""What only the passing of time shows: figures that are late, and alerts that nobody takes up."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import any_, literal, select

from services.indicators.aggregation import period_of
from services.indicators.alerting.judging import Crossing, Looked, hold
from services.indicators.alerting.models import Alert
from services.indicators.alerting.queries import Watch
from services.indicators.alerting.schemas import AlertStatus
from services.indicators.counting import COMPLETE
from services.indicators.events import AlertEscalated
from services.indicators.models import Definition, Value, known_node
from services.indicators.queries import unreported
from services.indicators.schemas import Rule
from shared.catalogue import current
from shared.work import UnitOfWork

PATIENCE: Final = timedelta(days=7)
"""After this an alert that nobody acknowledged is told to those above, once."""
MOST: Final = 500
"""Alerts of one run: the rest are told an hour later."""


def watch_the_clock(uow: UnitOfWork) -> None:
    """Raise alerts where figures are late or too few, and let those end that are no more."""
    for definition in _watching(uow, Rule.STALE):
        hold(uow, dict(_late(uow, definition)))
    for definition in _watching(uow, Rule.INCOMPLETE):
        hold(uow, dict(_incomplete(uow, definition)))


def escalate(uow: UnitOfWork) -> None:
    """Tell those above of each alert that waited too long to be seen."""
    waiting = uow.select(Alert).where(
        Alert.status == AlertStatus.RAISED,
        Alert.back_at.is_(None),
        Alert.escalated_at.is_(None),
        Alert.raised_at < uow.now - PATIENCE,
    )
    rows = waiting.order_by(Alert.raised_at).limit(MOST).with_for_update(skip_locked=True)
    for alert in uow.session.scalars(rows).all():
        definition = uow.get(Definition, alert.definition_id)
        alert.escalated_at = uow.now
        event = AlertEscalated(
            alert_id=alert.id,
            definition_id=alert.definition_id,
            code=alert.code,
            name_fr=definition.name_fr,
            name_en=definition.name_en,
            site_id=alert.site_id,
            rule=alert.rule,
            raised_on=alert.raised_at.date(),
        )
        uow.publish(event, about=alert)


def _watching(uow: UnitOfWork, rule: Rule) -> Sequence[Definition]:
    """The indicators in force that are watched for something, looked at one after the other."""
    watched = literal(rule.value) == any_(Definition.watches)
    rows = current(uow, Definition).where(watched)
    return uow.session.scalars(rows.order_by(Definition.code)).all()


def _late(uow: UnitOfWork, definition: Definition) -> Iterator[tuple[Watch, Looked]]:
    """Every site that is late, by days; and those that were and have reported since."""
    today = uow.now.date()
    there = uow.select(Alert).where(
        Alert.code == definition.code,
        Alert.rule == Rule.STALE,
        Alert.status != AlertStatus.CLOSED,
        Alert.back_at.is_(None),
    )
    for alert in uow.session.scalars(there):
        watch = alert.site_id, alert.code, Rule.STALE
        yield watch, Looked(definition, alert.period, None)
    for row in uow.session.execute(unreported(uow, None).where(Definition.id == definition.id)):
        if row.due_on < today:
            late = Crossing(Decimal((today - row.due_on).days), Decimal(0))
            watch = row.site_id, definition.code, Rule.STALE
            yield watch, Looked(definition, row.period, late)


def _incomplete(uow: UnitOfWork, definition: Definition) -> Iterator[tuple[Watch, Looked]]:
    """Figures above sites of the period that was due last: of too few sites, or of enough."""
    period = _due_last(definition, uow.now.date())
    above = select(known_node.c.id).where(known_node.c.kind != "site")
    rows = uow.select(Value).where(
        Value.code == definition.code, Value.period == period, Value.site_id.in_(above)
    )
    for value in uow.session.scalars(rows):
        short = value.reporting < COMPLETE * value.expected
        crossing = Crossing(Decimal(value.reporting), Decimal(value.expected)) if short else None
        watch = value.site_id, value.code, Rule.INCOMPLETE
        yield watch, Looked(definition, period, crossing)


def _due_last(definition: Definition, today: date) -> date:
    """The last period whose figures are due by now."""
    running = period_of(definition.frequency, today - timedelta(days=definition.due_day - 1))
    return period_of(definition.frequency, running - timedelta(days=1))
