"""What every row was and became: written by one listener, in the same transaction."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.unitofwork import UOWTransaction

from shared.db import ScopedSession

if TYPE_CHECKING:
    from shared.work import UnitOfWork

HIDDEN = "•••"
OWN_BOOKKEEPING = {"version", "created_at"}


def record_changes() -> None:
    """Have every flush of every service recorded. Called once, where units of work are made."""
    if not event.contains(ScopedSession, "after_flush", _record):
        event.listen(ScopedSession, "after_flush", _record)


def state_of(row: object) -> dict[str, Any]:
    """A row's columns as they are now, for a person or the record; secrets masked."""
    return {name: _shown(row, name, getattr(row, name)) for name in _columns(row)}


def _record(session: Session, _flush: UOWTransaction) -> None:
    uow: UnitOfWork = session.info["uow"]
    changes = [
        *(("created", row, _created(row)) for row in session.new),
        *(("changed", row, _changed(row)) for row in session.dirty),
        *(("deleted", row, _deleted(row)) for row in session.deleted),
    ]
    rows = [_row(uow, action, row, diff) for action, row, diff in changes if diff]
    if rows:
        session.connection().execute(uow.ledger.past, rows)


def _row(uow: "UnitOfWork", action: str, row: Any, diff: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  any mapped row
    return {
        "at": uow.now,
        "actor_id": uow.actor.id,
        "actor_name": uow.actor.name,
        "correlation_id": uow.correlation_id,
        "action": action,
        "object_type": type(row).__name__,
        "object_id": row.id,
        "site_id": getattr(row, "site_id", None),
        "diff": diff,
    }


def _created(row: object) -> dict[str, Any]:
    values = {name: _shown(row, name, getattr(row, name)) for name in _columns(row)}
    return {name: [None, value] for name, value in values.items() if value is not None}


def _deleted(row: object) -> dict[str, Any]:
    return {name: [_shown(row, name, getattr(row, name)), None] for name in _columns(row)}


def _changed(row: object) -> dict[str, Any]:
    diff = {}
    for name in _columns(row):
        history = inspect(row).attrs[name].history
        if history.has_changes():
            old = history.deleted[0] if history.deleted else None
            diff[name] = [_shown(row, name, old), _shown(row, name, history.added[0])]
    return diff


def _columns(row: object) -> list[str]:
    attributes = inspect(type(row)).column_attrs
    return [attribute.key for attribute in attributes if attribute.key not in OWN_BOOKKEEPING]


def _shown(row: object, name: str, value: object) -> object:
    column = inspect(type(row)).column_attrs[name].columns[0]
    if column.info.get("secret") and value is not None:
        return HIDDEN
    return value.value if isinstance(value, StrEnum) else value
