from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.indicators.method.errors import OpinionNeedsReason, SaidAlready
from services.indicators.method.schemas import Opinion
from services.indicators.models import Model


class Consultation(Model):
    """Somebody who was asked about an edition of an indicator, and what they said."""

    __tablename__ = "consultation"
    __table_args__ = (UniqueConstraint("definition_id", "person_id"),)

    definition_id: Mapped[UUID] = mapped_column(ForeignKey("indicators.definition.id"))
    person_id: Mapped[UUID] = mapped_column(index=True)
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    opinion: Mapped[Opinion | None]
    said: Mapped[str] = mapped_column(default="")
    said_at: Mapped[datetime | None]

    def say(self, opinion: Opinion, said: str, at: datetime) -> None:
        if self.said_at is not None:
            raise SaidAlready(day=self.said_at.date())
        if opinion is not Opinion.AGREES and not said:
            raise OpinionNeedsReason
        self.opinion, self.said, self.said_at = opinion, said, at
