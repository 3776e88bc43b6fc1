from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.actions.analysis import disciplines
from services.actions.analysis.schemas import Method, StepOut
from services.actions.models import Model
from shared.db import OfSite


class Analysis(OfSite, Model):
    """A search for the causes of what an action answers: one of each kind in each round."""

    __tablename__ = "analysis"
    __table_args__ = (UniqueConstraint("action_id", "round", "method"),)

    action_id: Mapped[UUID] = mapped_column(ForeignKey("actions.action.id"))
    round: Mapped[int]
    method: Mapped[Method]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    root_cause: Mapped[str] = mapped_column(default="")
    begun_on: Mapped[date]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID]

    @property
    def steps(self) -> list[StepOut]:
        """Of an 8D: what each of its steps says, and by when it is due."""
        if self.method is not Method.EIGHT_D:
            return []
        return disciplines.shown(self.content["steps"], self.begun_on)
