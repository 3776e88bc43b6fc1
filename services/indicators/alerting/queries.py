from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on

from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AlertStatus
from services.indicators.models import Definition, Value, known_action, known_node
from shared.directory import within
from shared.work import UnitOfWork

ALERTS_BY: Final = (Alert.raised_at, Alert.period, Alert.code)
"""What a reader may have the list go by."""

Where = tuple[UUID, str]
"""A place and an indicator's code."""


@dataclass(frozen=True)
class AlertFilters:
    """What the list of alerts can be narrowed to; `unclosed` ones wait for an answer."""

    place: UUID | None = None
    status: AlertStatus | None = None
    unclosed: bool | None = None
    definition_id: UUID | None = None


AlertsFiltered = Annotated[AlertFilters, Depends()]


def alerts(uow: UnitOfWork, wanted: AlertFilters) -> Select[Alert]:
    rows = uow.select(Alert)
    if wanted.status is not None:
        rows = rows.where(Alert.status == wanted.status)
    if wanted.unclosed is not None:
        closed = Alert.status == AlertStatus.CLOSED
        rows = rows.where(~closed if wanted.unclosed else closed)
    if wanted.definition_id is not None:
        rows = rows.where(Alert.code == uow.get(Definition, wanted.definition_id).code)
    return rows if wanted.place is None else rows.where(within(uow, Alert, wanted.place))


def last_alerts(uow: UnitOfWork, wheres: Collection[Where]) -> dict[Where, Alert]:
    """Find the last alert of each indicator at each place, held until this transaction ends."""
    here = tuple_(Alert.site_id, Alert.code).in_(list(wheres))
    last = select(Alert.id).where(here).ext(distinct_on(Alert.site_id, Alert.code))
    last = last.order_by(Alert.site_id, Alert.code, Alert.raised_at.desc(), Alert.id.desc())
    held = uow.select(Alert).where(Alert.id.in_(last)).order_by(Alert.id).with_for_update()
    found = uow.session.scalars(held, execution_options={"populate_existing": True})
    return {(alert.site_id, alert.code): alert for alert in found}


def newest_periods(uow: UnitOfWork, wheres: Collection[Where]) -> dict[Where, date]:
    here = tuple_(Value.site_id, Value.code).in_(list(wheres))
    newest = select(Value.site_id, Value.code, func.max(Value.period)).where(here)
    rows = uow.session.execute(newest.group_by(Value.site_id, Value.code))
    return {(place, code): period for place, code, period in rows}


def action_is_known(uow: UnitOfWork, action_id: UUID, place: UUID) -> bool:
    here = select(known_node.c.id).where(literal(place) == known_node.c.path.any_())
    action = known_action.c
    rows = select(action.id).where(action.id == action_id, action.site_id.in_(here))
    return uow.session.scalar(rows) is not None
