"""The database is what the models say, and keeps what it must."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from runtime.services import SERVICES
from shared.history import entities
from shared.settings import settings

if TYPE_CHECKING:
    from tests.conftest import Platform

LEDGER = {
    *("outbox", "inbox", "dead_letter", "history", "leaf", "checkpoint", "hearer", "server"),
    "ended",
}


@pytest.fixture(scope="module")
def owner(platform: "Platform", database: str) -> Iterator[Connection]:
    engine = create_engine(platform.environment(database)["QSE_DATABASE_URL"])
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("name", SERVICES)
def test_the_migrations_make_what_the_models_say(name: str, owner: Connection) -> None:
    def own(found: str | None, type_: str, _parents: object) -> bool:
        return found == name if type_ == "schema" else True

    opts = {"version_table_schema": name, "include_schemas": True, "include_name": own}
    context = MigrationContext.configure(owner, opts=opts)
    assert compare_metadata(context, SERVICES[name].metadata) == []


@pytest.mark.parametrize("name", SERVICES)
def test_rows_of_a_place_are_under_forced_row_level_security(name: str, owner: Connection) -> None:
    query = text(
        """select c.relname, c.relrowsecurity and c.relforcerowsecurity as guarded
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'site_id'
        join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = :name and c.relkind = 'r'"""
    )
    rows = owner.execute(query, {"name": name}).all()
    assert rows
    assert [row.relname for row in rows if not row.guarded] == []


@pytest.mark.parametrize("name", SERVICES)
def test_tables_that_say_whose_rows_they_show_are_guarded_too(name: str, owner: Connection) -> None:
    declared = {t.name for t in SERVICES[name].metadata.tables.values() if "shown" in t.info}
    query = text(
        """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = :name and c.relrowsecurity and c.relforcerowsecurity"""
    )
    assert declared <= set(owner.scalars(query, {"name": name}))
    if name == "identity":
        personal = {
            "person",
            "grant",
            "session",
            "personal_token",
            "attempt",
            "proposal",
            "workbook",
        }
        assert personal <= declared


def test_few_functions_run_with_the_owners_rights(owner: Connection) -> None:
    query = text(
        """select n.nspname || '.' || p.proname from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname = any(:names)"""
    )
    recording = {f"{name}.record" for name in SERVICES}
    found = set(owner.scalars(query, {"names": list(SERVICES)}))
    assert found == recording | {"identity.places_seen"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_login_owns_nothing_and_bypasses_nothing(name: str, owner: Connection) -> None:
    role = text("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = :role")
    assert tuple(owner.execute(role, {"role": f"qse_{name}"}).one()) == (False, False, False)
    owned = text("select count(*) from pg_class where relowner = cast(:role as regrole)")
    assert owner.scalar(owned, {"role": f"qse_{name}"}) == 0


@pytest.mark.parametrize("name", SERVICES)
def test_no_view_reads_with_its_owners_eyes(name: str, owner: Connection) -> None:
    views = text("select count(*) from pg_views where schemaname = :name")
    assert owner.scalar(views, {"name": name}) == 0


def test_a_service_cannot_read_another_services_schema(platform: "Platform", database: str) -> None:
    engine = create_engine(platform.environment(database)["QSE_RISK_DATABASE_URL"])
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("select * from audit.finding"))
    engine.dispose()


@pytest.mark.parametrize("name", SERVICES)
def test_every_entity_is_recorded(name: str, owner: Connection) -> None:
    """Unrecorded: the ledger but signatures and readings, the directory, what a model says is."""
    query = text(
        """select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where t.tgname = 'record' and t.tgenabled = 'O'
        and c.relnamespace = cast(:name as regnamespace)"""
    )
    recorded = set(owner.scalars(query, {"name": name}))
    models = {inspect(model).local_table.name for model in entities(SERVICES[name].metadata)}
    assert recorded == models | {"signature", "reading"}
    kept = {table.name for table in SERVICES[name].metadata.sorted_tables} - recorded
    told_elsewhere = {"value", "sealing", "proof_file", "job", "job_result", "workbook"}
    assert {name for name in kept if not name.startswith("known_")} - LEDGER <= told_elsewhere


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize(
    "statement",
    [
        "insert into {}.history (action) values ('x')",
        "update {}.history set action = 'x'",
        "delete from {}.history",
        "truncate {}.history",
    ],
    ids=["insert", "update", "delete", "truncate"],
)
def test_a_service_writes_no_history_of_its_own(
    platform: "Platform", database: str, name: str, statement: str
) -> None:
    engine = create_engine(platform.environment(database)[f"QSE_{name.upper()}_DATABASE_URL"])
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.exec_driver_sql(statement.format(name))
    engine.dispose()


@pytest.mark.parametrize("statement", ["update", "delete", "truncate"])
def test_history_cannot_be_changed_even_by_the_owner(statement: str, owner: Connection) -> None:
    said = {
        "update": "update identity.history set action = 'x'",
        "delete": "delete from identity.history",
        "truncate": "truncate identity.history",
    }[statement]
    with pytest.raises(Exception, match="history is append only"), owner.begin_nested():
        owner.execute(text(said))


def test_the_settings_of_the_tests_are_real_ones(platform: "Platform") -> None:
    assert settings().env == "test"
