"""Who may, and when: in a state in which a thing must not be changed, nobody changes it.

`states.csv` says for each door that changes something with a life of its own in which states it is
open; everywhere else whoever may is told 409, and whoever may not is refused as ever.
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from shared.db import Entity
from tests.access.conftest import Try
from tests.access.doors import DOORS
from tests.access.knocking import Knock, chosen
from tests.access.people import EVERYBODY, somebody
from tests.access.test_matrix import MATRIX, recorded, refusal, succeeds
from tests.access.things import THINGS
from tests.promises import Promise

CONFLICT: Final = 409


def read_states() -> Iterator[tuple[str, str, str, bool]]:
    """Each door with each state of its thing, and whether it is open then."""
    with Path(__file__).with_name("states.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            opens = row["open in"].split()
            assert set(opens) <= set(THINGS[row["thing"]]), row
            for state in THINGS[row["thing"]]:
                yield row["door"], row["thing"], state, state in opens


CELLS: Final = list(read_states())
CHANGES: Final = ("POST", "PUT", "PATCH", "DELETE")


def test_every_door_to_a_thing_with_states_says_when_it_is_open() -> None:
    """A door that changes a thing which others change too, and is not listed, was forgotten."""
    of_things = {
        (door.split()[0], door.split()[2].split("/{")[0]) for door, *_ in CELLS if "/{" in door
    }
    changing = {
        door
        for door, rule in MATRIX.items()
        if door.split()[1] in CHANGES
        and rule.kind != "private"
        and any(
            door.split()[0] == service
            and door.split()[2].startswith((f"{thing}/{{", f"/bulk{thing}/"))
            for service, thing in of_things
        )
    }
    assert changing == {door for door, *_ in CELLS}


def on(knock: Knock, row: Entity) -> Knock:
    """The request that succeeds, made about another thing of the kind, as it was shown."""
    if "rows" in (knock.body or {}):
        return replace(knock, body=(knock.body or {}) | {"rows": chosen(row)})
    shown = next(part for part in knock.path.split("/") if len(part) == len(str(row.id)))
    shared = [name for name in ("version", "code") if name in (knock.body or {})]
    told = {name: getattr(row, name) for name in shared if hasattr(row, name)}
    body = None if knock.body is None else knock.body | told
    return replace(knock, path=knock.path.replace(shown, str(row.id)), body=body)


@pytest.mark.security
@pytest.mark.usefixtures("undone_at_web")
@pytest.mark.parametrize(
    ("door", "thing", "state", "opens"), CELLS, ids=lambda value: str(value).replace(" ", "_")
)
def test_a_door_is_open_in_the_states_it_names(
    knocked: Try, door: str, thing: str, state: str, *, opens: bool
) -> None:
    model = DOORS[door]()
    asked = on(model, THINGS[thing][state]())
    rule = MATRIX[door]
    before = recorded()
    wrong: list[tuple[object, ...]] = []
    may = [model.by] if model.by and "o" in rule.cells.values() else []
    for role, where in EVERYBODY:
        expected = refusal(rule, role, where)
        if expected is None:
            may.append(somebody(role, where))
            continue
        status = knocked(door, asked, somebody(role, where)).status_code
        if status != expected:
            wrong.append((role, where, expected, status))
    if not opens:
        answers = [(who.name, knocked(door, asked, who).status_code) for who in may]
        wrong += [(name, CONFLICT, status) for name, status in answers if status != CONFLICT]
    assert wrong == []
    assert recorded() == before
    if opens:
        succeeds(knocked(door, asked, may[0]), asked)


@pytest.mark.security
def test_the_oracle_is_as_large_as_it_says(promise: Promise) -> None:
    doors, cells = len(MATRIX), len(MATRIX) * len(EVERYBODY)
    stated = len(CELLS) * len(EVERYBODY)
    closed = sum(not opens for *_, opens in CELLS)
    told = f"{cells} at {doors} doors, {stated} by state ({closed} of {len(CELLS)} closed)"
    promise("A2", "cells tried, mismatches fail the test", told, "all, none skipped")
