"""The answer to a finding: given, judged, and borne out; what was found before, for who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.forms import Form
from portal.pages.findings import finding_page
from portal.render import fragment
from portal.session import Visitor
from services.audit.answers.schemas import (
    AcceptIn,
    AnswerIn,
    AnswerOut,
    EvidenceIn,
    Repeats,
    SendBackIn,
)


@dataclass(frozen=True)
class Verb:
    """Something that can be done with an answer."""

    model: type[BaseModel]
    done: str


VERBS: Final[Mapping[str, Verb]] = {
    "accept": Verb(AcceptIn, "answer_accepted"),
    "send-back": Verb(SendBackIn, "answer_sent_back"),
    "evidence": Verb(EvidenceIn, "evidence_brought"),
}
SHORTEST: Final = 3

router = APIRouter()


@router.post("/findings/{finding_id}/answers")
async def answer(visit: Visitor, finding_id: UUID) -> Response:
    form = Form.typed(AnswerIn, visit.form)
    data = form.read()
    if data is None:
        return await finding_page(visit, finding_id, form)
    try:
        await visit.api.post(f"/audit/findings/{finding_id}/answers", AnswerOut, data)
    except Refused as refused:
        return await finding_page(visit, finding_id, form.refused(refused))
    return visit.go(f"/findings/{finding_id}", "finding_answered")


@router.post("/findings/{finding_id}/answers/{answer_id}/{name}")
async def decide(visit: Visitor, finding_id: UUID, answer_id: UUID, name: str) -> Response:
    verb = VERBS.get(name)
    if verb is None:
        raise Refused(404, "not_found", "There is no such step.", {})
    form = Form.typed(verb.model, visit.form)
    data = form.read()
    if data is None:
        return await finding_page(visit, finding_id, form)
    try:
        await visit.api.post(f"/audit/answers/{answer_id}/{name}", AnswerOut, data)
    except Refused as refused:
        return await finding_page(visit, finding_id, form.refused(refused))
    return visit.go(f"/findings/{finding_id}", verb.done)


@router.get("/audits/{audit_id}/repeats")
async def repeats(
    visit: Visitor, audit_id: UUID, requirement: str = "", requirement_id: str = ""
) -> Response:
    """What was found before against the requirement that is being chosen or typed."""
    found = Repeats(here=[], elsewhere=[], proposed=None)
    if requirement_id or len(requirement.strip()) >= SHORTEST:
        asked = {"requirement": requirement[:500], "requirement_id": requirement_id}
        found = await visit.api.get(f"/audit/audits/{audit_id}/repeats", Repeats, **asked)
    context = {"repeats": found, "places": await visit.places()}
    return fragment(visit, "audit/repeats.html", context)
