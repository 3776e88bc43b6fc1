"""What people from outside ask for leaves a row: before it is answered, once, for good."""

from uuid import uuid4

import httpx2 as httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Connection, create_engine, delete, select, update
from sqlalchemy.exc import ProgrammingError

from runtime.migrate import role_of
from services.identity.schemas import Role
from shared.auth import SYSTEM, Actor
from shared.ledger import ledger
from shared.readings import MOST
from shared.schemas import Page, Reading
from shared.settings import settings
from shared.work import unit_of_work
from tests.audit.factories import planned_audit
from tests.conftest import Api
from tests.counting import statements
from tests.helpers import all_services, token_of
from tests.world import WORLD, World

AUDIT = "/api/v1/audit"
VICTOR = WORLD.person("victor", Role.CERTIFIER, WORLD.lyon)
LOUIS = WORLD.person("louis", Role.RECORDS_OFFICER, WORLD.lyon)
ODILE = WORLD.person("odile", Role.RECORDS_OFFICER, WORLD.group)


def readings(api: Api, service: str = "audit", **query: str | int | None) -> Page[Reading]:
    answer = api(ODILE).get(f"/api/v1/{service}/readings", params=query)
    return Page[Reading].model_validate_json(answer.content)


def costs(connection: Connection, client: TestClient, path: str) -> int:
    with statements(connection) as sent:
        assert client.get(path).status_code == 200
    return len([one for one in sent if "SAVEPOINT" not in one])


def test_it_costs_two_statements_and_insiders_nothing(
    api: Api, world: World, undone: dict[str, Connection]
) -> None:
    planned_audit()
    insider, outsider = api(world.bob), api(VICTOR)
    for client in (insider, outsider):
        client.get(f"{AUDIT}/audits")  # the first request of an application builds its routes

    own = costs(undone["audit"], insider, f"{AUDIT}/audits")

    assert costs(undone["audit"], outsider, f"{AUDIT}/audits") == own + 2
    assert {row.person_id for row in readings(api).items} == {VICTOR.id}


def test_a_row_says_who_asked_for_what(api: Api) -> None:
    audit = planned_audit()
    story = uuid4()

    api(VICTOR).get(
        f"{AUDIT}/audits/{audit.id}?a=1&b=%C3%A9", headers={"X-Correlation-ID": str(story)}
    )

    [row] = readings(api).items
    assert (row.person_id, row.person_name) == (VICTOR.id, "Victor")
    assert (row.session_id, row.correlation_id) == (VICTOR.session, story)
    assert (row.method, row.route) == ("GET", "/audits/{audit_id}")
    assert (row.ids, row.query) == ({"audit_id": str(audit.id)}, "a=1&b=%C3%A9")


@pytest.mark.parametrize(
    ("asked", "status"),
    [("/audits/{}", 404), ("/audits/none", 422), ("/metrics", 403), ("/audits?limit=x", 422)],
)
def test_what_is_refused_is_kept_too(api: Api, asked: str, status: int) -> None:
    answer = api(VICTOR).get(AUDIT + asked.format(uuid4()))

    assert answer.status_code == status
    assert len(readings(api).items) == 1


def test_a_change_that_is_refused_is_kept_too(api: Api) -> None:
    audit = planned_audit()

    refused = api(VICTOR).post(f"{AUDIT}/audits/{audit.id}/start", json={"version": 1})

    assert refused.status_code == 403
    [row] = readings(api).items
    assert (row.method, row.route) == ("POST", "/audits/{audit_id}/start")


def test_what_somebody_else_chose_is_kept_in_bounds(api: Api) -> None:
    api(VICTOR).get(f"{AUDIT}/audits", params={"text": "x" * 2_000})
    api(VICTOR).get(f"{AUDIT}/audits/{'y' * 2_000}")

    second, first = readings(api).items
    assert len(first.query) == len(second.ids["audit_id"]) == MOST


def test_what_cannot_be_kept_is_not_answered(api: Api) -> None:
    """PostgreSQL keeps no NUL: whoever sends one reads nothing."""
    answer = api(VICTOR).get(f"{AUDIT}/history/%00")

    assert (answer.status_code, answer.json()["type"]) == (422, "cannot_be_kept")


def test_where_no_row_can_be_written_nothing_is_read(own_database: str) -> None:
    planned_audit()
    owner = create_engine(settings().owner_url_of("audit"), isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.exec_driver_sql(f"revoke insert on audit.reading from {role_of('audit')}")
    owner.dispose()
    web = TestClient(all_services(), raise_server_exceptions=False)

    def read(actor: Actor) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token_of(actor)}"}
        return web.get(f"{AUDIT}/audits", headers=headers)

    assert read(WORLD.bob).json()["items"]
    assert (read(VICTOR).status_code, read(VICTOR).json()["type"]) == (500, "unexpected")


def test_they_are_paged_newest_first_and_by_person(api: Api) -> None:
    irene = WORLD.person("irene", Role.INSPECTOR, WORLD.lille)
    for number in range(5):
        api(VICTOR).get(f"{AUDIT}/audits", params={"n": number})
        api(irene).get(f"{AUDIT}/findings")

    first = readings(api, person_id=str(VICTOR.id), limit=2)
    second = readings(api, person_id=str(VICTOR.id), limit=2, after=first.next)
    last = readings(api, person_id=str(VICTOR.id), limit=2, after=second.next)

    pages = [[row.query for row in page.items] for page in (first, second, last)]
    assert pages == [["n=4", "n=3"], ["n=2", "n=1"], ["n=0"]]
    assert last.next is None
    assert len(readings(api).items) == 10


@pytest.mark.parametrize(
    "who",
    [WORLD.alice, WORLD.adam, WORLD.diane, VICTOR, LOUIS],
    ids=["coordinator", "administrator", "auditor", "certifier", "records officer of a site"],
)
def test_only_who_answers_for_the_whole_group_sees_them(api: Api, who: Actor) -> None:
    assert api(who).get(f"{AUDIT}/readings").status_code == 403


@pytest.mark.parametrize("change", [update, delete])
def test_they_cannot_be_changed(api: Api, change: object) -> None:
    api(VICTOR).get(f"{AUDIT}/audits")
    table = ledger("audit").reading
    statement = delete(table) if change is delete else update(table).values(query="")

    with pytest.raises(ProgrammingError, match="permission"), unit_of_work("audit", SYSTEM) as uow:
        uow.session.execute(statement)


def test_nobody_writes_in_anothers_name_or_sees_rows_from_a_place(api: Api, world: World) -> None:
    """Row-level security, with no filter of the application's before it."""
    api(VICTOR).get(f"{AUDIT}/audits")
    table = ledger("audit").reading
    with unit_of_work("audit", SYSTEM) as uow:
        row = dict(uow.session.execute(select(table)).mappings().one())

    with unit_of_work("audit", world.alice, permission="audit:read") as uow:
        assert uow.session.execute(select(table)).all() == []
    forged = row | {"id": uuid4()}
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        unit_of_work("audit", world.alice, permission="audit:read") as uow,
    ):
        uow.session.execute(table.insert(), forged)
