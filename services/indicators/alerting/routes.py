from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.indicators.alerting import commands, queries
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import (
    AcknowledgeIn,
    AcknowledgeManyIn,
    AlertOut,
    CloseAlertIn,
)
from shared.bulk_schemas import Outcome
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("indicators:read")]
Measure = Annotated[UnitOfWork, authorised("indicators:measure")]

AlertsSorted = Annotated[Order, sortable(*queries.ALERTS_BY, descending=True)]

router = APIRouter()


@router.get("/alerts", response_model=Page[AlertOut])
def list_alerts(
    uow: Read, paging: Paged, order: AlertsSorted, wanted: queries.AlertsFiltered
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.alerts(uow, wanted), order, paging)


@router.get("/alerts/{alert_id}", response_model=AlertOut)
def read_alert(alert_id: UUID, uow: Read) -> Alert:
    return uow.get(Alert, alert_id)


@router.post("/alerts/{alert_id}/acknowledge", response_model=AlertOut)
def acknowledge(alert_id: UUID, data: AcknowledgeIn, uow: Measure) -> Alert:
    return commands.acknowledge(uow, alert_id, data)


@router.post("/alerts/{alert_id}/close", response_model=AlertOut)
def close_alert(alert_id: UUID, data: CloseAlertIn, uow: Measure) -> Alert:
    return commands.close_alert(uow, alert_id, data)


@router.post("/bulk/alerts/acknowledge")
def acknowledge_many(data: AcknowledgeManyIn, uow: Measure) -> list[Outcome]:
    """Say that all the chosen alerts were seen; what was answered meanwhile stays as it is."""
    return commands.acknowledge_many(uow, data)
