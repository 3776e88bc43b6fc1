from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy import Select

from services.actions.models import Action
from services.actions.schemas import Answer
from services.actions.sharing.models import AskedSite, Question
from services.actions.sharing.schemas import AskIn, Reach
from shared.directory import nodes_above, sites_below, within
from shared.work import UnitOfWork


@dataclass(frozen=True)
class Wanted:
    """What the list of questions can be narrowed to."""

    place: UUID | None = None
    given: Answer | None = None
    """Those with this answer."""


Filtered = Annotated[Wanted, Depends()]


def questions(uow: UnitOfWork, wanted: Wanted) -> Select[Question]:
    found = uow.select(Question)
    if wanted.place is not None:
        found = found.where(within(uow, Question, wanted.place))
    if wanted.given is not None:
        found = found.where(Question.answer == wanted.given)
    return found


def asked_about(uow: UnitOfWork, action_id: UUID) -> Select[AskedSite]:
    return uow.select(AskedSite).where(AskedSite.action_id == action_id)


def sisters(uow: UnitOfWork, action: Action, data: AskIn) -> list[UUID]:
    """The other sites that the question is for, each once."""
    above = nodes_above(uow, action.site_id)
    if not above:
        return []
    everywhere = sites_below(uow, above[0])
    found = sites_below(uow, above[-1]) if data.reach is Reach.DIVISION else everywhere
    if data.reach is Reach.CHOSEN:
        found = [site for site in everywhere if site in data.site_ids]
    return [site for site in found if site != action.site_id]


def unanswered(uow: UnitOfWork, level: int, days: int, limit: int) -> Sequence[Question]:
    """Questions so many days past their day of which this step was not told yet."""
    late = uow.select(Question).where(
        Question.answer == Answer.WAITING,
        Question.due_on <= uow.now.date() - timedelta(days=days),
        Question.reminded_level < level,
    )
    return uow.session.scalars(late.order_by(Question.id).limit(limit).with_for_update()).all()
