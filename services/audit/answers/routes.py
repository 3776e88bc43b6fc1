from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.audit.answers import commands, duty, queries
from services.audit.answers.models import Answer, Body
from services.audit.answers.schemas import (
    AcceptIn,
    AnswerIn,
    AnswerOut,
    BodyIn,
    BodyOut,
    EvidenceIn,
    Part,
    Repeats,
    SendBackIn,
    Statistics,
)
from services.audit.answers.statistics import statistics
from services.audit.models import Audit, Finding
from shared.catalogue import current
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]
Reply = Annotated[UnitOfWork, authorised("audit:answer")]
Review = Annotated[UnitOfWork, authorised("audit:close")]
Configure = Annotated[UnitOfWork, authorised("audit:configure")]

router = APIRouter()


@router.get("/bodies", response_model=Page[BodyOut])
def list_bodies(uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    """The bodies whose scales are in force."""
    return page(uow, current(uow, Body), Order(Body.code), paging)


@router.post("/bodies", response_model=BodyOut, status_code=201)
def add_body(data: BodyIn, uow: Configure) -> Body:
    return commands.add_body(uow, data)


@router.get("/bodies/{body_id}", response_model=BodyOut)
def read_body(body_id: UUID, uow: Read) -> Body:
    """Any edition: what was graded by it shows its words for ever."""
    return uow.get(Body, body_id)


@router.post("/bodies/{body_id}/supersede", response_model=BodyOut, status_code=201)
def supersede_body(body_id: UUID, data: BodyIn, uow: Configure) -> Body:
    return commands.supersede_body(uow, body_id, data)


@router.get("/audits/{audit_id}/body", response_model=BodyOut)
def read_body_of_audit(audit_id: UUID, uow: Read) -> Body:
    """The scale that the audit follows today."""
    return queries.body_of(uow, uow.get(Audit, audit_id))


@router.get("/audits/{audit_id}/repeats")
def read_repeats(
    audit_id: UUID,
    uow: Read,
    requirement: Annotated[str, Query(max_length=500)] = "",
    requirement_id: UUID | None = None,
) -> Repeats:
    """What was found before against a requirement that an auditor is about to cite."""
    return queries.repeats(uow, uow.get(Audit, audit_id), requirement, requirement_id)


@router.get("/findings/{finding_id}/answers", response_model=list[AnswerOut])
def list_answers(finding_id: UUID, uow: Read) -> list[Answer]:
    """The rounds of answering, newest first."""
    return queries.rounds(uow, uow.get(Finding, finding_id).id)


@router.get("/findings/{finding_id}/part")
def read_part(finding_id: UUID, uow: Read) -> Part:
    return duty.part(uow, uow.get(Finding, finding_id))


@router.get("/statistics")
def read_statistics(uow: Read, place: UUID | None = None) -> Statistics:
    """What the findings of the caller's sites add up to."""
    return statistics(uow, place)


@router.post("/findings/{finding_id}/answers", response_model=AnswerOut, status_code=201)
def answer_finding(finding_id: UUID, data: AnswerIn, uow: Reply) -> Answer:
    """Answer a finding on the version of it that was shown."""
    return commands.answer(uow, finding_id, data)


@router.post("/answers/{answer_id}/accept", response_model=AnswerOut)
def accept_answer(answer_id: UUID, data: AcceptIn, uow: Review) -> Answer:
    """Accept an answer. Who gave it, owns what it plans or owns the process cannot."""
    return commands.accept(uow, answer_id, data)


@router.post("/answers/{answer_id}/send-back", response_model=AnswerOut)
def send_answer_back(answer_id: UUID, data: SendBackIn, uow: Review) -> Answer:
    return commands.send_back(uow, answer_id, data)


@router.post("/answers/{answer_id}/evidence", response_model=AnswerOut)
def bring_evidence(answer_id: UUID, data: EvidenceIn, uow: Reply) -> Answer:
    """Say what shows that the planned was done; files go with the finding."""
    return commands.bring_evidence(uow, answer_id, data)
