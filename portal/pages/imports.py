"""Registers from workbooks: sent, shown as they would be, done as shown, undone as a whole."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.datastructures import UploadFile

from portal.api import Refused
from portal.exports import download
from portal.render import fragment, page
from portal.session import Visit, Visitor
from portal.sheets import IMPORTED, REGISTERS, SHEET_COLUMNS
from portal.words import Word
from services.identity.admin_schemas import FileFormat
from shared.import_schemas import ImportOut, ImportState
from shared.schemas import JobOut, JobState, Page
from shared.tabular import LARGEST_FILE, MOST_ROWS

WRAPPING: Final = 10_000
"""What a form adds around the file it sends."""
LONGEST_NAME: Final = 200
SHOWN: Final = 10
MOST_ASKED: Final = 600
"""A page that is left open stops asking at last, so that a session left alone still ends."""
OPEN: Final = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class Register:
    """What a workbook fills, where it is kept, who may fill it, and the page that shows it."""

    name: str
    service: str
    permission: str
    path: str
    listed: bool = False
    """Whether what is there leaves in the same columns, to come back changed."""

    @property
    def word(self) -> Word:
        return REGISTERS[self.name]


FILLED: Final[Mapping[str, Register]] = {
    register.name: register
    for register in (
        Register("risks", "risk", "risk:write", "/risks"),
        Register("actions", "actions", "actions:progress", "/actions"),
        Register("measurements", "indicators", "indicators:measure", "/measurements"),
        Register("findings", "audit", "audit:conduct", "/findings"),
        Register("certifier-findings", "audit", "audit:plan", "/findings"),
        Register("requirements", "compliance", "compliance:write", "/references"),
        Register("processes", "processes", "processes:write", "/processes"),
        Register("people", "identity", "identity:admin", "/admin/people", listed=True),
        Register("places", "identity", "identity:admin", "/admin/places", listed=True),
    )
}
FILES: Final = {f"/imports/{name}": LARGEST_FILE + WRAPPING for name in FILLED}


@dataclass(frozen=True)
class Told:
    """A workbook that was sent, its register, and why its last job came to nothing if it did."""

    register: Register
    sent: ImportOut

    @property
    def path(self) -> str:
        return f"/imports/{self.register.name}/{self.sent.id}"

    @property
    def is_open(self) -> bool:
        return self.sent.job.state in OPEN

    @property
    def refused(self) -> Refused | None:
        why = self.sent.job.error
        return Refused(HTTPStatus.CONFLICT, **why) if why else None

    @property
    def can_be_done(self) -> bool:
        outcome = self.sent.outcome
        ready = self.sent.state is ImportState.LOOKED_THROUGH and not self.is_open
        return ready and outcome is not None and outcome.can_be_done

    @property
    def can_be_undone(self) -> bool:
        return self.sent.state is ImportState.CARRIED_OUT and not self.is_open


router = APIRouter(prefix="/imports")


@router.get("")
async def choose(visit: Visitor) -> Response:
    return await _import_page(visit)


@router.get("/{name}/template.xlsx")
async def template(visit: Visitor, name: str) -> Response:
    register = _named(name)
    path = f"/{register.service}/registers/{name}/template"
    content = await visit.api.fetch(path, language=visit.language)
    return download(content, f"{name}-template", FileFormat.XLSX)


@router.get("/{name}/export.{format}")
async def export(visit: Visitor, name: str, format: FileFormat) -> Response:
    """What is there already, in the columns of the template."""
    register = _named(name)
    if not register.listed:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such file.", {})
    asked = {"language": visit.language, "format": format.value, "active": "true"}
    content = await visit.api.fetch(f"/{register.service}/exports/{name}", **asked)
    return download(content, name, format)


@router.post("/{name}")
async def send(visit: Visitor, name: str) -> Response:
    register = _named(name)
    sent = visit.form.get("workbook")
    if isinstance(sent, UploadFile):
        content, title = await sent.read(), sent.filename or name
    else:
        content, title = b"", name
    await visit.form.close()
    try:
        path = f"/{register.service}/registers/{name}"
        told = await visit.api.work(path, ImportOut, content, name=title[-LONGEST_NAME:])
    except Refused as refused:
        return await _import_page(visit, refused)
    return visit.go(f"/imports/{name}/{told.id}")


@router.get("/{name}/{import_id}")
async def read(visit: Visitor, name: str, import_id: UUID) -> Response:
    return await page(visit, "imports/import.html", await _shown(visit, name, import_id))


@router.get("/{name}/{import_id}/state")
async def state(visit: Visitor, name: str, import_id: UUID, asked: int = 0) -> Response:
    """The same a moment later: the page asks again while something is under way."""
    context = await _shown(visit, name, import_id, asked + 1)
    return fragment(visit, "imports/state.html", context)


@router.post("/{name}/{import_id}/carry-out")
async def carry_out(visit: Visitor, name: str, import_id: UUID) -> Response:
    return await _step(visit, name, import_id, "carry-out")


@router.post("/{name}/{import_id}/undo")
async def undo(visit: Visitor, name: str, import_id: UUID) -> Response:
    return await _step(visit, name, import_id, "undo")


@router.post("/{name}/{import_id}/cancel")
async def cancel(visit: Visitor, name: str, import_id: UUID) -> Response:
    """Give up what is under way; what was looked through stays."""
    told = await _told(visit, name, import_id)
    await visit.api.post(f"/{told.register.service}/jobs/{told.sent.job.id}/cancel", JobOut)
    return visit.go(told.path, "job_cancelled")


async def _step(visit: Visit, name: str, import_id: UUID, step: str) -> Response:
    told = await _told(visit, name, import_id)
    path = f"/{told.register.service}/imports/{import_id}/{step}"
    try:
        await visit.api.work(path, ImportOut)
    except Refused as refused:
        context = await _shown(visit, name, import_id) | {"refused": refused}
        return await page(visit, "imports/import.html", context, refused.status)
    return visit.go(told.path)


async def _import_page(visit: Visit, refused: Refused | None = None) -> Response:
    mine = [register for register in FILLED.values() if visit.may(register.permission)]
    services = dict.fromkeys(register.service for register in mine)
    found: list[Page[ImportOut]] = await asyncio.gather(
        *(visit.rows(f"/{service}/imports", ImportOut, limit=SHOWN) for service in services)
    )
    sent = [Told(FILLED[one.register_name], one) for part in found for one in part.items]
    context = {
        "registers": mine,
        "sent": sorted(sent, key=lambda told: told.sent.id, reverse=True)[:SHOWN],
        "refused": refused,
        "most_rows": MOST_ROWS,
        "megabytes": LARGEST_FILE // 1_000_000,
    }
    return await page(visit, "imports/imports.html", context, refused.status if refused else 200)


async def _shown(visit: Visit, name: str, import_id: UUID, asked: int = 0) -> dict[str, Any]:
    told = await _told(visit, name, import_id)
    return {
        "told": told,
        "refused": None,
        "does": IMPORTED,
        "columns": SHEET_COLUMNS,
        "asked": asked,
        "most_asked": MOST_ASKED,
    }


async def _told(visit: Visit, name: str, import_id: UUID) -> Told:
    register = _named(name)
    sent = await visit.api.get(f"/{register.service}/imports/{import_id}", ImportOut)
    return Told(register, sent)


def _named(name: str) -> Register:
    if name not in FILLED:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such register.", {})
    return FILLED[name]
