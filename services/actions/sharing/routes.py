from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.actions.models import Action
from services.actions.sharing import commands, queries
from services.actions.sharing.models import AskedSite, Question
from services.actions.sharing.schemas import AnswerIn, AskedSiteOut, AskIn, QuestionOut
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("actions:read")]
Progress = Annotated[UnitOfWork, authorised("actions:progress")]

router = APIRouter(tags=["read-across"])


@router.post("/actions/{action_id}/read-across", response_model=list[AskedSiteOut], status_code=201)
def ask_sisters(action_id: UUID, data: AskIn, uow: Progress) -> list[AskedSite]:
    """Ask sister sites whether it concerns them; they see what is sent here and no more."""
    return commands.ask_sisters(uow, action_id, data)


@router.get("/actions/{action_id}/read-across", response_model=Page[AskedSiteOut])
def list_asked_sites(action_id: UUID, uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    uow.get(Action, action_id)
    rows = queries.asked_about(uow, action_id)
    return page(uow, rows, Order(AskedSite.sister_name), paging)


@router.get("/questions", response_model=Page[QuestionOut])
def list_questions(uow: Read, paging: Paged, wanted: queries.Filtered) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.questions(uow, wanted), Order(Question.due_on), paging)


@router.get("/questions/{question_id}", response_model=QuestionOut)
def read_question(question_id: UUID, uow: Read) -> Question:
    return uow.get(Question, question_id)


@router.post("/questions/{question_id}/answer", response_model=QuestionOut)
def answer_question(question_id: UUID, data: AnswerIn, uow: Progress) -> Question:
    return commands.answer_question(uow, question_id, data)
