"""A request at a door, and how each door is given one: for doors.py and its parts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from shared.auth import Actor
from shared.db import Entity

_fresh = count(1)


@dataclass(frozen=True)
class Knock:
    """A request about something at Lyon.

    `by`: whom it belongs to, at a door that is open for one's own only. `shows`: what nobody may
    read who has no business at Lyon. `done`: the answer to who may, if no usual success.
    """

    path: str
    body: dict[str, Any] | None = None
    by: Actor | None = None
    shows: str = ""
    done: int | None = None
    query: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None


Door = Callable[[], Knock]
DOORS: dict[str, Door] = {}


def door(name: str) -> Callable[[Door], Door]:
    def keep(knock: Door) -> Door:
        DOORS[name] = knock
        return knock

    return keep


def fresh_code() -> str:
    return f"NEW_{next(_fresh)}"


def chosen(row: Entity) -> dict[str, int]:
    """A row as a list sends it whose rows were chosen."""
    return {str(row.id): row.version}
