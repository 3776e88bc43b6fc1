"""Alerts, as the indicators service shows them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.indicators.schemas import Rule
from shared.bulk_schemas import Many
from shared.schemas import Change, Out, Quantity


class AlertStatus(StrEnum):
    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class AlertOut(Out):
    id: UUID
    version: int
    definition_id: UUID
    code: str
    rule: Rule
    signal: str
    site_id: UUID
    period: date
    value: Quantity
    bound: Quantity
    status: AlertStatus
    raised_at: datetime
    back_at: datetime | None
    escalated_at: datetime | None
    closed_at: datetime | None
    action_id: UUID | None
    reason: str
    correlation_id: UUID


class AcknowledgeIn(Change):
    pass


class AcknowledgeManyIn(Many):
    pass


class CloseAlertIn(Change):
    """An alert is closed with the action taken or a written reason, never without."""

    action_id: UUID | None = None
    reason: str = Field(default="", max_length=2000)
