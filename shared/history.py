"""What every row was and became. PostgreSQL records it by triggers: see runtime/recording.py.

A column with `info={"secret": True}` is masked there. A table or column with
`info={"unrecorded": True}` is left out: what is computed from recorded rows, or nobody's concern.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, MetaData, inspect

from shared.db import Entity

HIDDEN = "•••"
OWN_BOOKKEEPING = frozenset({"version", "created_at"})


def entities(metadata: MetaData) -> list[type[Entity]]:
    """The models of a service whose changes are recorded, each once however many bases it has."""
    every = dict.fromkeys(_models(Entity))
    own = (model for model in every if model.metadata is metadata)  # type: ignore[attr-defined]
    return [model for model in own if not inspect(model).local_table.info.get("unrecorded")]


def _models(base: type[Entity]) -> Iterator[type[Entity]]:
    for model in base.__subclasses__():
        if hasattr(model, "__table__"):
            yield model
        yield from _models(model)


def state_of(row: object) -> dict[str, Any]:
    """A row's columns as they are now, for a person; secrets masked."""
    columns = inspect(type(row)).local_table.columns
    told = (c for c in columns if c.key not in OWN_BOOKKEEPING and not c.info.get("unrecorded"))
    return {c.key: _shown(row, c) for c in told}


def _shown(row: object, column: Column[Any]) -> object:
    value = getattr(row, column.key)
    if column.info.get("secret") and value is not None:
        return HIDDEN
    return value.value if isinstance(value, StrEnum) else value
