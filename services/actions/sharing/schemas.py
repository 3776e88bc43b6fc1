"""Asking sister sites whether what happened here concerns them, and what they answer."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from services.actions.schemas import ActionType, Answer, Priority
from shared.schemas import Change, Day, Out

Shared = Annotated[str, Field(max_length=4000)]


class Reach(StrEnum):
    DIVISION = "division"
    GROUP = "group"
    CHOSEN = "chosen"


class AskIn(Change):
    """Ask every other site of the division or the group, or the chosen ones.

    They are shown the title, the text and the reason, and nothing else of the action.
    """

    reach: Reach
    site_ids: list[UUID] = Field(default=[], max_length=200)
    reason: str = Field(min_length=5, max_length=2000)
    title: str = Field(min_length=3, max_length=200)
    text: Shared = ""
    due_on: Day


class AnswerIn(Change):
    """A yes opens an action here, with an owner; a no says why, and in place by which proof."""

    answer: Answer
    statement: str = Field(min_length=5, max_length=2000)
    owner_id: UUID | None = None
    type: ActionType = ActionType.PREVENTIVE
    priority: Priority | None = None

    @model_validator(mode="after")
    def _is_an_answer(self) -> Self:
        if self.answer is Answer.WAITING:
            raise PydanticCustomError("enum", "Choose an answer.")
        return self


class QuestionOut(Out):
    """What a site is asked. Of the action behind it, only what its own site chose to show."""

    id: UUID
    version: int
    site_id: UUID
    asked_by_site: str
    reason: str
    title: str
    text: str
    due_on: date
    asked_on: date
    answer: Answer
    statement: str
    answered_by: UUID | None
    answered_on: date | None
    action_id: UUID | None


class AskedSiteOut(Out):
    """A site that was asked, and what it answered, as the site that asked is told."""

    id: UUID
    version: int
    action_id: UUID
    sister_id: UUID
    sister_name: str
    reason: str
    title: str
    due_on: date
    asked_on: date
    asked_by: UUID
    answer: Answer
    statement: str
    answered_on: date | None
