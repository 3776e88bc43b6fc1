"""Reference data: scales, bands, delays, definitions. Versioned and superseded, never edited.

What was computed with an edition keeps the edition's id, so that it can be read years later as
it was meant then.
"""

from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Select
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Entity
from shared.errors import Conflict, NotFound
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised


class AlreadySuperseded(Conflict):
    message = "{code} edition {edition} was superseded already; start from the current edition."


class Superseded(Entity):
    """A row of reference data: known by its code, current until the next edition takes over."""

    code: Mapped[str] = mapped_column(index=True)
    edition: Mapped[int] = mapped_column(default=1)
    superseded_at: Mapped[datetime | None] = mapped_column(index=True)


M = TypeVar("M", bound=Superseded)


def current(uow: UnitOfWork, model: type[M]) -> Select[M]:
    return uow.select(model).where(model.superseded_at.is_(None))


def current_edition(uow: UnitOfWork, model: type[M], code: str) -> M:
    row = uow.session.scalar(current(uow, model).where(model.code == code))
    if row is None:
        raise NotFound(kind=model.__name__, id=code)
    return row


def supersede(uow: UnitOfWork, old: M, values: dict[str, Any]) -> M:
    """Put a new edition in force. The old one stays as it was, for what was made with it."""
    uow.require_whole_group()
    if old.superseded_at is not None:
        raise AlreadySuperseded(code=old.code, edition=old.edition)
    old.superseded_at = uow.now
    edition = {**values, "code": old.code, "edition": old.edition + 1}
    return uow.add(type(old)(**edition))


def catalogue_router(
    path: str,
    model: type[M],
    data: type[BaseModel],
    out: type[BaseModel],
    permissions: tuple[str, str],
) -> APIRouter:
    """List what is in force, read any edition, add a code, supersede an edition."""
    router = APIRouter(prefix=path, tags=[path.strip("/")])
    read, write = permissions
    Read = Annotated[UnitOfWork, authorised(read)]  # noqa: N806
    Write = Annotated[UnitOfWork, authorised(write)]  # noqa: N806

    def list_current(paging: Paged, uow: Read) -> Any:  # noqa: ANN401  shaped by response_model
        return page(uow, current(uow, model), Order(model.code), paging)

    def read_edition(id: UUID, uow: Read) -> M:
        return uow.get(model, id)

    def add_code(body: BaseModel, uow: Write) -> M:
        uow.require_whole_group()
        return uow.add(model(**body.model_dump()))

    def supersede_edition(id: UUID, body: BaseModel, uow: Write) -> M:
        values = body.model_dump(exclude={"code"})
        return supersede(uow, uow.get(model, id, lock=True), values)

    add_code.__annotations__["body"] = supersede_edition.__annotations__["body"] = data
    router.get("", response_model=Page[out])(list_current)  # type: ignore[valid-type]
    router.get("/{id}", response_model=out)(read_edition)
    router.post("", response_model=out, status_code=201)(add_code)
    router.post("/{id}/supersede", response_model=out, status_code=201)(supersede_edition)
    return router
