"""Audits and what they find."""

import asyncio
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.exports import workbook
from portal.forms import Form
from portal.i18n import N_
from portal.library import for_findings, for_planning, raises
from portal.lists import Column, Listing
from portal.pages.teams import people_on
from portal.render import act, page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.audit.answers.schemas import BodyOut
from services.audit.auditors.team_schemas import TeamOut
from services.audit.programme.schemas import EntryOut
from services.audit.reporting.schemas import ReportRow
from services.audit.schemas import (
    AuditIn,
    AuditOut,
    AuditStatus,
    AuditType,
    CancelIn,
    FindingIn,
    FindingOut,
    Grade,
    LeadIn,
    Party,
    StepIn,
)
from services.identity.admin_schemas import FileFormat
from shared.schemas import ColumnKind as Kind
from shared.schemas import Page

GRAVEST: Final = list(Grade)

STEPS = {"start": "audit_started", "end-fieldwork": "fieldwork_ended", "close": "audit_closed"}

AUDITS: Final = Listing(
    "audits",
    N_("Audits"),
    "/audit/audits",
    AuditOut,
    (
        Column("title", N_("Audit"), sort="title"),
        Column("site_id", N_("Site"), Kind.SITE),
        Column("planned_for", N_("Date prévue"), Kind.DAY, sort="planned_for"),
        Column("lead_id", N_("Responsable d'audit"), Kind.PERSON),
        Column("status", N_("État"), Kind.WORD, on_phone=True),
        Column("type", N_("Type d'audit"), Kind.WORD, at_first=False),
        Column("party", N_("Qui audite"), Kind.WORD, at_first=False),
        Column("until", N_("Dernier jour"), Kind.DAY, at_first=False),
        Column("origin", N_("Origine"), Kind.WORD, at_first=False),
        Column("criteria", N_("Critères"), at_first=False),
        Column("scope", N_("Champ"), at_first=False),
    ),
    "-planned_for",
)
router = APIRouter()


@router.get("/audits")
async def audits(visit: Visitor, status: str = "") -> Response:
    view = await AUDITS.look(visit, {"status": status})
    names = await visit.names(view.people)
    context = {"view": view, "status": status, "states": list(AuditStatus), "names": names}
    return await page(visit, "audit/audits.html", context)


@router.get("/audits/export.{format}")
async def export_audits(visit: Visitor, format: FileFormat, status: str = "") -> Response:
    return await workbook(visit, AUDITS, {"status": status}, format)


@router.get("/audits/new")
async def new_audit(visit: Visitor) -> Response:
    form = Form.of(AuditIn, id=uuid4(), site_id=visit.place)
    return await _planning_page(visit, form)


@router.post("/audits/new")
async def plan_audit(visit: Visitor) -> Response:
    form = Form.typed(AuditIn, visit.form)
    planned = form.read()
    if planned is None:
        return await _planning_page(visit, form)
    try:
        audit = await visit.api.post("/audit/audits", AuditOut, planned)
    except Refused as refused:
        return await _planning_page(visit, form.refused(refused))
    return visit.go(f"/audits/{audit.id}", "audit_planned")


@router.get("/audits/{audit_id}")
async def audit(visit: Visitor, audit_id: UUID) -> Response:
    return await _audit_page(visit, audit_id, Form.of(FindingIn, id=uuid4()))


@router.get("/audits/{audit_id}/act")
async def act_on_audit(visit: Visitor, audit_id: UUID) -> Response:
    audit = await visit.api.get(f"/audit/audits/{audit_id}", AuditOut)
    leads = await visit.who_may("audit:conduct", audit.site_id)
    form = Form.of(LeadIn, lead_id=audit.lead_id)
    shown = {"audit": audit, "leads": leads, "lead_form": form}
    about = {"title": audit.title, "kind": N_("Audit"), "site_id": audit.site_id}
    return await act(visit, "audit/act.html", shown, path=f"/audits/{audit_id}", **about)


@router.post("/audits/{audit_id}/findings")
async def raise_finding(visit: Visitor, audit_id: UUID) -> Response:
    form = Form.typed(FindingIn, visit.form)
    body = await visit.api.get(f"/audit/audits/{audit_id}/body", BodyOut)
    found = _graded(form, body)
    if found is None:
        return await _audit_page(visit, audit_id, form)
    try:
        raised = await visit.api.post(f"/audit/audits/{audit_id}/findings", FindingOut, found)
    except Refused as refused:
        return await _audit_page(visit, audit_id, form.refused(refused))
    return visit.go(f"/findings/{raised.id}", "finding_raised")


def _graded(form: Form, body: BodyOut) -> BaseModel | None:
    """The finding as it was typed: graded by the body's own code, which stands for a kind."""
    code = form.values.get("grade", "")
    kind = next((grade.kind for grade in body.grades if grade.code == code), None)
    if kind is not None:
        form.values |= {"grade": kind.value, "body_grade": code}
    found = form.read()
    form.values["grade"] = code
    return found


@router.post("/audits/{audit_id}/lead")
async def name_lead(visit: Visitor, audit_id: UUID) -> Response:
    return await _change(visit, audit_id, "lead", LeadIn, "lead_named")


@router.post("/audits/{audit_id}/cancel")
async def cancel(visit: Visitor, audit_id: UUID) -> Response:
    return await _change(visit, audit_id, "cancel", CancelIn, "audit_cancelled")


@router.post("/audits/{audit_id}/{step}")
async def take_step(visit: Visitor, audit_id: UUID, step: str) -> Response:
    if step not in STEPS:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such step.", {})
    return await _change(visit, audit_id, step, StepIn, STEPS[step])


async def _change(
    visit: Visit, audit_id: UUID, verb: str, model: type[BaseModel], done: str
) -> Response:
    """Take one step with an audit; a refusal is told on its page."""
    form = Form.typed(model, visit.form)
    data = form.read()
    if data is None:
        return await _audit_page(visit, audit_id, form)
    try:
        await visit.api.post(f"/audit/audits/{audit_id}/{verb}", AuditOut, data)
    except Refused as refused:
        return await _audit_page(visit, audit_id, form.refused(refused))
    return visit.go(f"/audits/{audit_id}", done)


async def _audit_page(visit: Visit, audit_id: UUID, form: Form) -> Response:
    """The audit; the form is the one that was filled in last, or a blank one for a finding."""
    audit, body, reports, found, team, wanted = await asyncio.gather(
        visit.api.get(f"/audit/audits/{audit_id}", AuditOut),
        visit.api.get(f"/audit/audits/{audit_id}/body", BodyOut),
        visit.api.get("/audit/reports", Page[ReportRow], audit_id=audit_id),
        visit.api.get("/audit/findings", Page[FindingOut], audit_id=audit_id, limit=200),
        visit.api.get(f"/audit/audits/{audit_id}/team", TeamOut),
        visit.api.get("/audit/entries", Page[EntryOut], audit_id=audit_id),
    )
    asked, blank = form.model, Form.of(FindingIn, id=uuid4())
    people = [audit.lead_id, *(f.raised_by for f in found.items), *people_on(team)]
    names_lead = audit.status is AuditStatus.PLANNED and visit.may("audit:plan", audit.site_id)
    leads = await visit.who_may("audit:conduct", audit.site_id) if names_lead else {}
    context = {
        "audit": audit,
        "body": body,
        "grades_of_body": sorted(body.grades, key=lambda one: -GRAVEST.index(one.kind)),
        "raises": raises(visit, audit),
        "reports": reports.items,
        "entry": next(iter(wanted.items), None),
        "found": found,
        "team": team,
        "form": form if asked is FindingIn else blank,
        "lead_form": form if asked is LeadIn else Form.of(LeadIn, lead_id=audit.lead_id),
        "cancel_form": form if asked is CancelIn else Form.of(CancelIn),
        "refused": form.refusal,
        "changed": await changed_by(visit, "audit", audit_id, form.refusal),
        "names": await visit.names(people) | leads,
        "leads": leads,
    }
    context |= await for_findings(visit, audit)
    return await page(visit, "audit/audit.html", context, form.status)


async def _planning_page(visit: Visit, form: Form) -> Response:
    bodies = await visit.api.get("/audit/bodies", Page[BodyOut], limit=200)
    context = await for_planning(visit) | {
        "form": form,
        "bodies": [body for body in bodies.items if not body.is_internal],
        "leads": await visit.who_may("audit:conduct", visit.place),
        "types_of_audit": list(AuditType),
        "parties": list(Party),
    }
    return await page(visit, "audit/plan.html", context, form.status)
