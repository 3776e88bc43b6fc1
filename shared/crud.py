"""Endpoints for tables that have no rules: look-up lists.

Five arguments and no hooks. The day a table needs a hook it has a rule, and deserves a
command and endpoints of its own.
"""

from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, create_model

from shared.db import Entity, OfSite
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

M = TypeVar("M", bound=Entity)


def crud_router(
    path: str,
    model: type[M],
    data: type[BaseModel],
    out: type[BaseModel],
    permissions: tuple[str, str],
) -> APIRouter:
    """List, read, create and update the rows of a model, with a permission to read and to write.

    A change carries the version it was made on; `out` must show it.
    """
    router = APIRouter(prefix=path, tags=[path.strip("/")])
    read, write = permissions
    Read = Annotated[UnitOfWork, authorised(read)]  # noqa: N806
    Write = Annotated[UnitOfWork, authorised(write)]  # noqa: N806
    change = create_model(f"{data.__name__}Change", __base__=data, version=(int, ...))

    def list_rows(paging: Paged, uow: Read) -> Any:  # noqa: ANN401  shaped by response_model
        return page(uow, uow.select(model), Order(model.id), paging)

    def read_row(id: UUID, uow: Read) -> M:
        return uow.get(model, id)

    def create_row(body: BaseModel, uow: Write) -> M:
        _require_everybody(uow, model)
        return uow.add(model(**body.model_dump()))

    def update_row(id: UUID, body: Any, uow: Write) -> M:  # noqa: ANN401  annotated below
        _require_everybody(uow, model)
        row = uow.get(model, id, lock=True, seen=body)
        return _rewrite(uow, row, {name: getattr(body, name) for name in data.model_fields})

    create_row.__annotations__["body"] = data
    update_row.__annotations__["body"] = change
    router.get("", response_model=Page[out])(list_rows)  # type: ignore[valid-type]
    router.get("/{id}", response_model=out)(read_row)
    router.post("", response_model=out, status_code=201)(create_row)
    router.put("/{id}", response_model=out)(update_row)
    return router


def _require_everybody(uow: UnitOfWork, model: type[Entity]) -> None:
    """A list that belongs to no place is changed by those only who may everywhere."""
    if not issubclass(model, OfSite):
        uow.require_whole_group()


def _rewrite(uow: UnitOfWork, row: M, values: dict[str, Any]) -> M:
    for name, value in values.items():
        setattr(row, name, value)
    uow.session.flush()
    return row
