"""What is asked and answered in the audit room of the tests."""

from uuid import UUID, uuid4

from services.audit.fieldwork import checklist, room
from services.audit.fieldwork.models import Reply
from services.audit.fieldwork.schemas import AnswerIn, QuestionOut
from services.audit.models import Audit
from shared.auth import Actor
from shared.work import unit_of_work
from tests.audit.factories import question_in
from tests.world import WORLD


def asked(audit: Audit, text: str = "Qui règle la presse 4 ?", **other: object) -> QuestionOut:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return checklist.add_question(uow, audit.id, question_in(text, **other))


def answer_in(*follows: UUID, **other: object) -> AnswerIn:
    given = {"id": uuid4(), "follows": list(follows), "edition": 1, "verdict": "conform"}
    return AnswerIn.model_validate(given | other)


def answered(question: QuestionOut, data: AnswerIn, by: Actor | None = None) -> list[Reply]:
    with unit_of_work("audit", by or WORLD.diane, permission="audit:conduct") as uow:
        return room.save_answer(uow, question.id, data)
