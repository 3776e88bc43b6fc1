"""What the actions service does when it hears of something."""

from services.actions import indicators, opening
from services.actions.events import QuestionAnswered, SitesAsked
from services.actions.opening import Nonconformity
from services.actions.sharing import commands as sharing
from services.audit.events import FindingRaised, FindingWithdrawn
from services.identity.events import (
    AccessEnded,
    GrantChanged,
    NodeChanged,
    NodeWithdrawn,
    PersonChanged,
)
from services.indicators.events import IndicatorDefined
from shared.directory import follow
from shared.ended import heed
from shared.events import Handlers
from shared.jobs import follow_jobs
from shared.work import UnitOfWork

handlers = Handlers()
follow(handlers, NodeChanged, NodeWithdrawn, PersonChanged, GrantChanged)
heed(handlers, AccessEnded)
follow_jobs(handlers, AccessEnded)


@handlers.on(FindingRaised)
def answer_the_finding(uow: UnitOfWork, event: FindingRaised) -> None:
    known = {"finding_id", "site_id", "grade", "process", "raised_on", "obliges"}
    opening.answer_finding(uow, Nonconformity(**event.model_dump(include=known)))


@handlers.on(FindingWithdrawn)
def withdraw_the_answer(uow: UnitOfWork, event: FindingWithdrawn) -> None:
    opening.withdraw_answer(uow, event.finding_id)


@handlers.on(IndicatorDefined)
def keep_indicator(uow: UnitOfWork, event: IndicatorDefined) -> None:
    indicators.keep(uow, event.definition_id, event.code)


@handlers.on(SitesAsked)
def carry_questions_over(uow: UnitOfWork, event: SitesAsked) -> None:
    for asked_site_id in event.asked:
        sharing.carry_over(uow, asked_site_id)


@handlers.on(QuestionAnswered)
def bring_answer_back(uow: UnitOfWork, event: QuestionAnswered) -> None:
    sharing.bring_back(uow, event.question_id)
