"""Evidence: files that people put with what they say. Kept as sent, replaced, never changed.

The rights are those of the object that a file is with, asked anew at each door.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, BinaryIO, Final, TypeVar
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import ColumnElement, func, inspect, select, union_all
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import OfSite
from shared.errors import Conflict, DomainError, NotFound
from shared.files import Missing, store
from shared.filetypes import media_type, require_plain
from shared.pages import Order, Paged, page
from shared.previews import PREVIEWED, preview
from shared.receiving import Received, receiving
from shared.schemas import EvidenceOut, Page
from shared.settings import LARGEST_FILE_MB
from shared.work import UnitOfWork, authorised

PATH: Final = "/evidence"
LARGEST_EVER: Final = LARGEST_FILE_MB * 1_000_000
MOST_PER_OBJECT: Final = 200_000_000
KEPT_WITHOUT_ROW: Final = timedelta(days=7)
AT_ONCE: Final = 500
SHORTEST_REASON: Final = 3


class NoRoomForFile(Conflict):
    message = "The files put here would pass {megabytes} MB together; send a smaller one."


class FileAlreadyReplaced(Conflict):
    message = "{name} was replaced already; replace the file that took its place."


class ReplacementNeedsReason(DomainError):
    status = 422
    message = "Say why {name} is replaced."


class ContentLost(DomainError):
    status = 503
    message = "The content of {name} cannot be reached; tell whoever runs the platform."


class Filed(OfSite):
    """A file put with an object. Its content is in the store, under its hash."""

    object_id: Mapped[UUID] = mapped_column(index=True)
    sha256: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    uploaded_by: Mapped[UUID]
    uploaded_at: Mapped[datetime]
    superseded_by: Mapped[UUID | None]
    superseded_for: Mapped[str] = mapped_column(default="")

    def supersede(self, by: UUID, reason: str) -> None:
        if self.superseded_by is not None:
            raise FileAlreadyReplaced(name=self.name)
        if len(reason) < SHORTEST_REASON:
            raise ReplacementNeedsReason(name=self.name)
        self.superseded_by, self.superseded_for = by, reason


F = TypeVar("F", bound=Filed)
Gate = Callable[[UnitOfWork, UUID], OfSite]
"""Locks the object that a file is for; refuses who may not add to it, and when nobody may."""


@dataclass(frozen=True)
class Sent:
    """What is said of a file that is sent: with what it goes, its name, and what it replaces.

    A sender that may have to send it again gives it an id.
    """

    object_id: UUID
    name: Annotated[str, Query(max_length=400)]
    id: UUID | None = None
    replaces: UUID | None = None
    reason: Annotated[str, Query(max_length=2000)] = ""


def put(uow: UnitOfWork, model: type[F], about: OfSite, sent: Sent, received: Received) -> F:
    """Keep a file with an object. The content is in the store before its row names it."""
    known = uow.find(model, sent.id)
    if known is not None:
        return known
    name = require_plain(sent.name)
    kind = media_type(name, received.content)
    old = _replaced(uow, model, about, sent.replaces)
    _require_room(uow, model, about, received.size)
    facts: dict[str, Any] = {
        "object_id": about.id,
        "site_id": about.site_id,
        "sha256": received.sha256,
        "name": name,
        "media_type": kind,
        "size": received.size,
        "uploaded_by": uow.actor.id,
        "uploaded_at": uow.now,
    }
    row = uow.add(model(**facts | ({} if sent.id is None else {"id": sent.id})))
    if old is not None:
        uow.because(sent.reason)
        old.supersede(row.id, sent.reason.strip())
    keep(uow, row, received.content)
    return row


def keep(uow: UnitOfWork, row: Filed, content: BinaryIO) -> None:
    """Bring the content of a row to the store, whose name is the row's hash of it."""
    uow.session.execute(select(func.pg_advisory_xact_lock_shared(_sweeping(uow))))
    content.seek(0)
    store().put(_key(uow.service, row.sha256), content)
    uow.session.flush()


def sweep(uow: UnitOfWork) -> None:
    """Remove contents that no row names, days after they came: of uploads that failed halfway.

    While it looks nobody is between content and row: see the lock in `keep`.
    """
    uow.session.execute(select(func.pg_advisory_xact_lock(_sweeping(uow))))
    old = list(store().keys(uow.service, before=uow.now - KEPT_WITHOUT_ROW))
    for start in range(0, len(old), AT_ONCE):
        keys = {key.rpartition("/")[2]: key for key in old[start : start + AT_ONCE]}
        kept = [select(one.sha256).where(one.sha256.in_(keys)) for one in keepers(uow.service)]
        named = set(uow.session.scalars(union_all(*kept)))
        for sha256 in keys.keys() - named:
            store().remove(keys[sha256])


def about(uow: UnitOfWork, object_id: UUID) -> ColumnElement[bool]:
    """The history of an object, with that of the files put with it."""
    object_ids = [object_id]
    for model in keepers(uow.service):
        object_ids += uow.session.scalars(select(model.id).where(model.object_id == object_id))
    return uow.ledger.history.c.object_id.in_(object_ids)


def keepers(service: str) -> list[type[Filed]]:
    """Where a service keeps its files; nowhere, if none are put with what it has."""
    known = Filed.__subclasses__()
    return [model for model in known if inspect(model).local_table.schema == service]


def evidence_router(  # noqa: PLR0913  what differs from one kind of object to another
    model: type[F],
    parent: type[OfSite],
    permissions: tuple[str, str],
    gate: Gate,
    *,
    look: Gate | None = None,
    path: str = PATH,
) -> APIRouter:
    """List, send (or replace), fetch and preview the files of one kind of object.

    Who may read it may see them, unless `look` refuses. A second kind has a path of its own.
    """
    look = look or (lambda uow, object_id: uow.get(parent, object_id))
    router = APIRouter(prefix=path, tags=["evidence"])
    read, write = permissions
    Read = Annotated[UnitOfWork, authorised(read)]  # noqa: N806
    Write = Annotated[UnitOfWork, authorised(write)]  # noqa: N806
    Body = Annotated[Received, Depends(receiving(write))]  # noqa: N806

    @router.get("", response_model=Page[EvidenceOut])
    def list_files(object_id: UUID, uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
        look(uow, object_id)
        rows = uow.select(model).where(model.object_id == object_id)
        return page(uow, rows, Order(model.uploaded_at, descending=True), paging)

    @router.post(
        "",
        response_model=EvidenceOut,
        status_code=201,
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {}}}},
    )
    def send_file(sent: Annotated[Sent, Depends()], received: Body, uow: Write) -> Filed:
        """Put a file, the body of the request, with an object; or in the place of another."""
        return put(uow, model, gate(uow, sent.object_id), sent, received)

    _add_fetching(router, model, look, read)
    return router


def _add_fetching(router: APIRouter, model: type[F], look: Gate, read: str) -> None:
    """What a browser is given: to keep, never to open; and a picture that we drew."""
    Read = Annotated[UnitOfWork, authorised(read)]  # noqa: N806

    @router.get("/{evidence_id}/content", response_class=Response)
    def fetch_file(evidence_id: UUID, uow: Read) -> Response:
        return as_sent(uow, _shown(uow, model, look, evidence_id))

    @router.get("/{evidence_id}/preview", response_class=Response)
    def preview_file(evidence_id: UUID, uow: Read) -> Response:
        """A small picture of it, if it can have one."""
        row = _shown(uow, model, look, evidence_id)
        picture = None
        if row.media_type in PREVIEWED:
            picture = preview(row.media_type, b"".join(_content(uow, row)))
        if picture is None:
            raise NotFound(kind="preview", id=evidence_id)
        return Response(picture, media_type="image/png")


def as_sent(uow: UnitOfWork, row: Filed) -> StreamingResponse:
    """A file for a browser to keep: it is never opened within a page."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row.name, safe='')}",
        "Content-Length": str(row.size),
    }
    pieces = _content(uow, row)
    return StreamingResponse(pieces, media_type=row.media_type, headers=headers)


def _replaced(uow: UnitOfWork, model: type[F], about: OfSite, id: UUID | None) -> F | None:
    if id is None:
        return None
    old = uow.get(model, id, lock=True)
    if old.object_id != about.id:
        raise NotFound(kind=model.__name__, id=id)
    return old


def _require_room(uow: UnitOfWork, model: type[F], about: OfSite, size: int) -> None:
    """The object is locked, so nobody adds to it meanwhile."""
    kept = select(func.coalesce(func.sum(model.size), 0)).where(model.object_id == about.id)
    if (uow.session.scalar(kept) or 0) + size > MOST_PER_OBJECT:
        raise NoRoomForFile(megabytes=MOST_PER_OBJECT // 1_000_000)


def _shown(uow: UnitOfWork, model: type[F], look: Gate, id: UUID) -> F:
    row = uow.get(model, id)
    look(uow, row.object_id)
    return row


def _content(uow: UnitOfWork, row: Filed) -> Iterator[bytes]:
    try:
        return store().read(_key(uow.service, row.sha256))
    except Missing:
        raise ContentLost(name=row.name) from None


def _key(service: str, sha256: str) -> str:
    return f"{service}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _sweeping(uow: UnitOfWork) -> ColumnElement[int]:
    return func.hashtextextended(f"{uow.service} files", 0)
