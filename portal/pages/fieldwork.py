"""How an audit is prepared, and its plan by slot."""

import asyncio
from collections.abc import Iterable
from typing import Final, TypeVar
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from services.audit.fieldwork.schemas import (
    PlanOut,
    PlanVersionOut,
    PreparationIn,
    SlotChange,
    SlotIn,
    SlotOut,
)
from services.audit.schemas import AuditOut, AuditStatus, Method, SlotKind
from services.compliance.schemas import ReferenceOut
from services.processes.schemas import ProcessOut
from shared.schemas import LARGEST_PAGE, Change

OPEN: Final = (AuditStatus.PLANNED, AuditStatus.UNDER_WAY)
T = TypeVar("T")

router = APIRouter()


@router.get("/audits/{audit_id}/preparation")
async def preparation(visit: Visitor, audit_id: UUID) -> Response:
    return await _preparation_page(visit, audit_id)


@router.post("/audits/{audit_id}/preparation")
async def prepare(visit: Visitor, audit_id: UUID) -> Response:
    form = Form.typed(PreparationIn, visit.form)
    if await sent(visit, form, f"/audit/audits/{audit_id}/preparation", AuditOut) is None:
        return await _preparation_page(visit, audit_id, form)
    return visit.go(f"/audits/{audit_id}/preparation", "audit_prepared")


@router.get("/audits/{audit_id}/plan")
async def plan(visit: Visitor, audit_id: UUID) -> Response:
    return await _plan_page(visit, audit_id, Form.of(SlotIn, id=uuid4()))


@router.post("/audits/{audit_id}/slots")
async def add_slot(visit: Visitor, audit_id: UUID) -> Response:
    form = Form.typed(SlotIn, visit.form)
    if await sent(visit, form, f"/audit/audits/{audit_id}/slots", SlotOut) is None:
        return await _plan_page(visit, audit_id, form)
    return visit.go(f"/audits/{audit_id}/plan", "slot_added")


@router.get("/audits/{audit_id}/slots/{slot_id}")
async def slot(visit: Visitor, audit_id: UUID, slot_id: UUID) -> Response:
    planned = await visit.api.get(f"/audit/audits/{audit_id}/plan", PlanOut)
    for one in planned.slots:
        if one.id == slot_id:
            return await _slot_page(visit, audit_id, slot_id, _form_of(one), one)
    raise Refused(404, "not_found", "There is no such slot.", {})


@router.post("/audits/{audit_id}/slots/{slot_id}")
async def change_slot(visit: Visitor, audit_id: UUID, slot_id: UUID) -> Response:
    form = Form.typed(SlotChange, visit.form)
    if await sent(visit, form, f"/audit/slots/{slot_id}", SlotOut, method="PUT") is None:
        return await _slot_page(visit, audit_id, slot_id, form)
    return visit.go(f"/audits/{audit_id}/plan", "slot_changed")


@router.post("/audits/{audit_id}/slots/{slot_id}/drop")
async def drop_slot(visit: Visitor, audit_id: UUID, slot_id: UUID) -> Response:
    form = Form.typed(Change, visit.form)
    if await sent(visit, form, f"/audit/slots/{slot_id}/drop", SlotOut) is None:
        return await _plan_page(visit, audit_id, form)
    return visit.go(f"/audits/{audit_id}/plan", "slot_dropped")


@router.post("/audits/{audit_id}/send-plan")
async def send_plan(visit: Visitor, audit_id: UUID) -> Response:
    form = Form.typed(Change, visit.form)
    if await sent(visit, form, f"/audit/audits/{audit_id}/send-plan", PlanVersionOut) is None:
        return await _plan_page(visit, audit_id, form)
    return visit.go(f"/audits/{audit_id}/plan", "plan_sent")


async def sent(
    visit: Visit, form: Form, path: str, answer: type[T], method: str = "POST"
) -> T | None:
    """Send what was typed; nothing, if it is wrong or refused, which the form then says."""
    data: BaseModel | None = form.read()
    if data is None:
        return None
    try:
        return await visit.api.change(method, path, answer, data)
    except Refused as refused:
        form.refused(refused)
        return None


async def _preparation_page(visit: Visit, audit_id: UUID, form: Form | None = None) -> Response:
    audit = await visit.api.get(f"/audit/audits/{audit_id}", AuditOut)
    references, processes = await asyncio.gather(references_of(visit), processes_of(visit))
    if form is None:
        told = audit.model_dump(include=set(PreparationIn.model_fields), mode="json")
        form = Form.of(PreparationIn, **told)
    context = {
        "audit": audit,
        "form": form,
        "methods": list(Method),
        "references": references,
        "processes": processes,
        "is_lead": leads(visit, audit),
        "names": await visit.names([audit.lead_id]),
    }
    return await page(visit, "audit/fieldwork/preparation.html", context, form.status)


async def _plan_page(visit: Visit, audit_id: UUID, form: Form) -> Response:
    audit, planned = await asyncio.gather(
        visit.api.get(f"/audit/audits/{audit_id}", AuditOut),
        visit.api.get(f"/audit/audits/{audit_id}/plan", PlanOut),
    )
    slot_form = form if form.model is SlotIn else Form.of(SlotIn, id=uuid4())
    if form.refusal is None and not form.errors:
        slot_form.values |= {"day": str(audit.planned_for), "kind": ""}
    sent = [slot for version in planned.versions for slot in version.slots]
    people = {id for one in planned.slots for id in (*one.people, one.auditor_id)}
    people |= {id for one in sent for id in (*one.people, one.auditor_id)}
    context = await _planning(visit, audit, people) | {
        "plan": planned,
        "days": sorted({slot.day for slot in planned.slots}),
        "form": slot_form,
        "refused": form.refusal,
    }
    return await page(visit, "audit/fieldwork/plan.html", context, form.status)


async def _slot_page(
    visit: Visit, audit_id: UUID, slot_id: UUID, form: Form, shown: SlotOut | None = None
) -> Response:
    audit = await visit.api.get(f"/audit/audits/{audit_id}", AuditOut)
    people = (*shown.people, shown.auditor_id) if shown else ()
    context = await _planning(visit, audit, people)
    context |= {"slot_id": slot_id, "slot": shown, "form": form}
    return await page(visit, "audit/fieldwork/slot.html", context, form.status)


async def _planning(
    visit: Visit, audit: AuditOut, people: Iterable[UUID | None]
) -> dict[str, object]:
    """What a form for a slot offers, to whoever may send one; and the names on the page."""
    named = await visit.names([audit.lead_id, *people])
    may = leads(visit, audit) and audit.status in OPEN
    known = await visit.who_may("audit:read", audit.site_id) if may else {}
    return {
        "audit": audit,
        "may": may,
        "kinds": list(SlotKind),
        "known": known,
        "processes": await processes_of(visit) if may else [],
        "team": {audit.lead_id: named.get(audit.lead_id, "—")} if audit.lead_id else {},
        "names": known | named,
    }


def _form_of(slot: SlotOut) -> Form:
    shown = slot.model_dump(include=set(SlotChange.model_fields) - {"id"}, mode="json")
    hours = {"starts": f"{slot.starts:%H:%M}", "ends": f"{slot.ends:%H:%M}"}
    return Form.of(SlotChange, **shown | hours)


async def references_of(visit: Visit) -> list[ReferenceOut]:
    found = await visit.rows("/compliance/references", ReferenceOut, limit=LARGEST_PAGE)
    return found.items


async def processes_of(visit: Visit) -> list[ProcessOut]:
    found = await visit.rows("/processes/processes", ProcessOut, limit=LARGEST_PAGE)
    return found.items


def leads(visit: Visit, audit: AuditOut) -> bool:
    return audit.lead_id == visit.actor.id and visit.may("audit:conduct", audit.site_id)
