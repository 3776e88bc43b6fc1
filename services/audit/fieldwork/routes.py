from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter

from services.audit.fieldwork import checklist, planning, queries, room
from services.audit.fieldwork.gates import question_in_the_room, question_to_read, require_reader
from services.audit.fieldwork.models import (
    ChecklistTemplate,
    Met,
    Photograph,
    PlanVersion,
    Question,
    Reply,
    Slot,
)
from services.audit.fieldwork.schemas import (
    AnswerIn,
    AnswerOut,
    ChecklistOut,
    DropIn,
    FromTemplateIn,
    Made,
    MetIn,
    MetOut,
    MoveIn,
    PlanOut,
    PlanVersionOut,
    PreparationIn,
    QuestionIn,
    QuestionOut,
    RewordIn,
    SlotChange,
    SlotIn,
    SlotOut,
    TemplateIn,
    TemplateOut,
)
from services.audit.models import Audit
from services.audit.schemas import AuditOut
from shared.catalogue import current
from shared.evidence import evidence_router
from shared.pages import Order, Paged, page
from shared.schemas import Change, Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]
Conduct = Annotated[UnitOfWork, authorised("audit:conduct")]

ANSWERED: Final = Order(Reply.answered_at)

router = APIRouter()
router.include_router(
    evidence_router(
        Photograph,
        Question,
        ("audit:read", "audit:conduct"),
        question_in_the_room,
        look=question_to_read,
        path="/checklist/evidence",
    )
)


@router.post("/audits/{audit_id}/preparation", response_model=AuditOut)
def prepare_audit(audit_id: UUID, data: PreparationIn, uow: Conduct) -> Audit:
    return planning.prepare_audit(uow, audit_id, data)


@router.get("/audits/{audit_id}/plan")
def read_plan(audit_id: UUID, uow: Read) -> PlanOut:
    return queries.plan(uow, uow.get(Audit, audit_id).id)


@router.post("/audits/{audit_id}/slots", response_model=SlotOut, status_code=201)
def add_slot(audit_id: UUID, data: SlotIn, uow: Conduct) -> Slot:
    return planning.add_slot(uow, audit_id, data)


@router.post("/audits/{audit_id}/send-plan", response_model=PlanVersionOut)
def send_plan(audit_id: UUID, data: Change, uow: Conduct) -> PlanVersion:
    """Invite those whom the plan names, and tell them what has changed since it was sent."""
    return planning.send_plan(uow, audit_id, data)


@router.put("/slots/{slot_id}", response_model=SlotOut)
def change_slot(slot_id: UUID, data: SlotChange, uow: Conduct) -> Slot:
    return planning.change_slot(uow, slot_id, data)


@router.post("/slots/{slot_id}/drop", response_model=SlotOut)
def drop_slot(slot_id: UUID, data: Change, uow: Conduct) -> Slot:
    return planning.drop_slot(uow, slot_id, data)


@router.get("/audits/{audit_id}/checklist")
def read_checklist(audit_id: UUID, uow: Read) -> ChecklistOut:
    return room.read_checklist(uow, audit_id)


@router.post("/audits/{audit_id}/checklist/generate")
def generate_checklist(audit_id: UUID, uow: Conduct) -> Made:
    return checklist.generate_checklist(uow, audit_id)


@router.post("/audits/{audit_id}/checklist/keep", response_model=TemplateOut, status_code=201)
def keep_as_template(audit_id: UUID, data: TemplateIn, uow: Conduct) -> ChecklistTemplate:
    return checklist.keep_as_template(uow, audit_id, data)


@router.post("/audits/{audit_id}/checklist/from-template")
def ask_from_template(audit_id: UUID, data: FromTemplateIn, uow: Conduct) -> Made:
    return checklist.ask_from_template(uow, audit_id, data)


@router.get("/checklist-templates", response_model=Page[TemplateOut])
def list_templates(uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, current(uow, ChecklistTemplate), Order(ChecklistTemplate.code), paging)


@router.post("/audits/{audit_id}/questions", status_code=201)
def add_question(audit_id: UUID, data: QuestionIn, uow: Conduct) -> QuestionOut:
    return checklist.add_question(uow, audit_id, data)


@router.post("/questions/{question_id}/reword")
def reword_question(question_id: UUID, data: RewordIn, uow: Conduct) -> QuestionOut:
    return checklist.reword_question(uow, question_id, data)


@router.post("/questions/{question_id}/drop")
def drop_question(question_id: UUID, data: DropIn, uow: Conduct) -> QuestionOut:
    return checklist.drop_question(uow, question_id, data)


@router.post("/questions/{question_id}/move")
def move_question(question_id: UUID, data: MoveIn, uow: Conduct) -> QuestionOut:
    return checklist.move_question(uow, question_id, data)


@router.post("/questions/{question_id}/answers", response_model=list[AnswerOut])
def save_answer(question_id: UUID, data: AnswerIn, uow: Conduct) -> list[Reply]:
    """Keep an answer; gives those to the question that stand, two if they contradict."""
    return room.save_answer(uow, question_id, data)


@router.get("/audits/{audit_id}/answers", response_model=Page[AnswerOut])
def list_answers(
    audit_id: UUID,
    uow: Read,
    paging: Paged,
    since: datetime | None = None,
    question_id: UUID | None = None,
) -> Any:  # noqa: ANN401  shaped by response_model
    """Every save, so that nothing that was answered is lost; those since a moment, for a room."""
    require_reader(uow, uow.get(Audit, audit_id))
    return page(uow, queries.news(uow, audit_id, since, question_id), ANSWERED, paging)


@router.post("/audits/{audit_id}/met", response_model=MetOut, status_code=201)
def note_met(audit_id: UUID, data: MetIn, uow: Conduct) -> Met:
    return room.note_met(uow, audit_id, data)


@router.post("/met/{met_id}/strike", status_code=204)
def strike_met(met_id: UUID, data: Change, uow: Conduct) -> None:
    room.strike_met(uow, met_id, data)
