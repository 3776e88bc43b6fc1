"""The report of an audit: written by its lead, prepared, signed and issued; read by who may."""

import asyncio
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.forms import Form
from portal.pages.evidence import passed_on
from portal.pages.jobs import MOST_ASKED, Told
from portal.render import fragment, page
from portal.session import Visit, Visitor
from portal.signed import signatures_of
from portal.stale import changed_by
from services.audit.reporting.schemas import (
    Confidentiality,
    CopyIn,
    CorrectionIn,
    PolicyCommitments,
    ReportIn,
    ReportLanguage,
    ReportOut,
    ReportStatus,
)
from services.audit.schemas import AuditOut, FindingOut, Grade, StepIn
from shared.schemas import LARGEST_PAGE, Asked, JobOut, Page

PREPARING: Final = "prepare_report"
TEXTS: Final = ("summary", "deviations", "not_covered", "conformity", "effectiveness")

router = APIRouter()


@router.post("/audits/{audit_id}/report")
async def begin(visit: Visitor, audit_id: UUID) -> Response:
    data = Form.typed(StepIn, visit.form).read()
    begun = await visit.api.post(f"/audit/audits/{audit_id}/report", ReportOut, data)
    return visit.go(f"/reports/{begun.id}", "report_begun")


@router.get("/reports/{report_id}")
async def report(visit: Visitor, report_id: UUID) -> Response:
    return await _report_page(visit, report_id)


@router.get("/reports/{report_id}/state")
async def state(visit: Visitor, report_id: UUID, asked: int = 0) -> Response:
    """Its files a moment later: the page asks again while they are being set."""
    shown = await visit.api.get(f"/audit/reports/{report_id}", ReportOut)
    context = {"report": shown, "asked": asked + 1, **await _files(visit, shown)}
    return fragment(visit, "audit/report_files.html", context)


@router.post("/reports/{report_id}/write")
async def write(visit: Visitor, report_id: UUID) -> Response:
    form = Form.typed(ReportIn, visit.form)
    data = form.read()
    if data is None:
        return await _report_page(visit, report_id, form)
    try:
        await visit.api.change("PUT", f"/audit/reports/{report_id}", ReportOut, data)
    except Refused as refused:
        return await _report_page(visit, report_id, form.refused(refused))
    return visit.go(f"/reports/{report_id}", "report_written")


@router.post("/reports/{report_id}/prepare")
async def prepare(visit: Visitor, report_id: UUID) -> Response:
    return await _change(visit, report_id, "prepare", StepIn, "report_prepared")


@router.post("/reports/{report_id}/copy")
async def copy(visit: Visitor, report_id: UUID) -> Response:
    return await _change(visit, report_id, "copy", CopyIn, "copy_asked", "/jobs")


@router.post("/reports/{report_id}/issue")
async def issue(visit: Visitor, report_id: UUID) -> Response:
    return await _change(visit, report_id, "issue", StepIn, "report_issued")


@router.post("/reports/{report_id}/correct")
async def correct(visit: Visitor, report_id: UUID) -> Response:
    form = Form.typed(CorrectionIn, visit.form)
    data = form.read()
    if data is None:
        return await _report_page(visit, report_id, form)
    try:
        path = f"/audit/reports/{report_id}/correct"
        begun = await visit.api.post(path, ReportOut, data)
    except Refused as refused:
        return await _report_page(visit, report_id, form.refused(refused))
    return visit.go(f"/reports/{begun.id}", "report_begun")


@router.get("/reports/{report_id}/files/{language}")
async def file(visit: Visitor, report_id: UUID, language: ReportLanguage) -> Response:
    return await passed_on(visit, f"/audit/reports/{report_id}/files/{language}")


async def _change(  # noqa: PLR0913, PLR0917  a verb, what it takes and what it leads to
    visit: Visit, report_id: UUID, verb: str, model: type[BaseModel], done: str, there: str = ""
) -> Response:
    form = Form.typed(model, visit.form)
    answer = Asked if verb in ("prepare", "copy") else ReportOut
    try:
        await visit.api.post(f"/audit/reports/{report_id}/{verb}", answer, form.read())
    except Refused as refused:
        return await _report_page(visit, report_id, form.refused(refused))
    return visit.go(there or f"/reports/{report_id}", done)


async def _report_page(visit: Visit, report_id: UUID, tried: Form | None = None) -> Response:
    shown = await visit.api.get(f"/audit/reports/{report_id}", ReportOut)
    audit, found, policy, files = await asyncio.gather(
        visit.api.get(f"/audit/audits/{shown.audit_id}", AuditOut),
        visit.api.get(
            "/audit/findings", Page[FindingOut], audit_id=shown.audit_id, limit=LARGEST_PAGE
        ),
        visit.api.get("/audit/commitments", PolicyCommitments | None),  # type: ignore[arg-type]
        _files(visit, shown),
    )
    refused = tried.refusal if tried else None
    written, correcting = (_if_of(tried, model) for model in (ReportIn, CorrectionIn))
    may_read = await visit.who_may("audit:read", shown.site_id) if files["writes"] else {}
    context = {
        "report": shown,
        "audit": audit,
        "improvements": [one for one in found.items if one.grade is Grade.IMPROVEMENT],
        "policy": policy,
        "form": written or _as_it_is(shown),
        "correction": correcting or Form.of(CorrectionIn),
        "may_read": may_read,
        "levels": list(Confidentiality),
        "asked": 0,
        "signed": await signatures_of(
            visit, "audit", report_id, when=shown.status is not ReportStatus.DRAFT
        ),
        "refused": refused,
        "changed": await changed_by(visit, "audit", report_id, refused),
        "names": await visit.names([shown.author_id, *shown.readers]) | may_read,
        **files,
    }
    return await page(visit, "audit/report.html", context, tried.status if tried else 200)


async def _files(visit: Visit, shown: ReportOut) -> dict[str, Any]:
    """What is known of its files: to be made, being made, or there."""
    leads = shown.author_id == visit.actor.id and visit.may("audit:conduct", shown.site_id)
    writes = leads and shown.status is ReportStatus.DRAFT
    told = None
    if writes:
        jobs = await visit.api.get("/audit/jobs", Page[JobOut])
        label = f"{shown.reference} ({shown.edition})"
        mine = (job for job in jobs.items if (job.kind, job.label) == (PREPARING, label))
        job = next(mine, None)
        told = Told("audit", job) if job else None
    return {
        "leads": leads,
        "writes": writes,
        "told": told,
        "most_asked": MOST_ASKED,
        "languages": list(ReportLanguage),
    }


def _if_of(form: Form | None, model: type[BaseModel]) -> Form | None:
    return form if form is not None and form.model is model else None


def _as_it_is(shown: ReportOut) -> Form:
    told = (*TEXTS, "divergences", "people_met", "readers", "confidentiality")
    form = Form.of(ReportIn, **{name: getattr(shown, name) for name in told})
    form.values |= {f"commitments.{id}": text for id, text in shown.commitments.items()}
    form.values |= {f"reasons.{id}": text for id, text in shown.reasons.items()}
    return form
