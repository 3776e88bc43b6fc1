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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from runtime.services import SERVICES
from runtime.web import create_web
from services.identity import commands as identity
from services.identity.schemas import GrantIn, PersonIn, Role
from shared import db
from shared.auth import SYSTEM, Actor, Grant
from shared.ledger import ledger
from shared.work import UnitOfWork, unit_of_work
from tests import servers
from tests.access.doors import DOORS, Knock
from tests.architecture.test_permissions import PUBLIC, SIGNED_IN, routes
from tests.architecture.test_permissions import door as door_of
from tests.conftest import Platform
from tests.helpers import Bus, token_of
from tests.world import SINCE, WORLD, id_of

ROLES: Final = [role.value for role in Role]
WHOLE, HERE, SIBLING, FAR, EXPIRED = "group", "here", "sibling", "other division", "expired"
PLACES: Final[dict[str, UUID]] = {
    WHOLE: WORLD.group,
    HERE: WORLD.lyon,
    SIBLING: WORLD.lille,
    FAR: WORLD.brest,
}
WHERES: Final = (*PLACES, EXPIRED)
EVERYBODY: Final = [(role, where) for role in ROLES for where in WHERES]


@dataclass(frozen=True)
class Rule:
    """A line of the matrix."""

    door: str
    kind: str
    cells: dict[str, str]

    @property
    def service(self) -> str:
        return self.door.split()[0]

    @property
    def method(self) -> str:
        return self.door.split()[1]


def read_matrix() -> dict[str, Rule]:
    with Path(__file__).with_name("matrix.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    rules = [Rule(row["door"], row["kind"], {role: row[role] for role in ROLES}) for row in rows]
    return {rule.door: rule for rule in rules}


MATRIX: Final = read_matrix()


def somebody(role: str, where: str) -> Actor:
    """A person of the matrix. A grant that has expired is in no token."""
    name = f"{role} {where}"
    if where == EXPIRED:
        return Actor(id_of(name), name)
    place = PLACES[where]
    return Actor(id_of(name), name, (Grant(role, None if where == WHOLE else frozenset({place})),))


@pytest.fixture(scope="module")
def web(platform: Platform) -> Iterator[TestClient]:
    """The services on a database of these tests' own, with everybody of the matrix in it."""
    database = platform.clone()
    servers.adopt(platform.environment(database))
    with unit_of_work("identity", SYSTEM) as uow:
        for role, where in EVERYBODY:
            let_in(uow, role, where)
    Bus().deliver_all()
    yield TestClient(create_web(list(SERVICES), with_portal=False), raise_server_exceptions=False)
    db.disconnect()
    platform.drop(database)


def let_in(uow: UnitOfWork, role: str, where: str) -> None:
    person = somebody(role, where)
    email = f"{role}.{where.replace(' ', '.')}@example.org"
    identity.add_person(uow, PersonIn(id=person.id, name=person.name, email=email))
    node = PLACES.get(where, WORLD.lyon)
    gone = SINCE if where == EXPIRED else None
    held = {"person_id": person.id, "role": role, "node_id": node, "valid_to": gone}
    identity.grant(uow, GrantIn.model_validate(held | {"valid_from": SINCE}))


Try = Callable[[Rule, Knock, Actor], httpx.Response]


@pytest.fixture
def knocked(web: TestClient) -> Try:
    def knock(rule: Rule, asked: Knock, actor: Actor) -> httpx.Response:
        return web.request(
            rule.method,
            f"/api/v1/{rule.service}{asked.path}",
            json=asked.body,
            params=asked.query,
            headers={"Authorization": f"Bearer {token_of(actor)}"},
        )

    return knock


def test_every_door_has_a_line_in_the_matrix_and_a_way_to_knock() -> None:
    doors = {
        f"{service} {method} {path}"
        for service in SERVICES
        for method, path in map(door_of, routes(service))
        if (method, path) not in PUBLIC | SIGNED_IN
    }
    assert set(MATRIX) == doors
    assert set(DOORS) == doors


@pytest.mark.parametrize("rule", MATRIX.values(), ids=lambda rule: rule.door)
def test_a_door_opens_to_whom_the_matrix_names_and_to_nobody_else(knocked: Try, rule: Rule) -> None:
    kept_out(knocked, rule)
    if "o" in rule.cells.values():
        asked = DOORS[rule.door]()
        assert asked.by is not None
        succeeds(knocked(rule, asked, asked.by), asked)
    for role, where in EVERYBODY:
        if refusal(rule, role, where) is None:
            admitted(knocked, rule, role, where)


def kept_out(knocked: Try, rule: Rule) -> None:
    """All who are to be refused knock with the same request, and nothing comes of it."""
    asked = DOORS[rule.door]()
    before = recorded()
    wrong = []
    for role, where in EVERYBODY:
        expected = refusal(rule, role, where)
        if expected is not None:
            answer = knocked(rule, asked, somebody(role, where))
            if answer.status_code != expected:
                wrong.append((role, where, expected, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert recorded() == before


def admitted(knocked: Try, rule: Rule, role: str, where: str) -> None:
    """The very request that others were refused, on a thing as fresh as theirs."""
    asked = DOORS[rule.door]()
    answer = knocked(rule, asked, somebody(role, where))
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
    """How many changes and events there are in all services: a refusal adds none."""
    total = 0
    for service in SERVICES:
        with unit_of_work(service, SYSTEM) as uow:
            for table in (ledger(service).history, ledger(service).outbox):
                total += uow.session.scalar(select(func.count()).select_from(table)) or 0
    return total
