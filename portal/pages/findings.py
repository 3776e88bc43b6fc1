"""What audits found: the list of all of it, and the page of each with its answer and actions."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from portal.api import Refused
from portal.exports import workbook
from portal.forms import Form
from portal.i18n import N_
from portal.lists import Column, Listing
from portal.pages.evidence import files_of, who_sent
from portal.render import page
from portal.session import Visit, Visitor
from portal.signed import signatures_of
from portal.stale import changed_by
from services.actions.schemas import ActionOut
from services.audit.answers.schemas import (
    AcceptIn,
    AnswerIn,
    AnswerOut,
    BodyOut,
    EvidenceIn,
    Part,
    SendBackIn,
)
from services.audit.schemas import (
    AnswerState,
    AuditOut,
    FindingActionOut,
    FindingOut,
    FindingStatus,
    Grade,
    StepIn,
)
from services.identity.admin_schemas import FileFormat
from shared.schemas import ColumnKind as Kind
from shared.schemas import SignatureOut

FINDINGS: Final = Listing(
    "findings",
    N_("Constats"),
    "/audit/findings",
    FindingOut,
    (
        Column("statement", N_("Constat")),
        Column("site_id", N_("Site"), Kind.SITE),
        Column("process", N_("Processus"), sort="process"),
        Column("raised_on", N_("Date"), Kind.DAY, sort="raised_on"),
        Column("grade", N_("Classement"), Kind.WORD, on_phone=True),
        Column("answer_state", N_("Réponse"), Kind.WORD),
        Column("answer_due_on", N_("Réponse pour le"), Kind.DAY, at_first=False),
        Column("status", N_("État"), Kind.WORD, on_phone=True),
        Column("requirement", N_("Exigence"), sort="requirement", at_first=False),
        Column("body_grade", N_("Code de l'organisme"), at_first=False),
        Column("number", N_("Numéro de l'organisme"), at_first=False),
        Column("closing_due_on", N_("À solder le"), Kind.DAY, at_first=False),
        Column("answered_on", N_("Répondu le"), Kind.DAY, at_first=False),
        Column("evidence", N_("Preuve objective"), at_first=False),
        Column("raised_by", N_("Relevé par"), Kind.PERSON, at_first=False),
    ),
    "-raised_on",
    "audit:enter",
)
WAITING: Final = (
    AnswerState.TO_ANSWER,
    AnswerState.SENT_BACK,
    AnswerState.ANSWERED,
    AnswerState.ACCEPTED,
    AnswerState.PROVEN,
)
"""The states of an answer in which somebody is waited for."""

router = APIRouter()


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to in its address."""

    status: str = ""
    grade: str = ""
    answer: str = ""
    late: str = ""
    requirement: str = ""

    def query(self) -> dict[str, object]:
        return {
            "status": self.status,
            "grade": self.grade,
            "answer_state": self.answer,
            "late": "true" if self.late else "",
            "requirement": self.requirement.strip(),
        }


Filtered = Annotated[Filters, Depends()]


@router.get("/findings")
async def findings(visit: Visitor, filters: Filtered) -> Response:
    view = await FINDINGS.look(visit, filters.query())
    context = {
        "view": view,
        "wanted": filters,
        "states": list(FindingStatus),
        "grades": list(Grade),
        "answers": WAITING,
        "names": await visit.names(view.people),
    }
    return await page(visit, "audit/findings.html", context)


@router.get("/findings/export.{format}")
async def export_findings(visit: Visitor, filters: Filtered, format: FileFormat) -> Response:
    return await workbook(visit, FINDINGS, filters.query(), format)


@router.get("/findings/{finding_id}")
async def finding(visit: Visitor, finding_id: UUID) -> Response:
    return await finding_page(visit, finding_id)


@router.post("/findings/{finding_id}/close")
async def close_finding(visit: Visitor, finding_id: UUID) -> Response:
    form = Form.typed(StepIn, visit.form)
    try:
        await visit.api.post(f"/audit/findings/{finding_id}/close", FindingOut, form.read())
    except Refused as refused:
        return await finding_page(visit, finding_id, form.refused(refused))
    return visit.go(f"/findings/{finding_id}", "finding_closed")


async def finding_page(visit: Visit, finding_id: UUID, tried: Form | None = None) -> Response:
    """The finding with all that came of it; the form is the one that was filled in last."""
    finding, noted, rounds, part = await asyncio.gather(
        visit.api.get(f"/audit/findings/{finding_id}", FindingOut),
        visit.api.get(f"/audit/findings/{finding_id}/actions", list[FindingActionOut]),
        visit.api.get(f"/audit/findings/{finding_id}/answers", list[AnswerOut]),
        visit.api.get(f"/audit/findings/{finding_id}/part", Part),
    )
    audit, body, actions, files = await asyncio.gather(
        visit.api.get(f"/audit/audits/{finding.audit_id}", AuditOut),
        visit.api.get(f"/audit/bodies/{finding.body_id}", BodyOut),
        visit.rows("/actions/actions", ActionOut, finding_id=finding_id, limit=200),
        files_of(visit, "audit", finding_id),
    )
    signed = await _signed(visit, finding, rounds)
    hands = await _hands(visit, finding, part)
    people = [*who_sent(files), *_people(finding, rounds), *(a.owner_id for a in actions.items)]
    refused = tried.refusal if tried else None
    context = {
        "finding": finding,
        "audit": audit,
        "grade": body.grade(finding.body_grade),
        "body": body,
        "rounds": rounds,
        "part": part,
        "before": await _before(visit, finding),
        "actions": actions.items,
        "files": files,
        "ready": _is_ready(finding, noted),
        "forms": _forms(finding, rounds, tried),
        "hands": hands,
        "signed": signed,
        "refused": refused,
        "changed": await changed_by(visit, "audit", _changed(finding, rounds, tried), refused),
        "names": await visit.names(people) | hands,
    }
    return await page(visit, "audit/finding.html", context, tried.status if tried else 200)


async def _before(visit: Visit, finding: FindingOut) -> FindingOut | None:
    """The finding that this one repeats; it was at the same site, so it may be read as well."""
    if finding.repeats_id is None:
        return None
    return await visit.api.get(f"/audit/findings/{finding.repeats_id}", FindingOut)


async def _signed(
    visit: Visit, finding: FindingOut, rounds: Sequence[AnswerOut]
) -> list[SignatureOut]:
    closed = await signatures_of(visit, "audit", finding.id, when=finding.closed_by is not None)
    accepted = [one.id for one in rounds if one.decided_by is not None and one.reason == ""]
    found = [await signatures_of(visit, "audit", id, when=True) for id in accepted]
    return [one for signatures in (*found, closed) for one in signatures]


async def _hands(visit: Visit, finding: FindingOut, part: Part) -> dict[UUID, str]:
    """Who may carry out what an answer plans."""
    if not (part.may_answer and finding.answer_state.waits_for_answer):
        return {}
    return await visit.who_may("audit:answer", finding.site_id)


def _people(finding: FindingOut, rounds: Sequence[AnswerOut]) -> list[UUID | None]:
    told = [(r.owner_id, r.answered_by, r.decided_by, r.brought_by) for r in rounds]
    return [finding.raised_by, finding.closed_by, *(id for ids in told for id in ids)]


def _is_ready(finding: FindingOut, noted: Sequence[FindingActionOut]) -> bool:
    """Whether nothing stands in the way of closing it any more."""
    taken = [action for action in noted if not action.cancelled]
    answered = finding.answer_state.is_accepted or not finding.grade.is_nonconformity
    return answered and all(a.effective for a in taken) and bool(taken or not finding.obliges)


def _changed(finding: FindingOut, rounds: Sequence[AnswerOut], tried: Form | None) -> UUID:
    """What somebody else was faster to change: the answer that is judged, or the finding."""
    of_answer = tried is not None and tried.model in (AcceptIn, SendBackIn, EvidenceIn)
    return rounds[0].id if of_answer and rounds else finding.id


def _forms(finding: FindingOut, rounds: Sequence[AnswerOut], tried: Form | None) -> dict[str, Form]:
    """A form for each step. Who answers again begins with what they answered before."""
    last: dict[str, Any] = {}
    if rounds and finding.answer_state is not AnswerState.SETTLED:
        kept = ("correction", "extent", "root_cause", "plan", "owner_id", "due_on", "proof")
        last = {name: getattr(rounds[0], name) for name in kept}
    forms = {
        "answer": Form.of(AnswerIn, **last),
        "send_back": Form.of(SendBackIn),
        "evidence": Form.of(EvidenceIn),
    }
    return {n: tried if tried and tried.model is f.model else f for n, f in forms.items()}
