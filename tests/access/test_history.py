"""Every change is recorded, by nobody's good will: what the tables say is what the history says.

At every door that changes something, the tables of all services are compared before and after,
and each difference must be in the new history rows, field by field; and nothing else may be there.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import (
    Connection,
    Executable,
    Table,
    create_engine,
    func,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from runtime.services import SERVICES
from services.actions.models import Action
from shared.auth import SYSTEM, Actor
from shared.db import Entity, engine
from shared.history import HIDDEN, OWN_BOOKKEEPING, entities
from shared.ledger import ledger
from shared.settings import settings
from shared.work import unit_of_work
from tests.access.conftest import Try
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.access.people import EVERYBODY, somebody
from tests.access.test_matrix import MATRIX, refusal
from tests.actions.factories import open_action
from tests.promises import Promise
from tests.world import WORLD

ALTERING: Final = [name for name in MATRIX if name.split()[1] != "GET"]
FILLED: Final = {
    "risk": "risks",
    "actions": "actions",
    "indicators": "measurements",
    "audit": "findings",
    "identity": "people",
    "compliance": "requirements",
    "processes": "processes",
}
CHANGES_NOTHING: Final = {
    "audit POST /audits/{audit_id}/checklist/generate": "without references nothing is asked",
    "audit POST /certificates/{certificate_id}/samples": "a single site has no sample",
    "audit POST /registers/certifier-findings": "a workbook changes nothing before its job does",
    "audit POST /reports/{report_id}/prepare": "a job says what it did by what it changed",
    "audit POST /reports/{report_id}/copy": "a job says what it did by what it changed",
    "actions POST /actions/{action_id}/assign": "the owner is who owns it already",
    "actions POST /bulk/actions/assign": "the owner is who owns it already",
    "identity PATCH /me/language": "the language is what it was",
    "identity PUT /nodes/{node_id}": "the name is what it was: no door of the group's is renamed",
    "identity POST /me/provider": "the tests' installation has no identity provider",
    "identity DELETE /me/provider": "nobody is linked to an identity provider",
    "identity POST /registers/places": "a workbook changes nothing before its job does",
    "identity POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "actions POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "audit POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "risk POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "actions POST /exports": "a job says what it did by what it changed",
    "audit POST /exports": "a job says what it did by what it changed",
    "risk POST /exports": "a job says what it did by what it changed",
    "indicators POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "policy POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "indicators POST /exports": "a job says what it did by what it changed",
    "policy POST /exports": "a job says what it did by what it changed",
    "compliance POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "compliance POST /exports": "a job says what it did by what it changed",
    "processes POST /jobs/{job_id}/cancel": "a job says what it did by what it changed",
    "processes POST /exports": "a job says what it did by what it changed",
    **{
        f"{service} POST {path}": "a workbook changes nothing before its job does"
        for service, register in FILLED.items()
        for path in (
            f"/registers/{register}",
            "/imports/{import_id}/carry-out",
            "/imports/{import_id}/undo",
        )
    },
    "actions POST /delays": "each priority has its delay already",
    "notifications POST /inbox/read-all": "who knocks has nothing to read",
    "notifications POST /inbox/{notification_id}/read": "what one reads is nobody else's concern",
}
OPERATOR: Final = "/dead-letters/"

Rows = dict[tuple[str, str, str], dict[str, Any]]
"""Rows as PostgreSQL shows them, by service, model and id."""

Diffs = dict[tuple[str, str, str], dict[str, Any]]


@pytest.fixture
def owner(web: TestClient) -> Iterator[Connection]:
    """Somebody who sees every row of every service, whatever the policies say."""
    made = create_engine(settings().owner_url_of("audit"))
    with made.connect() as connection:
        yield connection.execution_options(isolation_level="AUTOCOMMIT")
    made.dispose()


def models() -> list[tuple[str, type[Entity]]]:
    return [(name, m) for name in SERVICES for m in entities(SERVICES[name].metadata)]


def kinds() -> list[tuple[str, str, Any]]:
    """What is recorded: the rows of the models, the signatures, and what outsiders read."""
    signatures = [(name, "Signature", ledger(name).signature) for name in SERVICES]
    readings = [(name, "Reading", ledger(name).reading) for name in SERVICES]
    of_models = [(name, m.__name__, inspect(m).local_table) for name, m in models()]
    return of_models + signatures + readings


def rows_of(owner: Connection) -> Rows:
    seen: Rows = {}
    for service, kind, table in kinds():
        found = owner.scalars(select(func.to_jsonb(table.table_valued(), type_=JSONB)))
        seen |= {(service, kind, row["id"]): _told(table, row) for row in found}
    return seen


def _told(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    told = [c for c in table.c if c.name not in OWN_BOOKKEEPING and not c.info.get("unrecorded")]
    return {c.name: _masked(row[c.name], c.info.get("secret", False)) for c in told}


def _masked(value: object, secret: bool) -> object:  # noqa: FBT001
    """Two secrets differ although both are masked: the value stands beside its mask."""
    return (HIDDEN, value) if secret and value is not None else value


def difference(before: Rows, after: Rows) -> Diffs:
    found: Diffs = {}
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        names = old.keys() | new.keys()
        changed = {n: [old.get(n), new.get(n)] for n in names if old.get(n) != new.get(n)}
        if changed:
            found[key] = {n: [_shown(value) for value in pair] for n, pair in changed.items()}
    return found


def _shown(value: object) -> object:
    return HIDDEN if isinstance(value, tuple) else value


def last_of(owner: Connection) -> dict[str, int]:
    last = "select coalesce(max(seq), 0) from {}.history"
    return {name: owner.scalar(text(last.format(name))) or 0 for name in SERVICES}


def recorded_since(owner: Connection, last: dict[str, int]) -> list[dict[str, Any]]:
    query = "select to_jsonb(h) || jsonb_build_object('service', '{0}') from {0}.history h"
    return [
        row
        for name in SERVICES
        for row in owner.scalars(
            text(query.format(name) + " where seq > :last order by seq"), {"last": last[name]}
        )
    ]


def told_in(records: list[dict[str, Any]]) -> Diffs:
    """What the history says that became of each row; several changes of one row are joined."""
    found: Diffs = {}
    for row in records:
        diff = found.setdefault((row["service"], row["object_type"], row["object_id"]), {})
        for name, (old, new) in row["diff"].items():
            diff[name] = [diff[name][0] if name in diff else old, new]
    return found


def whoever_may(door: str, asked: Knock) -> Actor:
    rule = MATRIX[door]
    if asked.by is not None and "o" in rule.cells.values():
        return asked.by
    return next(somebody(*who) for who in EVERYBODY if refusal(rule, *who) is None)


Compared = Callable[[str], tuple[Diffs, list[dict[str, Any]]]]


@pytest.fixture
def compared(knocked: Try, owner: Connection) -> Compared:
    """What a request at a door changed, and what was recorded of it."""

    def compare(door: str) -> tuple[Diffs, list[dict[str, Any]]]:
        asked = DOORS[door]()
        actor = whoever_may(door, asked)
        before, last = rows_of(owner), last_of(owner)
        answer: httpx.Response = knocked(door, asked, actor)
        assert answer.is_success or answer.status_code == asked.done, (door, answer.text[:300])
        made, records = difference(before, rows_of(owner)), recorded_since(owner, last)
        assert {row["actor_id"] for row in records} <= {str(actor.id), str(SYSTEM.id)}
        reason = (asked.body or {}).get("reason", "")
        assert not reason or {row["reason"] for row in records} == {reason}, (door, records)
        return made, records

    return compare


@pytest.mark.security
def test_what_every_door_changes_is_what_the_history_says(
    compared: Compared, promise: Promise
) -> None:
    changed, unexplained, silent = 0, [], set()
    for door in ALTERING:
        made, records = compared(door)
        changed += bool(made)
        if not made:
            silent.add(door)
        if made != told_in(records):
            unexplained.append((door, made, told_in(records)))

    assert unexplained == []
    quiet = {door for door in silent if OPERATOR not in door}
    assert quiet == set(CHANGES_NOTHING)
    promise("E2", "doors whose every change is in the history", f"{changed} of {changed}", "all")
    promise("E2", "differences that the history does not explain", len(unexplained), 0)


@pytest.mark.security
def test_a_table_without_its_trigger_is_found(
    compared: Compared, owner: Connection, promise: Promise
) -> None:
    owner.execute(text("alter table audit.finding disable trigger record"))
    try:
        made, records = compared("audit POST /audits/{audit_id}/findings")
    finally:
        owner.execute(text("alter table audit.finding enable trigger record"))

    missing = made.keys() - told_in(records).keys()
    assert [model for _, model, _ in missing] == ["Finding"]
    promise("E2", "control: changes missed with a trigger taken away", len(missing), "1, found")


@pytest.mark.security
@pytest.mark.parametrize("how", ["core", "raw"])
def test_a_change_past_the_orm_is_recorded(
    web: TestClient, owner: Connection, promise: Promise, how: str
) -> None:
    action = open_action()
    raw = text("update actions.action set title = 'Autre' where id = :id")
    said: dict[str, Executable] = {
        "core": update(Action).where(Action.id == action.id).values(title="Autre"),
        "raw": raw.bindparams(id=action.id),
    }
    last = last_of(owner)
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        uow.because("Titre mal compris")
        uow.session.execute(said[how])

    [row] = recorded_since(owner, last)
    assert row["diff"] == {"title": [action.title, "Autre"]}
    assert (row["actor_name"], row["action"]) == (WORLD.paul.name, "changed")
    assert (row["reason"], row["object_id"]) == ("Titre mal compris", str(action.id))
    assert (row["site_id"], row["session_id"]) == (str(WORLD.lyon), str(WORLD.paul.session))
    promise("E2", f"a change by {how} SQL in a unit of work, recorded", "1 of 1", "all")


NARROW: Final = {"evidence", "photograph", "report_file", "team_record"}
"""Tables whose contents nobody may change, whoever they say they are."""


@pytest.mark.security
def test_nobody_changes_anything_without_saying_who_they_are(
    web: TestClient, owner: Connection, promise: Promise
) -> None:
    """As each service's own login, at each table that has a row."""
    tried = refused = 0
    for service, model in models():
        table = inspect(model).local_table
        if not owner.scalar(select(func.count()).select_from(table)):
            continue
        tried += 1
        with Session(engine(service)) as login:
            login.execute(text("select set_config('qse.sites', '*', true)"))
            login.execute(text("select set_config('qse.person', '*', true)"))
            denied = f"permission denied for table {table.name}"
            refused_by = denied if table.name in NARROW else "without saying who they are"
            with pytest.raises(ProgrammingError, match=refused_by):
                login.execute(update(table).values(_otherwise(table)))
            refused += 1

    assert tried == refused > 10
    figure = f"{refused} of {tried}"
    promise("E2", "tables whose change without a context is refused", figure, "all")


def _otherwise(table: Table) -> dict[str, object]:
    """Some value of each row, changed into one that nothing but the trigger refuses."""
    changed: dict[type, Callable[[Any], object]] = {
        str: lambda column: func.concat(column, "x"),
        int: lambda column: -1 - column,
        bool: lambda column: ~column,
        list: lambda column: func.array_append(column, "x"),
    }
    free = [c for c in table.c if not c.foreign_keys and c.name not in OWN_BOOKKEEPING]
    filled_first = sorted(free, key=lambda column: bool(column.nullable))
    able = next(column for column in filled_first if column.type.python_type in changed)
    return {able.name: changed[able.type.python_type](able)}
