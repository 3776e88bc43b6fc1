"""Asking sister sites, carrying the question over, and bringing the answer back."""

from typing import Final
from uuid import UUID

from services.actions.commands import require_coordinator, require_worker
from services.actions.errors import ActionFinished
from services.actions.events import QuestionAnswered, QuestionAsked, QuestionOverdue, SitesAsked
from services.actions.models import Action
from services.actions.opening import enter_action, new_action
from services.actions.queries import COORDINATORS, delay_of, holds_one_of
from services.actions.schemas import ActionIn, ActionStatus, Answer, Origin, SourceKind
from services.actions.sharing.errors import (
    AlreadyAsked,
    AnswerDayNotAhead,
    ConcernedNeedsOwner,
    NoSisterSite,
    NotYoursToAnswer,
)
from services.actions.sharing.models import AskedSite, Question
from services.actions.sharing.queries import asked_about, sisters, unanswered
from services.actions.sharing.schemas import AnswerIn, AskIn
from shared.directory import node
from shared.work import UnitOfWork

LADDER: Final = ((1, 1), (2, 15))
TOLD_AT_ONCE: Final = 500


def ask_sisters(uow: UnitOfWork, action_id: UUID, data: AskIn) -> list[AskedSite]:
    """Note whom to ask. The question reaches each site as a row of its own, by the event."""
    action = uow.get(Action, action_id, lock=True, seen=data)
    require_coordinator(uow, action)
    if action.status is ActionStatus.CANCELLED:
        raise ActionFinished(number=action.number, status=action.status)
    if data.due_on <= uow.now.date():
        raise AnswerDayNotAhead(day=data.due_on)
    wanted = sisters(uow, action, data)
    if not wanted:
        raise NoSisterSite
    known = {row.sister_id for row in uow.session.scalars(asked_about(uow, action_id))}
    fresh = [site for site in wanted if site not in known]
    if not fresh:
        raise AlreadyAsked(number=action.number)
    uow.because(data.reason)
    rows = [uow.add(_asked(uow, action, site, data)) for site in fresh]
    event = SitesAsked(action_id=action.id, site_id=action.site_id, asked=[r.id for r in rows])
    uow.publish(event, about=action)
    return rows


def carry_over(uow: UnitOfWork, asked_site_id: UUID) -> None:
    """Put the question to the sister: the only texts of the action that she is ever shown."""
    asked = uow.get(AskedSite, asked_site_id)
    here = node(uow, asked.site_id)
    question = Question(
        site_id=asked.sister_id,
        asked_site_id=asked.id,
        asked_by_site=here.name,
        reason=asked.reason,
        title=asked.title,
        text=asked.text,
        due_on=asked.due_on,
        asked_on=asked.asked_on,
    )
    uow.add(question)
    event = QuestionAsked(question_id=question.id, site_id=question.site_id, due_on=question.due_on)
    uow.publish(event, about=question)


def answer_question(uow: UnitOfWork, question_id: UUID, data: AnswerIn) -> Question:
    """Answer for the site, once and with a reason. A yes opens an action here."""
    question = uow.get(Question, question_id, lock=True, seen=data)
    if not holds_one_of(uow, uow.actor.id, COORDINATORS, question.site_id):
        raise NotYoursToAnswer
    question.give(data.answer, data.statement, by=uow.actor.id, on=uow.now.date())
    if data.answer is Answer.CONCERNED:
        question.action_id = _opened(uow, question, data).id
    event = QuestionAnswered(
        question_id=question.id,
        site_id=question.site_id,
        asked_site_id=question.asked_site_id,
        answer=data.answer,
    )
    uow.publish(event, about=question)
    return question


def bring_back(uow: UnitOfWork, question_id: UUID) -> None:
    """Tell the site that asked what the sister says to it: the answer and its reason."""
    question = uow.get(Question, question_id)
    asked = uow.get(AskedSite, question.asked_site_id, lock=True)
    asked.answer, asked.statement = question.answer, question.statement
    asked.answered_on = question.answered_on
    uow.session.flush()


def remind_of_questions(uow: UnitOfWork) -> int:
    """Tell of each question that waits too long, once per step, however often this runs."""
    told = 0
    for level, days in reversed(LADDER):
        while late := unanswered(uow, level, days, TOLD_AT_ONCE):
            for question in late:
                question.reminded_level = level
            uow.publish_all([(_overdue(question), question) for question in late])
            told += len(late)
    return told


def _asked(uow: UnitOfWork, action: Action, site_id: UUID, data: AskIn) -> AskedSite:
    return AskedSite(
        action_id=action.id,
        site_id=action.site_id,
        sister_id=site_id,
        sister_name=node(uow, site_id).name,
        reason=data.reason,
        title=data.title,
        text=data.text,
        due_on=data.due_on,
        asked_on=uow.now.date(),
        asked_by=uow.actor.id,
        correlation_id=action.correlation_id,
    )


def _opened(uow: UnitOfWork, question: Question, data: AnswerIn) -> Action:
    if data.owner_id is None or data.priority is None:
        raise ConcernedNeedsOwner
    wanted = ActionIn(
        site_id=question.site_id,
        title=question.title,
        description=question.text,
        type=data.type,
        priority=data.priority,
        owner_id=data.owner_id,
        source_kind=SourceKind.READ_ACROSS,
        source_label=question.asked_by_site,
    )
    require_worker(uow, data.owner_id, question.site_id)
    action = new_action(uow, wanted, delay_of(uow, data.priority), Origin.READ_ACROSS)
    action.source_id = question.id
    return enter_action(uow, action)


def _overdue(question: Question) -> QuestionOverdue:
    return QuestionOverdue(
        question_id=question.id,
        site_id=question.site_id,
        due_on=question.due_on,
        level=question.reminded_level,
    )
