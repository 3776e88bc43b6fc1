"""The library: editions of standards, internal rules and legal texts, and what they ask for."""

import asyncio
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.exports import workbook
from portal.forms import Form
from portal.i18n import N_
from portal.library import requirements_of, tree_of
from portal.lists import Column, Listing
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.compliance.schemas import (
    ReferenceChange,
    ReferenceIn,
    ReferenceKind,
    ReferenceOut,
    ReferenceStatus,
    RequirementIn,
    RequirementOut,
    ShippedOut,
    StepIn,
    SupersedeIn,
    Theme,
)
from services.identity.admin_schemas import FileFormat
from shared.schemas import LARGEST_PAGE, Page
from shared.schemas import ColumnKind as Kind

REFERENCES: Final = Listing(
    "references",
    N_("Référentiels"),
    "/compliance/references",
    ReferenceOut,
    (
        Column("code", N_("Référentiel"), sort="code"),
        Column("edition", N_("Édition")),
        Column("title_fr", N_("Titre en français"), sort="title_fr", at_first=False),
        Column("title_en", N_("Titre en anglais"), at_first=False),
        Column("kind", N_("Nature"), Kind.WORD),
        Column("in_force_from", N_("En vigueur depuis le"), Kind.DAY, sort="in_force_from"),
        Column("in_force_until", N_("En vigueur jusqu'au"), Kind.DAY),
        Column("status", N_("État"), Kind.WORD, on_phone=True),
        Column("amendment", N_("Amendement"), at_first=False),
        Column("source", N_("Source"), at_first=False),
    ),
    "code",
    "compliance:write",
)

router = APIRouter()


@router.get("/references")
async def references(visit: Visitor, kind: str = "", status: str = "") -> Response:
    view, shipped = await asyncio.gather(
        REFERENCES.look(visit, {"kind": kind, "status": status}), _to_be_loaded(visit)
    )
    context = {
        "view": view,
        "kind": kind,
        "status": status,
        "kinds": list(ReferenceKind),
        "states": list(ReferenceStatus),
        "shipped": shipped,
    }
    return await page(visit, "references/references.html", context)


@router.get("/references/export.{format}")
async def export(visit: Visitor, format: FileFormat, kind: str = "", status: str = "") -> Response:
    return await workbook(visit, REFERENCES, {"kind": kind, "status": status}, format)


@router.post("/references/shipped/{name}")
async def load(visit: Visitor, name: str) -> Response:
    """Draft a standard that comes with the product."""
    reference = await visit.api.post(f"/compliance/shipped/{name}", ReferenceOut)
    return visit.go(f"/references/{reference.id}", "reference_loaded")


@router.get("/references/new")
async def new_reference(visit: Visitor) -> Response:
    return await _drafting_page(visit, Form.of(ReferenceIn, id=uuid4()))


@router.post("/references/new")
async def draft_reference(visit: Visitor) -> Response:
    form = Form.typed(ReferenceIn, visit.form)
    data = form.read()
    if data is None:
        return await _drafting_page(visit, form)
    try:
        reference = await visit.api.post("/compliance/references", ReferenceOut, data)
    except Refused as refused:
        return await _drafting_page(visit, form.refused(refused))
    return visit.go(f"/references/{reference.id}", "reference_drafted")


@router.get("/references/{reference_id}")
async def reference(visit: Visitor, reference_id: UUID) -> Response:
    return await _reference_page(visit, reference_id)


@router.post("/references/{reference_id}")
async def revise(visit: Visitor, reference_id: UUID) -> Response:
    return await _change(visit, reference_id, "", ReferenceChange, "reference_revised")


@router.post("/references/{reference_id}/issue")
async def issue(visit: Visitor, reference_id: UUID) -> Response:
    return await _change(visit, reference_id, "/issue", StepIn, "reference_issued")


@router.post("/references/{reference_id}/supersede")
async def supersede(visit: Visitor, reference_id: UUID) -> Response:
    return await _change(visit, reference_id, "/supersede", SupersedeIn, "reference_superseded")


@router.post("/references/{reference_id}/requirements")
async def add_requirement(visit: Visitor, reference_id: UUID) -> Response:
    form = Form.typed(RequirementIn, visit.form)
    data = form.read()
    if data is None:
        return await _reference_page(visit, reference_id, form)
    path = f"/compliance/references/{reference_id}/requirements"
    try:
        await visit.api.post(path, RequirementOut, data)
    except Refused as refused:
        return await _reference_page(visit, reference_id, form.refused(refused))
    return visit.go(f"/references/{reference_id}", "requirement_added")


async def _change(
    visit: Visit, reference_id: UUID, verb: str, model: type[BaseModel], done: str
) -> Response:
    """Take one step with a reference; a refusal is told on its page."""
    form = Form.typed(model, visit.form)
    data = form.read()
    if data is None:
        return await _reference_page(visit, reference_id, form)
    path = f"/compliance/references/{reference_id}{verb}"
    try:
        await visit.api.change("POST" if verb else "PUT", path, ReferenceOut, data)
    except Refused as refused:
        return await _reference_page(visit, reference_id, form.refused(refused))
    return visit.go(f"/references/{reference_id}", done)


async def _to_be_loaded(visit: Visit) -> list[ShippedOut]:
    """What comes with the product and is not in the library, for who may put it there."""
    if not visit.may("compliance:write"):
        return []
    shipped = await visit.api.get("/compliance/shipped", list[ShippedOut])
    return [one for one in shipped if one.reference_id is None]


async def _drafting_page(visit: Visit, form: Form) -> Response:
    context = {"form": form, "kinds": list(ReferenceKind)}
    return await page(visit, "references/new.html", context, form.status)


async def _reference_page(visit: Visit, reference_id: UUID, form: Form | None = None) -> Response:
    """The reference; the form is the one that was filled in last, if there was one."""
    reference, rows = await asyncio.gather(
        visit.api.get(f"/compliance/references/{reference_id}", ReferenceOut),
        requirements_of(visit, reference_id),
    )
    query = {"code": reference.code, "limit": LARGEST_PAGE}
    found = await visit.api.get("/compliance/references", Page[ReferenceOut], **query)
    tried = {form.model: form} if form else {}
    refused = form.refusal if form else None
    shown = reference.model_dump(mode="json", include=set(ReferenceChange.model_fields))
    context = {
        "reference": reference,
        "rows": tree_of(rows),
        "editions": [one for one in found.items if one.id != reference_id],
        "kinds": list(ReferenceKind),
        "themes": list(Theme),
        "sheet_form": tried.get(ReferenceChange) or Form.of(ReferenceChange, **shown),
        "requirement_form": tried.get(RequirementIn) or Form.of(RequirementIn, id=uuid4()),
        "supersede_form": tried.get(SupersedeIn) or Form.of(SupersedeIn),
        "refused": refused,
        "changed": await changed_by(visit, "compliance", reference_id, refused),
    }
    return await page(visit, "references/reference.html", context, form.status if form else 200)
