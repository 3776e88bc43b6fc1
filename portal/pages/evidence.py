"""Files put with findings, actions and measurements: shown, sent, replaced, fetched."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from portal.api import Refused
from portal.render import page
from portal.session import Visit, Visitor
from shared.schemas import LARGEST_PAGE, EvidenceOut, Page
from shared.settings import LARGEST_FILE_MB

CHUNK: Final = 256 * 1024
WRAPPING: Final = 10_000


class Keeper(StrEnum):
    """What files are put with: a service's objects, or one kind of them."""

    AUDIT = "audit"
    ACTIONS = "actions"
    INDICATORS = "indicators"
    COMPETENCES = "competences"

    @property
    def service(self) -> str:
        return "audit" if self is Keeper.COMPETENCES else self.value

    @property
    def root(self) -> str:
        """Where a service keeps the files of these objects."""
        return "audit/competences" if self is Keeper.COMPETENCES else self.value


LARGEST_UPLOAD: Final = LARGEST_FILE_MB * 1_000_000 + WRAPPING
FILES: Final = {f"/evidence/{one}": LARGEST_UPLOAD for one in Keeper}
BACK: Final = {Keeper.AUDIT: "/findings/{}", Keeper.ACTIONS: "/actions/{}"}
UPWARDS: Final = BACK | {Keeper.INDICATORS: "/indicators", Keeper.COMPETENCES: "/auditors"}
PASSED_ON: Final = ("content-disposition", "content-length", "content-type")

router = APIRouter(prefix="/evidence")


@router.get("/{service}/{object_id}")
async def files(visit: Visitor, service: Keeper, object_id: UUID) -> Response:
    return await _files_page(visit, service, object_id)


@router.post("/{service}")
async def send(visit: Visitor, service: Keeper, object_id: UUID) -> Response:
    file = visit.form.get("file")
    about = {name: str(visit.form.get(name, "")) for name in ("replaces", "reason")}
    name = file.filename if isinstance(file, UploadFile) else ""
    try:
        await visit.api.send_file(
            f"/{service.root}/evidence",
            EvidenceOut,
            pieces(file),
            object_id=object_id,
            name=name,
            **about,
        )
    except Refused as refused:
        return await _files_page(visit, service, object_id, refused)
    finally:
        await visit.form.close()
    return visit.go(page_of(service, object_id), "file_sent")


@router.get("/{service}/{evidence_id}/content")
async def content(visit: Visitor, service: Keeper, evidence_id: UUID) -> Response:
    return await passed_on(visit, f"/{service.root}/evidence/{evidence_id}/content")


@router.get("/{service}/{evidence_id}/preview")
async def preview(visit: Visitor, service: Keeper, evidence_id: UUID) -> Response:
    return await passed_on(visit, f"/{service.root}/evidence/{evidence_id}/preview")


async def files_of(visit: Visit, root: str, object_id: UUID) -> list[EvidenceOut]:
    found = await visit.api.get(
        f"/{root}/evidence", Page[EvidenceOut], object_id=object_id, limit=LARGEST_PAGE
    )
    return found.items


def who_sent(files: list[EvidenceOut]) -> set[UUID]:
    return {file.uploaded_by for file in files}


def page_of(service: Keeper, object_id: UUID) -> str:
    """Where the files of an object are shown: on its own page, if it has one."""
    return BACK.get(service, f"/evidence/{service}/{{}}").format(object_id)


async def _files_page(
    visit: Visit, service: Keeper, object_id: UUID, refused: Refused | None = None
) -> Response:
    files = await files_of(visit, service.root, object_id)
    context = {
        "keeper": service.value,
        "service": service.service,
        "object_id": object_id,
        "back": UPWARDS[service].format(object_id),
        "files": files,
        "refused": refused,
        "names": await visit.names(who_sent(files)),
    }
    return await page(visit, "evidence.html", context, refused.status if refused else 200)


async def passed_on(visit: Visit, path: str) -> Response:
    answer = await visit.api.stream(path)

    async def body() -> AsyncIterator[bytes]:
        try:
            async for piece in answer.aiter_bytes():
                yield piece
        finally:
            await answer.aclose()

    known = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    if "content-encoding" in answer.headers:
        known.pop("content-length", None)
    return StreamingResponse(body(), headers=known)


async def pieces(file: object) -> AsyncIterator[bytes]:
    if isinstance(file, UploadFile):
        while piece := await file.read(CHUNK):
            yield piece
