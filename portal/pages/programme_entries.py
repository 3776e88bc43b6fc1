"""An entry of a programme: written, then planned as an audit, postponed or dropped."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.forms import Form
from portal.places import sites_below
from portal.register import register_of
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.audit.programme.schemas import (
    DropIn,
    EntryChange,
    EntryFacts,
    EntryIn,
    EntryOut,
    EntryStatus,
    PlanIn,
    PostponeIn,
    ProgrammeOut,
    RemoveIn,
)
from services.audit.schemas import AuditOut, AuditType, Party

VERBS: Final[dict[str, tuple[type[BaseModel], str]]] = {
    "postpone": (PostponeIn, "entry_postponed"),
    "drop": (DropIn, "entry_dropped"),
}
MONTHS: Final = 12
A_YEAR_ON: Final = 24
"""How many months one may postpone to."""

router = APIRouter()


@router.get("/programmes/{programme_id}/entries/new")
async def new_entry(visit: Visitor, programme_id: UUID) -> Response:
    form = Form.of(EntryIn, id=uuid4(), site_id=visit.place, days=1)
    return await _writing_page(visit, programme_id, form)


@router.post("/programmes/{programme_id}/entries/new")
async def add_entry(visit: Visitor, programme_id: UUID) -> Response:
    form = Form.typed(EntryIn, visit.form)
    data = form.read()
    if data is None:
        return await _writing_page(visit, programme_id, form)
    try:
        path = f"/audit/programmes/{programme_id}/entries"
        made = await visit.api.post(path, EntryOut, data)
    except Refused as refused:
        return await _writing_page(visit, programme_id, form.refused(refused))
    return visit.go(f"/entries/{made.id}", "entry_added")


@router.get("/entries/{entry_id}")
async def entry(visit: Visitor, entry_id: UUID) -> Response:
    return await _entry_page(visit, entry_id)


@router.get("/entries/{entry_id}/change")
async def begin_change(visit: Visitor, entry_id: UUID) -> Response:
    entry = await _entry(visit, entry_id)
    told = entry.model_dump(include={*EntryFacts.model_fields, "version"})
    lists = {name: told.pop(name) for name in ("reference_ids", "processes")}
    form = Form.of(EntryChange, **told)
    form.values |= {name: [str(one) for one in many] for name, many in lists.items()}
    return await _writing_page(visit, entry.programme_id, form, entry)


@router.post("/entries/{entry_id}/change")
async def change_entry(visit: Visitor, entry_id: UUID) -> Response:
    entry = await _entry(visit, entry_id)
    form = Form.typed(EntryChange, visit.form)
    data = form.read()
    if data is None:
        return await _writing_page(visit, entry.programme_id, form, entry)
    try:
        await visit.api.change("PUT", f"/audit/entries/{entry_id}", EntryOut, data)
    except Refused as refused:
        return await _writing_page(visit, entry.programme_id, form.refused(refused), entry)
    return visit.go(f"/entries/{entry_id}", "entry_changed")


@router.post("/entries/{entry_id}/remove")
async def remove_entry(visit: Visitor, entry_id: UUID) -> Response:
    form = Form.typed(RemoveIn, visit.form)
    try:
        path = f"/audit/entries/{entry_id}/remove"
        left = await visit.api.post(path, ProgrammeOut, form.read())
    except Refused as refused:
        return await _entry_page(visit, entry_id, form.refused(refused))
    return visit.go(f"/programmes/{left.id}", "entry_removed")


@router.post("/entries/{entry_id}/plan")
async def plan_entry(visit: Visitor, entry_id: UUID) -> Response:
    form = Form.typed(PlanIn, visit.form)
    data = form.read()
    if data is None:
        return await _entry_page(visit, entry_id, form)
    try:
        audit = await visit.api.post(f"/audit/entries/{entry_id}/plan", AuditOut, data)
    except Refused as refused:
        return await _entry_page(visit, entry_id, form.refused(refused))
    return visit.go(f"/audits/{audit.id}", "audit_planned")


@router.post("/entries/{entry_id}/{verb}")
async def decide(visit: Visitor, entry_id: UUID, verb: str) -> Response:
    if verb not in VERBS:
        raise Refused(404, "not_found", "There is no such step.", {})
    model, done = VERBS[verb]
    form = Form.typed(model, visit.form)
    data = form.read()
    if data is None:
        return await _entry_page(visit, entry_id, form)
    try:
        await visit.api.post(f"/audit/entries/{entry_id}/{verb}", EntryOut, data)
    except Refused as refused:
        return await _entry_page(visit, entry_id, form.refused(refused))
    return visit.go(f"/entries/{entry_id}", done)


async def _entry(visit: Visit, entry_id: UUID) -> EntryOut:
    return await visit.api.get(f"/audit/entries/{entry_id}", EntryOut)


async def _programme_of(visit: Visit, entry: EntryOut) -> ProgrammeOut | None:
    """The programme; nothing, where it is of a place above the reader's own."""
    try:
        return await visit.api.get(f"/audit/programmes/{entry.programme_id}", ProgrammeOut)
    except Refused as refused:
        if refused.status == 404:  # noqa: PLR2004
            return None
        raise


async def _entry_page(visit: Visit, entry_id: UUID, tried: Form | None = None) -> Response:
    entry = await _entry(visit, entry_id)
    writes = visit.may("audit:plan", entry.site_id)
    leads = (
        await visit.who_may("audit:conduct", entry.site_id)
        if writes and entry.status.is_open
        else {}
    )
    refused = tried.refusal if tried else None
    programme = await _programme_of(visit, entry)
    context = {
        "entry": entry,
        "programme": programme,
        "register": await register_of(visit),
        "writes": writes,
        "may_rewrite": writes and programme is not None and entry.status is EntryStatus.DRAFT,
        "leads": leads,
        "months": months(entry.month, A_YEAR_ON)[1:],
        "forms": _forms(entry, tried),
        "refused": refused,
        "changed": await changed_by(visit, "audit", entry_id, refused),
        "names": leads,
    }
    return await page(visit, "programme/entry.html", context, tried.status if tried else 200)


def _forms(entry: EntryOut, tried: Form | None) -> dict[str, Form]:
    """The forms of the page; the one that was filled in last stands as it was."""
    blank = {
        PlanIn: Form.of(PlanIn, title=f"Audit {entry.title}"[:200], planned_for=entry.month),
        PostponeIn: Form.of(PostponeIn),
        DropIn: Form.of(DropIn),
    }
    if tried is not None:
        blank[tried.model] = tried
    return {model.__name__: form for model, form in blank.items()}


async def _writing_page(
    visit: Visit, programme_id: UUID, form: Form, entry: EntryOut | None = None
) -> Response:
    programme = await visit.api.get(f"/audit/programmes/{programme_id}", ProgrammeOut)
    places = await visit.places()
    sites = sites_below(places, programme.site_id)
    context = {
        "form": form,
        "programme": programme,
        "entry": entry,
        "register": await register_of(visit),
        "sites": [site for site in sites if visit.may("audit:plan", site.id)],
        "months": months_of(programme),
        "types_of_audit": list(AuditType),
        "parties": list(Party),
    }
    return await page(visit, "programme/entry_form.html", context, form.status)


def months_of(programme: ProgrammeOut) -> Sequence[date]:
    """The months of a programme, to choose from."""
    first, last = programme.starts_on, programme.ends_on
    return months(first, (last.year - first.year) * MONTHS + last.month - first.month + 1)


def months(first: date, count: int) -> list[date]:
    """So many months from one on, by their first days."""
    start = first.year * MONTHS + first.month - 1
    return [date((start + n) // MONTHS, (start + n) % MONTHS + 1, 1) for n in range(count)]
