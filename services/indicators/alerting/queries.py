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
from services.indicators.fact_models import known_action
from services.indicators.models import Definition, Value, known_node
from services.indicators.schemas import Rule
from shared.directory import within
from shared.work import UnitOfWork

ALERTS_BY: Final = (Alert.raised_at, Alert.period, Alert.code)
"""What a reader may have the list go by."""

Where = tuple[UUID, str]
"""A place and an indicator's code."""

Watch = tuple[UUID, str, Rule]
"""What is watched for, where, of which indicator."""


@dataclass(frozen=True)
class AlertFilters:
    """What the list of alerts can be narrowed to; `unclosed` ones wait for an answer."""

    place: UUID | None = None
    status: AlertStatus | None = None
    unclosed: bool | None = None
    definition_id: UUID | None = None
    rule: Rule | None = None


AlertsFiltered = Annotated[AlertFilters, Depends()]


def alerts(uow: UnitOfWork, wanted: AlertFilters) -> Select[Alert]:
    rows = uow.select(Alert)
    if wanted.status is not None:
        rows = rows.where(Alert.status == wanted.status)
    if wanted.rule is not None:
        rows = rows.where(Alert.rule == wanted.rule)
    if wanted.unclosed is not None:
        closed = Alert.status == AlertStatus.CLOSED
        rows = rows.where(~closed if wanted.unclosed else closed)
    if wanted.definition_id is not None:
        rows = rows.where(Alert.code == uow.get(Definition, wanted.definition_id).code)
    return rows if wanted.place is None else rows.where(within(uow, Alert, wanted.place))


def last_alerts(uow: UnitOfWork, watches: Collection[Watch]) -> dict[Watch, Alert]:
    """Find the last alert of each thing watched for, held until this transaction ends."""
    same = Alert.site_id, Alert.code, Alert.rule
    here = tuple_(*same).in_(list(watches))
    last = select(Alert.id).where(here).ext(distinct_on(*same))
    last = last.order_by(*same, Alert.raised_at.desc(), Alert.id.desc())
    held = uow.select(Alert).where(Alert.id.in_(last)).order_by(Alert.id).with_for_update()
    found = uow.session.scalars(held, execution_options={"populate_existing": True})
    return {(alert.site_id, alert.code, alert.rule): alert for alert in found}


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
