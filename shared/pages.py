"""Lists come in pages, each starting after the last row of the one before (keyset paging).

The price of a page does not grow with its depth, and rows added meanwhile shift nothing.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import orjson
from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from shared.db import Entity
from shared.errors import DomainError
from shared.schemas import LARGEST_PAGE
from shared.work import UnitOfWork

M = TypeVar("M", bound=Entity)


class BadCursor(DomainError):
    status = 422
    message = "This page address is not one of ours; start again from the first page."


@dataclass(frozen=True)
class Paging:
    after: str | None = None
    limit: int = 50


def _paging(
    after: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> Paging:
    return Paging(after, limit)


Paged = Annotated[Paging, Depends(_paging)]


@dataclass(frozen=True)
class Order:
    """The column that a list goes by, never null, and which way."""

    by: InstrumentedAttribute[Any]
    descending: bool = False


def orders_by(columns: Sequence[InstrumentedAttribute[Any]]) -> dict[str, Order]:
    """What a reader asks for to have a list go by one of these, up or down."""
    up = {column.key: Order(column) for column in columns}
    return up | {f"-{column.key}": Order(column, descending=True) for column in columns}


def sortable(*columns: InstrumentedAttribute[Any], descending: bool = False) -> Any:  # noqa: ANN401  what FastAPI asks for
    """The columns that a reader may have a list go by (`?sort=title`, `?sort=-title`)."""
    orders = orders_by(columns)
    first = f"-{columns[0].key}" if descending else columns[0].key

    def chosen(sort: Literal[*orders] = first) -> Order:  # type: ignore[valid-type]
        return orders[sort]

    return Depends(chosen)


def page(uow: UnitOfWork, rows: Select[M], order: Order, paging: Paging) -> dict[str, Any]:
    """One page of rows in their order, those that are equal in it by id."""
    by, id = order.by, order.by.class_.id
    if paging.after is not None:
        position, key = _position(paging.after, by), tuple_(by, id)
        rows = rows.where(key < position if order.descending else key > position)
    keys = (by.desc(), id.desc()) if order.descending else (by, id)
    found = uow.session.scalars(rows.order_by(*keys).limit(paging.limit + 1)).all()
    items = found[: paging.limit]
    more = len(found) > paging.limit
    return {"items": items, "next": _cursor(items[-1], by) if more else None}


def _cursor(row: Entity, by: InstrumentedAttribute[Any]) -> str:
    place = orjson.dumps([by.key, getattr(row, by.key), row.id], default=str)
    return base64.urlsafe_b64encode(place).decode()


def _position(cursor: str, by: InstrumentedAttribute[Any]) -> Any:  # noqa: ANN401  an SQL tuple
    try:
        column, value, id = orjson.loads(base64.urlsafe_b64decode(cursor))
        if column != by.key:
            raise BadCursor
        return tuple_(
            TypeAdapter(by.type.python_type).validate_python(value),
            TypeAdapter(by.class_.id.type.python_type).validate_python(id),
        )
    except (ValueError, TypeError, binascii.Error, ValidationError):
        raise BadCursor from None
