"""A question goes to each sister site as a row of its own there; a row here awaits the answer.

Neither site reads the other's rows. What crosses over are the two texts that one means to show
the other: the question, and its answer.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.actions.models import Model
from services.actions.schemas import Answer
from services.actions.sharing.errors import AlreadyAnswered
from shared.db import OfSite, Traced


class AskedSite(OfSite, Traced, Model):
    """At the site that asks: a sister that was asked about an action."""

    __tablename__ = "asked_site"
    __table_args__ = (UniqueConstraint("action_id", "sister_id"),)

    action_id: Mapped[UUID] = mapped_column(ForeignKey("actions.action.id"))
    sister_id: Mapped[UUID]
    sister_name: Mapped[str]
    reason: Mapped[str]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date]
    asked_on: Mapped[date]
    asked_by: Mapped[UUID]
    answer: Mapped[Answer] = mapped_column(default=Answer.WAITING)
    statement: Mapped[str] = mapped_column(default="")
    answered_on: Mapped[date | None]


class Question(OfSite, Traced, Model):
    """At the site that is asked: whether it is concerned by what happened elsewhere."""

    __tablename__ = "question"

    asked_site_id: Mapped[UUID] = mapped_column(unique=True)
    asked_by_site: Mapped[str]
    reason: Mapped[str]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    due_on: Mapped[date] = mapped_column(index=True)
    asked_on: Mapped[date]
    answer: Mapped[Answer] = mapped_column(default=Answer.WAITING, index=True)
    statement: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[UUID | None]
    answered_on: Mapped[date | None]
    action_id: Mapped[UUID | None]
    reminded_level: Mapped[int] = mapped_column(default=0)

    def give(self, answer: Answer, statement: str, by: UUID, on: date) -> None:
        if self.answered_on is not None:
            raise AlreadyAnswered(day=self.answered_on)
        self.answer, self.statement = answer, statement
        self.answered_by, self.answered_on = by, on
