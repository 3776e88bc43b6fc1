"""What other sites ask: does this concern you? Answered for the site, with a reason."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from services.actions.schemas import ActionType, Answer, Priority
from services.actions.sharing.schemas import AnswerIn, QuestionOut
from shared.schemas import Page

ANSWERS: Final = (Answer.CONCERNED, Answer.NOT_CONCERNED, Answer.IN_PLACE)

router = APIRouter()


@router.get("/read-across")
async def questions(visit: Visitor, given: str = Answer.WAITING.value, after: str = "") -> Response:
    """Those that wait; or all of them, answered ones too."""
    asked = {"place": visit.place, "given": "" if given == "all" else given, "after": after}
    found = await visit.api.get("/actions/questions", Page[QuestionOut], **asked)
    context = {"found": found, "chosen": given}
    return await page(visit, "actions/questions.html", context)


@router.get("/read-across/{question_id}")
async def question(visit: Visitor, question_id: UUID) -> Response:
    return await _question_page(visit, question_id, Form.of(AnswerIn, priority=Priority.P3))


@router.post("/read-across/{question_id}")
async def answer(visit: Visitor, question_id: UUID) -> Response:
    form = Form.typed(AnswerIn, visit.form)
    data = form.read()
    if data is None:
        return await _question_page(visit, question_id, form)
    try:
        await visit.api.post(f"/actions/questions/{question_id}/answer", QuestionOut, data)
    except Refused as refused:
        return await _question_page(visit, question_id, form.refused(refused))
    return visit.go(f"/read-across/{question_id}", "question_answered")


async def _question_page(visit: Visit, question_id: UUID, form: Form) -> Response:
    question = await visit.api.get(f"/actions/questions/{question_id}", QuestionOut)
    people = await visit.who_may("actions:progress", question.site_id)
    context = {
        "question": question,
        "form": form,
        "people": people,
        "answers": ANSWERS,
        "types": list(ActionType),
        "priorities": list(Priority),
        "names": await visit.names([question.answered_by]) | people,
    }
    return await page(visit, "actions/question.html", context, form.status)
