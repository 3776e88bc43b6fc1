"""Lists come in pages, each starting after the last row of the one before (keyset paging).

The price of a page does not grow with its depth, and rows added meanwhile shift nothing.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from shared.db import Entity
from shared.errors import DomainError
from shared.work import UnitOfWork

M = TypeVar("M", bound=Entity)

LARGEST = 200


class BadCursor(DomainError):
    status = 422
    message = "This page address is not one of ours; start again from the first page."


@dataclass(frozen=True)
class Paging:
    after: str | None = None
    limit: int = 50


def _paging(
    after: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST)] = 50,
) -> Paging:
    return Paging(after, limit)


Paged = Annotated[Paging, Depends(_paging)]


def page(
    uow: UnitOfWork,
    rows: Select[M],
    by: InstrumentedAttribute[Any],
    paging: Paging,
    *,
    descending: bool = False,
) -> dict[str, Any]:
    """One page of rows ordered by a column that is never null, then by id."""
    key = tuple_(by, by.class_.id)
    if paging.after is not None:
        position = _position(paging.after, by)
        rows = rows.where(key < position if descending else key > position)
    order = (by.desc(), by.class_.id.desc()) if descending else (by, by.class_.id)
    found = uow.session.scalars(rows.order_by(*order).limit(paging.limit + 1)).all()
    items = found[: paging.limit]
    more = len(found) > paging.limit
    return {"items": items, "next": _cursor(items[-1], by) if more else None}


def _cursor(row: Entity, by: InstrumentedAttribute[Any]) -> str:
    place = orjson.dumps([getattr(row, by.key), row.id], default=str)
    return base64.urlsafe_b64encode(place).decode()


def _position(cursor: str, by: InstrumentedAttribute[Any]) -> Any:  # noqa: ANN401  an SQL tuple
    try:
        value, id = orjson.loads(base64.urlsafe_b64decode(cursor))
        return tuple_(
            TypeAdapter(by.type.python_type).validate_python(value),
            TypeAdapter(by.class_.id.type.python_type).validate_python(id),
        )
    except (ValueError, TypeError, binascii.Error, ValidationError):
        raise BadCursor from None
