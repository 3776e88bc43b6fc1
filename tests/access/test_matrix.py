"""Ten roles at every door: what the matrix grants succeeds, and everything else is refused.

`matrix.csv` is written by hand from the design and read by people; the services have a table of
their own. The two must agree.

Cells: `x` whoever holds the role there, `o` for what is one's own, `-` nobody, though the role
comes as far as the rule that refuses, empty never.

Kinds of doors: `object` is something at a site, `list` shows what is at one's sites, `whole` shows
what belongs to no site, `shared` is the same for everybody, `group` is for the whole group's
holders only, `mine` are one's own things, `private` is one thing of one person.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from runtime.services import SERVICES
from shared.auth import SYSTEM
from shared.ledger import ledger
from shared.work import unit_of_work
from tests.access.conftest import Try
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.access.people import EVERYBODY, EXPIRED, FAR, HERE, ROLES, SIBLING, WHOLE, somebody
from tests.architecture.test_permissions import PUBLIC, SIGNED_IN, routes
from tests.architecture.test_permissions import door as door_of


@dataclass(frozen=True)
class Rule:
    """A line of the matrix."""

    door: str
    kind: str
    cells: dict[str, str]

    @property
    def reads(self) -> bool:
        return " GET " in self.door


def read_matrix() -> dict[str, Rule]:
    with Path(__file__).with_name("matrix.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    rules = [Rule(row["door"], row["kind"], {role: row[role] for role in ROLES}) for row in rows]
    return {rule.door: rule for rule in rules}


MATRIX: Final = read_matrix()


def test_every_door_has_a_line_in_the_matrix_and_a_way_to_knock() -> None:
    doors = {
        f"{service} {method} {path}"
        for service in SERVICES
        for method, path in map(door_of, routes(service))
        if (method, path) not in PUBLIC | SIGNED_IN
    }
    assert set(MATRIX) == doors
    assert set(DOORS) == doors


@pytest.mark.usefixtures("undone_at_web")
@pytest.mark.parametrize("rule", MATRIX.values(), ids=lambda rule: rule.door)
def test_a_door_opens_to_whom_the_matrix_names_and_to_nobody_else(knocked: Try, rule: Rule) -> None:
    refused = kept_out(knocked, rule)
    if "o" in rule.cells.values():
        asked = DOORS[rule.door]()
        assert asked.by is not None
        succeeds(knocked(rule.door, asked, asked.by), asked)
    for role, where in EVERYBODY:
        if refusal(rule, role, where) is None:
            # What is read is read again; what was changed could not be changed so once more.
            asked = refused if rule.reads else DOORS[rule.door]()
            admitted(knocked, rule, asked, role, where)


def kept_out(knocked: Try, rule: Rule) -> Knock:
    """All who are to be refused knock with the same request, and nothing comes of it."""
    asked = DOORS[rule.door]()
    before = recorded()
    wrong = []
    for role, where in EVERYBODY:
        expected = refusal(rule, role, where)
        if expected is not None:
            answer = knocked(rule.door, asked, somebody(role, where))
            if answer.status_code != expected:
                wrong.append((role, where, expected, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert recorded() == before
    return asked


def admitted(knocked: Try, rule: Rule, asked: Knock, role: str, where: str) -> None:
    """The very request that others were refused, on a thing as fresh as theirs."""
    answer = knocked(rule.door, asked, somebody(role, where))
    succeeds(answer, asked)
    if rule.kind in ("list", "whole"):
        seen = (WHOLE, HERE) if rule.kind == "list" else (WHOLE,)
        assert (asked.shows in answer.text) == (where in seen), (role, where, answer.text[:300])


def succeeds(answer: httpx.Response, asked: Knock) -> None:
    right = answer.status_code == asked.done if asked.done else answer.is_success
    assert right, (asked, answer.status_code, answer.text[:300])


def refusal(rule: Rule, role: str, where: str) -> int | None:
    """How somebody is refused: 403 if they may never, 404 where they have no business."""
    cell = rule.cells[role]
    if cell == "" or where == EXPIRED:
        return 403
    if rule.kind == "private":
        return 404
    if rule.kind == "group":
        return None if where == WHOLE else 403
    if rule.kind == "object":
        if where in (SIBLING, FAR):
            return 404
        return None if cell == "x" else 403
    return None


def recorded() -> int:
    """How many changes and events there are in all services: a refusal adds none.

    That somebody from outside was refused is kept, and changes nothing.
    """
    total = 0
    for service in SERVICES:
        with unit_of_work(service, SYSTEM) as uow:
            kept = ledger(service)
            for rows in (
                select(func.count()).where(kept.history.c.object_type != "Reading"),
                select(func.count()).select_from(kept.outbox),
            ):
                total += uow.session.scalar(rows) or 0
    return total
