"""Administration: people and places by workbook."""

from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import UploadFile

from portal.api import Refused
from portal.exports import download
from portal.render import page
from portal.session import Visit, Visitor
from portal.sheets import IMPORTED, SHEET_COLUMNS
from services.identity.admin_schemas import LARGEST_WORKBOOK, FileFormat, SheetKind, SheetOutcome

WRAPPING = 10_000
"""What a form adds around the file it sends."""
FILES = {f"/admin/import/{kind.value}": LARGEST_WORKBOOK + WRAPPING for kind in SheetKind}

router = APIRouter(prefix="/admin/import")


@router.get("")
async def choose(visit: Visitor) -> Response:
    return await _import_page(visit)


@router.get("/{kind}/template.xlsx")
async def template(visit: Visitor, kind: SheetKind) -> Response:
    path = f"/identity/imports/{kind.value}/template"
    content = await visit.api.fetch(path, language=visit.language)
    return download(content, f"{kind.value}-template", FileFormat.XLSX)


@router.get("/{kind}/export.{format}")
async def export(visit: Visitor, kind: SheetKind, format: FileFormat) -> Response:
    asked = {"language": visit.language, "format": format.value}
    content = await visit.api.fetch(f"/identity/exports/{kind.value}", **asked)
    return download(content, kind.value, format)


@router.post("/{kind}")
async def look_through(visit: Visitor, kind: SheetKind) -> Response:
    sent = visit.form.get("workbook")
    content = await sent.read() if isinstance(sent, UploadFile) else b""
    await visit.form.close()
    try:
        outcome = await visit.api.work(f"/identity/imports/{kind.value}", SheetOutcome, content)
    except Refused as refused:
        return await _import_page(visit, refused)
    wrong_first = sorted(outcome.rows, key=lambda row: not row.errors)
    context = {"outcome": outcome, "wrong_first": wrong_first}
    context |= {"does": IMPORTED, "columns": SHEET_COLUMNS}
    return await page(visit, "admin/outcome.html", context)


@router.post("/{kind}/{upload_id}/carry-out")
async def carry_out(visit: Visitor, kind: SheetKind, upload_id: UUID) -> Response:
    try:
        await visit.api.work(f"/identity/uploads/{upload_id}/carry-out", SheetOutcome)
    except Refused as refused:
        return await _import_page(visit, refused)
    return visit.go(f"/admin/{kind.value}", "imported")


async def _import_page(visit: Visit, refused: Refused | None = None) -> Response:
    context = {"kinds": list(SheetKind), "refused": refused}
    return await page(visit, "admin/import.html", context, refused.status if refused else 200)
