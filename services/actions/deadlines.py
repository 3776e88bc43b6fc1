"""When an action is due, and how that moves: with a reason, by somebody else's word, counted."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.actions.errors import DeadlineNotLater, MoveAlreadyAsked, NoMoveAsked
from services.actions.schemas import MoveIn
from shared.db import Entity


class Movable(Entity):
    """The deadline of an action. The initial one stays what counts as on time."""

    number: Mapped[str]
    due_on_initial: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    moves: Mapped[int] = mapped_column(default=0)
    asked_due_on: Mapped[date | None]
    asked_reason: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[UUID | None]
    overdue_level: Mapped[int] = mapped_column(default=0)
    reminded_of: Mapped[date | None]
    """The deadline of which its owner was reminded in time."""

    def ask_to_move(self, data: MoveIn, by: UUID, today: date) -> None:
        self.require_undone()
        if self.asked_due_on is not None:
            raise MoveAlreadyAsked(number=self.number)
        self._require_later(data.due_on, today)
        self.asked_due_on, self.asked_reason, self.asked_by = data.due_on, data.reason, by

    def require_move_asked(self) -> None:
        if self.asked_due_on is None:
            raise NoMoveAsked(number=self.number)

    def decide_move(self, today: date, *, approved: bool) -> None:
        """Move the deadline, and count it. The initial one stays the base of what is on time.

        A moved deadline can be missed anew, so the ladder of overdue starts again.
        """
        if approved and self.asked_due_on is not None:
            self._require_later(self.asked_due_on, today)
            self.due_on = self.asked_due_on
            self.moves += 1
            self.overdue_level = 0
        self.drop_asked_move()

    def drop_asked_move(self) -> None:
        self.asked_due_on = self.asked_by = None
        self.asked_reason = ""

    def require_undone(self) -> None:
        raise NotImplementedError

    def _require_later(self, due_on: date, today: date) -> None:
        latest = max(self.due_on, today)
        if due_on <= latest:
            raise DeadlineNotLater(due_on=latest)
