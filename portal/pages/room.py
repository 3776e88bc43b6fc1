"""The audit room: questions answered on a tablet, through a lost network, by several at once.

The page is sent whole. What is answered in it leaves one small request at a time, and what comes
back is JSON: see static/room.js and static/queue.js.
"""

import asyncio
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, TypeAdapter
from starlette.datastructures import UploadFile

from portal.api import Refused
from portal.forms import Form
from portal.guard import form_token
from portal.pages.checklist import read_checklist, team_only
from portal.pages.evidence import LARGEST_UPLOAD, passed_on, pieces
from portal.pages.fieldwork import processes_of
from portal.refusals import sentence
from portal.render import page
from portal.session import Visit, Visitor
from services.audit.fieldwork.schemas import (
    AnswerIn,
    AnswerOut,
    ChecklistOut,
    MetIn,
    MetOut,
    Verdict,
)
from services.audit.schemas import AuditOut, AuditStatus, FindingIn, FindingOut, Grade
from shared.schemas import EvidenceOut, Page

FILES: Final = {"/photographs": LARGEST_UPLOAD}
UNREADABLE: Final = Refused(422, "invalid", "Something in this answer cannot be read.", {})

router = APIRouter()


@router.get("/audits/{audit_id}/room")
async def room(visit: Visitor, audit_id: UUID) -> Response:
    audit, found, processes = await asyncio.gather(
        visit.api.get(f"/audit/audits/{audit_id}", AuditOut),
        read_checklist(visit, audit_id),
        processes_of(visit),
    )
    if found is None:
        return await team_only(visit, audit, "room")
    names = await visit.names(one.answered_by for one in found.answers)
    context = {
        "audit": audit,
        "open": audit.status is AuditStatus.UNDER_WAY,
        "verdicts": list(Verdict),
        "grades": list(Grade),
        "processes": processes,
        "data": _as_data(visit, found, names),
        "names": names,
    }
    return await page(visit, "audit/fieldwork/room.html", context)


@router.get("/audits/{audit_id}/room/answers")
async def news(visit: Visitor, audit_id: UUID, since: datetime | None = None) -> Response:
    """What the others answered since, and a new proof that our own page asks."""
    path = f"/audit/audits/{audit_id}/answers"
    try:
        given = await visit.api.get(path, Page[AnswerOut], since=since, limit=200)
    except Refused as refused:
        return _refusal(visit, refused)
    names = await visit.names(one.answered_by for one in given.items)
    told = {"answers": given.items, "names": names, "csrf": form_token(visit.session)}
    return _json(told)


@router.post("/questions/{question_id}/answers")
async def answer(visit: Visitor, question_id: UUID) -> Response:
    path = f"/audit/questions/{question_id}/answers"
    return await _taken(visit, path, AnswerIn, list[AnswerOut])


@router.post("/audits/{audit_id}/room/findings")
async def raise_finding(visit: Visitor, audit_id: UUID) -> Response:
    return await _taken(visit, f"/audit/audits/{audit_id}/findings", FindingIn, FindingOut)


@router.post("/audits/{audit_id}/room/met")
async def note_met(visit: Visitor, audit_id: UUID) -> Response:
    return await _taken(visit, f"/audit/audits/{audit_id}/met", MetIn, MetOut)


@router.post("/photographs")
async def photograph(visit: Visitor, question_id: UUID, id: UUID) -> Response:
    file = visit.form.get("file")
    name = file.filename if isinstance(file, UploadFile) else ""
    about = {"object_id": question_id, "id": id, "name": name}
    try:
        kept = await visit.api.send_file(
            "/audit/checklist/evidence", EvidenceOut, pieces(file), **about
        )
    except Refused as refused:
        return _refusal(visit, refused)
    finally:
        await visit.form.close()
    return _json(kept)


@router.get("/photographs/{evidence_id}/content")
async def content(visit: Visitor, evidence_id: UUID) -> Response:
    return await passed_on(visit, f"/audit/checklist/evidence/{evidence_id}/content")


@router.get("/photographs/{evidence_id}/preview")
async def preview(visit: Visitor, evidence_id: UUID) -> Response:
    return await passed_on(visit, f"/audit/checklist/evidence/{evidence_id}/preview")


async def _taken(visit: Visit, path: str, model: type[BaseModel], answer: type[object]) -> Response:
    data = Form.typed(model, visit.form).read()
    if data is None:
        return _refusal(visit, UNREADABLE)
    try:
        return _json(await visit.api.post(path, answer, data))
    except Refused as refused:
        return _refusal(visit, refused)


def _refusal(visit: Visit, refused: Refused) -> Response:
    told = {"type": refused.type, "sentence": sentence(refused, visit.language)}
    return _json(told, refused.status)


def _json(told: object, status: int = 200) -> JSONResponse:
    return JSONResponse(TypeAdapter(object).dump_python(told, mode="json"), status)


def _as_data(visit: Visit, found: ChecklistOut, names: dict[UUID, str]) -> dict[str, object]:
    """What the script starts from: each question in the reader's language."""
    asked = [one for one in found.questions if not one.dropped_for]
    questions = [
        {
            "id": one.id,
            "edition": one.edition,
            "clause": one.clause,
            "requirement": one.requirement,
            "requirement_id": one.requirement_id,
            "process": one.process,
            "text": one.text_en if visit.language == "en" and one.text_en else one.text_fr,
        }
        for one in asked
    ]
    told = {
        "questions": questions,
        "answers": found.answers,
        "findings": found.findings,
        "photographs": [
            {"question_id": one.object_id, "name": one.name} for one in found.photographs
        ],
        "met": found.met,
        "names": names,
    }
    dumped: dict[str, object] = TypeAdapter(dict[str, object]).dump_python(told, mode="json")
    return dumped
