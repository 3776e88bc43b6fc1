"""What one sends: another site's ids lead nowhere, and no field is taken that was not asked for."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from runtime.services import SERVICES
from services.actions.opening import answer_finding
from services.identity.schemas import Role
from services.risk.commands import assess_risk
from shared.auth import SYSTEM, Actor
from shared.service import create_app
from shared.work import unit_of_work
from tests.access.conftest import Try
from tests.access.doors import DOORS
from tests.access.knocking import Knock
from tests.access.people import HERE, somebody
from tests.access.test_matrix import MATRIX, recorded, refusal
from tests.actions.factories import nonconformity
from tests.promises import HowMany, Promise
from tests.risk.test_commands import risk_in
from tests.world import WORLD

REFUSED: Final = (403, 404, 409, 422)


def documents() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each door that takes a body, with the properties of that body as its document says."""
    for name, service in SERVICES.items():
        spec = create_app(service, exchange=None).openapi()  # type: ignore[arg-type]
        for path, methods in spec["paths"].items():
            for method, told in methods.items():
                schema = told.get("requestBody", {}).get("content", {}).get("application/json")
                if schema is not None:
                    kind = schema["schema"].get("$ref", "").rpartition("/")[2]
                    properties = spec["components"]["schemas"].get(kind, {}).get("properties", {})
                    yield f"{name} {method.upper()} {path}", properties


def is_id(schema: dict[str, Any]) -> bool:
    either = [schema, *schema.get("anyOf", []), schema.get("items", {})]
    return any(one.get("format") == "uuid" for one in either)


BODIES: Final = {door: properties for door, properties in documents() if door in MATRIX}
IDS: Final = [
    (door, name)
    for door, properties in BODIES.items()
    for name, schema in properties.items()
    if is_id(schema)
]


def who_may_here(door: str, asked: Knock) -> Actor | None:
    """Somebody of Lyon alone whom the door is open to; None if it is the whole group's."""
    rule = MATRIX[door]
    if asked.by is not None:
        return asked.by
    roles = [role.value for role in Role if refusal(rule, role.value, HERE) is None]
    return somebody(roles[0], HERE) if roles else None


def foreign_ids() -> dict[str, UUID]:
    """Ids of the sibling site: itself, its people, things there; and an id of nothing."""
    with unit_of_work("risk", WORLD.charlie, permission="risk:write") as uow:
        risk = assess_risk(uow, risk_in(site_id=WORLD.lille))
    with unit_of_work("actions", SYSTEM) as uow:
        action = answer_finding(uow, replace(nonconformity(), site_id=WORLD.lille))
        assert action is not None
    return {
        "site": WORLD.lille,
        "coordinator": WORLD.charlie.id,
        "auditor": WORLD.anna.id,
        "risk": risk.id,
        "action": action.id,
        "nothing": uuid4(),
    }


def rows_at(place: UUID) -> dict[str, str]:
    """A fingerprint of every table's rows of a place, in every service."""
    found = {}
    for name, service in SERVICES.items():
        with unit_of_work(name, SYSTEM) as uow:
            for table in service.metadata.sorted_tables:
                if "site_id" in table.c:
                    sql = (
                        f"select md5(string_agg(t::text, '' order by t::text))"  # noqa: S608
                        f" from {table.fullname} t where site_id = :place"
                    )
                    found[table.fullname] = uow.session.scalar(text(sql), {"place": place})
    return found


def is_what_was_sent(made: dict[str, Any], told: Knock) -> bool:
    """Something new that happens to have an id which elsewhere stands for something else."""
    names = ("name", "title", "code", "site_id", "node_id", "person_id")
    body = told.body or {}
    return all(made[name] == body[name] for name in names if name in made and name in body)


@pytest.mark.security
def test_anothers_ids_lead_nowhere(knocked: Try, promise: Promise) -> None:
    ids = foreign_ids()
    before = {place: rows_at(place) for place in (WORLD.lille, WORLD.brest)}
    tried, through = 0, []
    for door, field in sorted(IDS, key=lambda pair: pair[1] == "id"):
        asked = DOORS[door]()
        who = who_may_here(door, asked)
        if who is None:
            continue
        for kind, id in ids.items():
            if kind == "nothing" and field == "id":
                continue  # a new id for a new thing is what a client is to send
            told = replace(asked, body={**(asked.body or {}), field: str(id)})
            answer = knocked(door, told, who)
            tried += 1
            new = field == "id" and answer.is_success and is_what_was_sent(answer.json(), told)
            if answer.status_code not in REFUSED and not new:
                through.append((door, field, kind, answer.status_code, answer.text[:200]))

    assert not through, "\n".join(map(str, through))
    assert {place: rows_at(place) for place in before} == before
    assert tried > 40
    promise("A4", "foreign ids that changed another site's rows", f"0 of {tried}", 0)


@pytest.mark.security
def test_a_change_of_another_sites_row_would_be_noticed() -> None:
    before = rows_at(WORLD.lille)
    foreign_ids()
    assert rows_at(WORLD.lille) != before


@pytest.mark.security
def test_no_field_is_taken_that_was_not_asked_for(
    knocked: Try, promise: Promise, how_many: HowMany
) -> None:
    """Every column of the service's tables is sent along with what succeeds without it."""
    tried, taken = 0, []
    for door, properties in BODIES.items():
        asked = DOORS[door]()
        tables = SERVICES[door.split()[0]].metadata.sorted_tables
        columns = {str(column.name) for table in tables for column in table.c}
        before = recorded()
        for column in sorted(columns - set(properties))[:: how_many(1, 6)]:
            more = replace(asked, body={**(asked.body or {}), column: str(uuid4())})
            status = knocked(door, more, asked.by or WORLD.greta).status_code
            tried += 1
            if status not in (403, 422):
                taken.append((door, column, status))
        assert recorded() == before

    assert taken == []
    promise("A5", "columns smuggled into a body that were taken", f"0 of {tried}", 0)
