"""Who audits: what shows that they can, when they cannot, and what ties them to whom."""

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
from portal.lists import Column, Listing
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.audit.auditors.schemas import (
    AuditorChange,
    AuditorFile,
    AuditorHere,
    AuditorIn,
    AuditorOut,
    CompetenceIn,
    CompetenceOut,
    EngagementIn,
    EngagementKind,
    EngagementOut,
    Level,
    LinkIn,
    LinkKind,
    LinkOut,
    PracticeIn,
    PracticeOut,
    RevokeIn,
    WithdrawIn,
)
from services.audit.schemas import AuditType
from services.identity.admin_schemas import FileFormat
from shared.schemas import ColumnKind as Kind

SOON: Final = 60
"""Within how many days a competence must end to be shown as one to renew."""

MINE: Final = "mine"

AUDITORS: Final = Listing(
    "auditors",
    N_("Auditeurs"),
    "/audit/auditors",
    AuditorOut,
    (
        Column("name", N_("Auditeur"), sort="name"),
        Column("site_id", N_("Dossier tenu par"), Kind.SITE),
        Column("qualified_for", N_("Habilité pour"), on_phone=True),
        Column("ends_on", N_("Première échéance"), Kind.DAY, sort="ends_by", on_phone=True),
        Column("languages", N_("Langues")),
        Column("works_in", N_("Travaille dans"), at_first=False),
    ),
    "name",
)

ENTRIES: Final[dict[str, tuple[type[BaseModel], type[BaseModel]]]] = {
    "competences": (CompetenceIn, CompetenceOut),
    "practice": (PracticeIn, PracticeOut),
    "engagements": (EngagementIn, EngagementOut),
    "links": (LinkIn, LinkOut),
}
"""What is entered in a file, with how it is asked for and answered."""

OWN: Final = ("engagements", "links")
"""What somebody enters in their own."""

router = APIRouter()


@router.get("/auditors")
async def auditors(visit: Visitor, ends_within: str = "") -> Response:
    if not visit.may("audit:plan"):
        return visit.go(f"/auditors/{MINE}")
    view, others = await asyncio.gather(
        AUDITORS.look(visit, {"ends_within": ends_within}),
        visit.api.get("/audit/auditors-here", list[AuditorHere]),
    )
    context = {"view": view, "others": others, "ends_within": ends_within, "soon": SOON}
    return await page(visit, "auditors/auditors.html", context)


@router.get("/auditors/export.{format}")
async def export_auditors(visit: Visitor, format: FileFormat, ends_within: str = "") -> Response:
    return await workbook(visit, AUDITORS, {"ends_within": ends_within}, format)


@router.get("/auditors/new")
async def new_auditor(visit: Visitor) -> Response:
    form = Form.of(AuditorIn, id=uuid4(), site_id=visit.place, languages=visit.language)
    return await _opening_page(visit, form)


@router.post("/auditors/new")
async def open_file(visit: Visitor) -> Response:
    form = Form.typed(AuditorIn, visit.form)
    data = form.read()
    if data is None:
        return await _opening_page(visit, form)
    try:
        opened = await visit.api.post("/audit/auditors", AuditorOut, data)
    except Refused as refused:
        return await _opening_page(visit, form.refused(refused))
    return visit.go(f"/auditors/{opened.id}", "auditor_added")


@router.get("/auditors/mine")
async def own_file(visit: Visitor) -> Response:
    """Who audits nowhere has no file, and is told so."""
    if not visit.may("audit:conduct"):
        return await page(visit, "auditors/none.html", {})
    return await _file_page(visit, None)


@router.get("/auditors/{auditor_id}")
async def auditor(visit: Visitor, auditor_id: UUID) -> Response:
    if not visit.may("audit:plan"):
        return visit.go(f"/auditors/{MINE}")
    return await _file_page(visit, auditor_id)


@router.post("/auditors/mine/{kind}")
async def enter_own(visit: Visitor, kind: str) -> Response:
    if kind not in OWN:
        raise _unknown()
    return await _enter(visit, None, kind)


@router.post("/auditors/{auditor_id}/change")
async def change_file(visit: Visitor, auditor_id: UUID) -> Response:
    form = Form.typed(AuditorChange, visit.form)
    data = form.read()
    if data is None:
        return await _file_page(visit, auditor_id, form)
    try:
        await visit.api.change("PUT", f"/audit/auditors/{auditor_id}", AuditorOut, data)
    except Refused as refused:
        return await _file_page(visit, auditor_id, form.refused(refused))
    return visit.go(f"/auditors/{auditor_id}", "auditor_changed")


@router.post("/auditors/mine/engagements/{row_id}/withdraw")
async def withdraw_own(visit: Visitor, row_id: UUID) -> Response:
    return await _told(visit, None, f"/audit/me/engagements/{row_id}/withdraw", WithdrawIn)


@router.post("/auditors/{auditor_id}/{kind}")
async def enter(visit: Visitor, auditor_id: UUID, kind: str) -> Response:
    if kind not in ENTRIES:
        raise _unknown()
    return await _enter(visit, auditor_id, kind)


@router.post("/auditors/{auditor_id}/competences/{row_id}/revoke")
async def revoke(visit: Visitor, auditor_id: UUID, row_id: UUID) -> Response:
    return await _told(visit, auditor_id, f"/audit/competences/{row_id}/revoke", RevokeIn)


@router.post("/auditors/{auditor_id}/{kind}/{row_id}/withdraw")
async def withdraw(visit: Visitor, auditor_id: UUID, kind: str, row_id: UUID) -> Response:
    if kind not in ENTRIES:
        raise _unknown()
    return await _told(visit, auditor_id, f"/audit/{kind}/{row_id}/withdraw", WithdrawIn)


async def _enter(visit: Visit, auditor_id: UUID | None, kind: str) -> Response:
    """Add something to a file; it is shown again as it was typed if it is not right."""
    asked, answered = ENTRIES[kind]
    form = Form.typed(asked, visit.form)
    data = form.read()
    if data is None:
        return await _file_page(visit, auditor_id, form)
    at = f"auditors/{auditor_id}" if auditor_id else "me"
    try:
        await visit.api.post(f"/audit/{at}/{kind}", answered, data)
    except Refused as refused:
        return await _file_page(visit, auditor_id, form.refused(refused))
    return visit.go(_page_of(auditor_id), "auditor_changed")


async def _told(
    visit: Visit, auditor_id: UUID | None, path: str, model: type[BaseModel]
) -> Response:
    form = Form.typed(model, visit.form)
    data = form.read()
    if data is None:
        return await _file_page(visit, auditor_id, form)
    try:
        await visit.api.tell(path, **data.model_dump())
    except Refused as refused:
        return await _file_page(visit, auditor_id, form.refused(refused))
    return visit.go(_page_of(auditor_id), "auditor_changed")


def _page_of(auditor_id: UUID | None) -> str:
    return f"/auditors/{auditor_id or MINE}"


def _unknown() -> Refused:
    return Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such entry.", {})


async def _opening_page(visit: Visit, form: Form) -> Response:
    people = await visit.who_may("audit:conduct", visit.place)
    return await page(visit, "auditors/new.html", {"form": form, "people": people}, form.status)


async def _file_page(visit: Visit, auditor_id: UUID | None, form: Form | None = None) -> Response:
    """A file; `form` is the one that was filled in last, if one was. Without an id: one's own."""
    try:
        found = await _file(visit, auditor_id)
    except Refused as refused:
        if auditor_id or refused.status != HTTPStatus.NOT_FOUND:
            raise
        return await page(visit, "auditors/none.html", {})
    others = await visit.who_may("actions:progress", visit.place)
    linked = [link.other_id for link in found.links]
    context = {
        "file": found,
        "own": auditor_id is None,
        "may_change": auditor_id is not None and found.person_id != visit.actor.id,
        "forms": _forms(found, form),
        "refused": form.refusal if form else None,
        "changed": await changed_by(visit, "audit", found.id, form.refusal if form else None),
        "levels": list(Level),
        "types_of_audit": list(AuditType),
        "engagement_kinds": list(EngagementKind),
        "link_kinds": list(LinkKind),
        "people": others,
        "names": await visit.names([found.person_id, *linked]),
        "soon": SOON,
    }
    return await page(visit, "auditors/auditor.html", context, form.status if form else 200)


async def _file(visit: Visit, auditor_id: UUID | None) -> AuditorFile:
    path = f"/audit/auditors/{auditor_id}" if auditor_id else "/audit/me/auditor"
    return await visit.api.get(path, AuditorFile)


def _forms(file: AuditorFile, typed: Form | None) -> dict[str, Form]:
    """A blank form for each kind of entry, but the one that was filled in."""
    forms = {kind: Form.of(asked, id=uuid4()) for kind, (asked, _) in ENTRIES.items()}
    told = file.model_dump(include={"works_at", "works_in", "languages"}, mode="json")
    forms["change"] = Form.of(AuditorChange, **told)
    forms["revoke"] = Form.of(RevokeIn)
    given = {form.model: kind for kind, form in forms.items()}
    if typed is not None and typed.model in given:
        forms[given[typed.model]] = typed
    return forms
