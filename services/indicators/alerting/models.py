from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.indicators.alerting.errors import (
    AlertAlreadyClosed,
    AlertNeedsAnswer,
    AlertNotRaised,
)
from services.indicators.alerting.schemas import AlertStatus
from services.indicators.models import WIDE, Definition, Model
from services.indicators.schemas import Rule
from shared.db import EXACT, OfSite, Traced


class Alert(OfSite, Traced, Model):
    """An indicator out of its bounds at a place; `worst` is how far out it has been since.

    One that came back stays until a person closes it, and one that was closed while out is said
    again only when it got worse.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "uq_alert_site_id_code_rule",
            "site_id",
            "code",
            "rule",
            unique=True,
            postgresql_where=text("status <> 'closed'"),
        ),
        Index("ix_alert_site_id_code_rule_raised_at", "site_id", "code", "rule", "raised_at"),
        Index("ix_alert_code", "code", "id"),
        Index("ix_alert_period", "period", "id"),
    )

    definition_id: Mapped[UUID] = mapped_column(ForeignKey("indicators.definition.id"))
    code: Mapped[str]
    rule: Mapped[Rule] = mapped_column(default=Rule.LIMIT)
    signal: Mapped[str] = mapped_column(default="")
    period: Mapped[date]
    value: Mapped[Decimal] = mapped_column(WIDE)
    worst: Mapped[Decimal] = mapped_column(WIDE)
    bound: Mapped[Decimal] = mapped_column(EXACT)
    status: Mapped[AlertStatus] = mapped_column(default=AlertStatus.RAISED, index=True)
    raised_at: Mapped[datetime] = mapped_column(index=True)
    back_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    action_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(default="")

    def covers(self, value: Decimal, definition: Definition) -> bool:
        """Whether a value out of bounds was said with this alert, so that no new one is due."""
        if self.status is not AlertStatus.CLOSED:
            return True
        return self.back_at is None and not self._is_worse(value, definition)

    def still_out(self, value: Decimal, definition: Definition) -> None:
        if self.status is not AlertStatus.CLOSED:
            self.back_at = None
            if self._is_worse(value, definition):
                self.worst = value

    def _is_worse(self, value: Decimal, definition: Definition) -> bool:
        """Bounds know how far out a figure is; a pattern or a silence is not out by degrees."""
        return self.rule is Rule.LIMIT and definition.bounds.is_worse(value, than=self.worst)

    def came_back(self, at: datetime) -> None:
        if self.back_at is None:
            self.back_at = at

    def acknowledge(self, by: UUID) -> None:
        if self.status is not AlertStatus.RAISED:
            raise AlertNotRaised(status=self.status)
        self.status = AlertStatus.ACKNOWLEDGED
        self.acknowledged_by = by

    def close(self, action_id: UUID | None, reason: str, by: UUID, at: datetime) -> None:
        if self.closed_at is not None:
            raise AlertAlreadyClosed(day=self.closed_at.date())
        if action_id is None and not reason:
            raise AlertNeedsAnswer
        self.status = AlertStatus.CLOSED
        self.action_id, self.reason = action_id, reason
        self.closed_by, self.closed_at = by, at
