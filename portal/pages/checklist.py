"""The checklist of an audit: what is asked, and what was answered once the fieldwork has ended."""

import asyncio
from collections import Counter, defaultdict
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.forms import Form
from portal.pages.fieldwork import OPEN, leads, processes_of, sent
from portal.render import page
from portal.session import Visit, Visitor
from services.audit.fieldwork.schemas import (
    AnswerOut,
    ChecklistOut,
    DropIn,
    FromTemplateIn,
    Made,
    MoveIn,
    QuestionIn,
    QuestionOut,
    RewordIn,
    TemplateIn,
    TemplateOut,
)
from services.audit.schemas import AuditOut
from shared.schemas import Page

VERBS: Final[dict[str, tuple[type[BaseModel], str]]] = {
    "reword": (RewordIn, "question_reworded"),
    "drop": (DropIn, "question_dropped"),
    "move": (MoveIn, "question_moved"),
}
TEAM_ONLY: Final = "not_on_the_team"

router = APIRouter()


@router.get("/audits/{audit_id}/checklist")
async def checklist(visit: Visitor, audit_id: UUID) -> Response:
    return await _checklist_page(visit, audit_id, Form.of(QuestionIn, id=uuid4()))


@router.post("/audits/{audit_id}/checklist/generate")
async def generate(visit: Visitor, audit_id: UUID) -> Response:
    try:
        await visit.api.post(f"/audit/audits/{audit_id}/checklist/generate", Made)
    except Refused as refused:
        return await _checklist_page(visit, audit_id, Form.of(Made).refused(refused))
    return visit.go(f"/audits/{audit_id}/checklist", "checklist_generated")


@router.post("/audits/{audit_id}/checklist/keep")
async def keep(visit: Visitor, audit_id: UUID) -> Response:
    form = Form.typed(TemplateIn, visit.form)
    if await sent(visit, form, f"/audit/audits/{audit_id}/checklist/keep", TemplateOut) is None:
        return await _checklist_page(visit, audit_id, form)
    return visit.go(f"/audits/{audit_id}/checklist", "checklist_kept")


@router.post("/audits/{audit_id}/checklist/from-template")
async def from_template(visit: Visitor, audit_id: UUID) -> Response:
    form = Form.typed(FromTemplateIn, visit.form)
    if await sent(visit, form, f"/audit/audits/{audit_id}/checklist/from-template", Made) is None:
        return await _checklist_page(visit, audit_id, form)
    return visit.go(f"/audits/{audit_id}/checklist", "checklist_generated")


@router.post("/audits/{audit_id}/questions")
async def add_question(visit: Visitor, audit_id: UUID) -> Response:
    form = Form.typed(QuestionIn, visit.form)
    if await sent(visit, form, f"/audit/audits/{audit_id}/questions", QuestionOut) is None:
        return await _checklist_page(visit, audit_id, form)
    return visit.go(f"/audits/{audit_id}/checklist", "question_added")


@router.get("/audits/{audit_id}/questions/{question_id}")
async def question(visit: Visitor, audit_id: UUID, question_id: UUID) -> Response:
    return await _question_page(visit, audit_id, question_id)


@router.post("/audits/{audit_id}/questions/{question_id}/{verb}")
async def change_question(visit: Visitor, audit_id: UUID, question_id: UUID, verb: str) -> Response:
    if verb not in VERBS:
        raise Refused(404, "not_found", "There is no such step.", {})
    model, done = VERBS[verb]
    form = Form.typed(model, visit.form)
    if await sent(visit, form, f"/audit/questions/{question_id}/{verb}", QuestionOut) is None:
        return await _question_page(visit, audit_id, question_id, form)
    return visit.go(f"/audits/{audit_id}/checklist", done)


async def read_checklist(visit: Visit, audit_id: UUID) -> ChecklistOut | None:
    """What is asked and answered; nothing, for who may not read it before the fieldwork ends."""
    try:
        return await visit.api.get(f"/audit/audits/{audit_id}/checklist", ChecklistOut)
    except Refused as refused:
        if refused.type == TEAM_ONLY:
            return None
        raise


def by_question(answers: list[AnswerOut]) -> dict[UUID, list[AnswerOut]]:
    found: dict[UUID, list[AnswerOut]] = defaultdict(list)
    for answer in answers:
        found[answer.question_id].append(answer)
    return found


async def _checklist_page(visit: Visit, audit_id: UUID, form: Form) -> Response:
    audit, found = await asyncio.gather(
        visit.api.get(f"/audit/audits/{audit_id}", AuditOut), read_checklist(visit, audit_id)
    )
    if found is None:
        return await team_only(visit, audit, "checklist")
    may = leads(visit, audit) and audit.status in OPEN
    asked = [one for one in found.questions if not one.dropped_for]
    context = {
        "audit": audit,
        "may": may,
        "asked": asked,
        "dropped": [one for one in found.questions if one.dropped_for],
        "answers": by_question(found.answers),
        "findings": Counter(one.question_id for one in found.findings),
        "met": found.met,
        "templates": (await visit.rows("/audit/checklist-templates", TemplateOut, limit=200)).items
        if may
        else [],
        "processes": await processes_of(visit) if may else [],
        "form": form if form.model is QuestionIn else Form.of(QuestionIn, id=uuid4()),
        "keep_form": form if form.model is TemplateIn else Form.of(TemplateIn),
        "template_form": form if form.model is FromTemplateIn else Form.of(FromTemplateIn),
        "refused": form.refusal,
        "names": await visit.names(one.answered_by for one in found.answers),
    }
    return await page(visit, "audit/fieldwork/checklist.html", context, form.status)


async def team_only(visit: Visit, audit: AuditOut, part: str) -> Response:
    """Say who is at work, to somebody who may read it all once they have ended."""
    context = {"audit": audit, "part": part, "names": await visit.names([audit.lead_id])}
    return await page(visit, "audit/fieldwork/team_only.html", context)


async def _question_page(
    visit: Visit, audit_id: UUID, question_id: UUID, form: Form | None = None
) -> Response:
    audit, found, given = await asyncio.gather(
        visit.api.get(f"/audit/audits/{audit_id}", AuditOut),
        visit.api.get(f"/audit/audits/{audit_id}/checklist", ChecklistOut),
        visit.api.get(
            f"/audit/audits/{audit_id}/answers",
            Page[AnswerOut],
            question_id=question_id,
            limit=200,
        ),
    )
    asked = next((one for one in found.questions if one.id == question_id), None)
    if asked is None:
        raise Refused(404, "not_found", "There is no such question.", {})
    words = {"text_fr": asked.text_fr, "text_en": asked.text_en}
    model = form.model if form else None
    context = {
        "audit": audit,
        "asked": asked,
        "may": leads(visit, audit) and audit.status in OPEN and not asked.dropped_for,
        "given": given.items[::-1],
        "photographs": [one for one in found.photographs if one.object_id == question_id],
        "findings": [one for one in found.findings if one.question_id == question_id],
        "word_form": form if model is RewordIn else Form.of(RewordIn, **words),
        "drop_form": form if model is DropIn else Form.of(DropIn),
        "refused": form.refusal if form else None,
        "names": await visit.names(one.answered_by for one in given.items),
    }
    return await page(visit, "audit/fieldwork/question.html", context, form.status if form else 200)
