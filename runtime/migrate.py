"""Migrations, and the rights that make a service's schema its own.

Tables belong to an owner role that nobody logs in with. Each service logs in with a role that
may read and write its own tables, and sees only the rows of the places it names.
"""

from pathlib import Path
from urllib.parse import urlsplit

from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import Connection, Table, create_engine, delete, func, inspect, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from runtime.recording import keep_all, record_changes
from runtime.services import SERVICES
from shared.auth import SYSTEM
from shared.db import set_context
from shared.evidence import keepers
from shared.ledger import ledger
from shared.service import Service
from shared.settings import settings
from shared.work import UnitOfWork

ROOT = Path(__file__).parent.parent
OWNER = "qse_owner"
MIGRATION_LOCK = 7_300
SEALED = {"leaf", "checkpoint"}
# The setting is read in a subquery, and so once a statement: without it, once for every row.
SCOPED = """((SELECT current_setting('qse.sites', true) = '*')
    OR site_id = ANY ((SELECT string_to_array(
        nullif(current_setting('qse.sites', true), '*'), ',')::uuid[])::uuid[]))"""


def role_of(service: str) -> str:
    return f"qse_{service}"


def migrate(names: list[str]) -> None:
    """Bring the schemas of these services up to date. Two at once wait for each other."""
    for name in names:
        engine = create_engine(settings().owner_url_of(name))
        with engine.begin() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            connection.execute(text("set local lock_timeout = '5s'"))
            _prepare(connection, name)
            _sign(connection, name)
            command.upgrade(config(SERVICES[name], connection), "head")
            secure(connection, SERVICES[name])
            _list_hearers(connection, name)
        engine.dispose()


def _sign(connection: Connection, name: str) -> None:
    """Say who changes the rows that a migration changes: they are recorded as any other."""
    work = UnitOfWork(Session(connection), name, SYSTEM)
    connection.execute(select(set_context(work.context("qse migrate"))))


def revise(name: str, message: str) -> None:
    """Write the next migration of a service from the difference to its models."""
    versions = ROOT / "services" / name / "migrations"
    number = f"{len(list(versions.glob('[0-9]*.py'))) + 1:04}"
    engine = create_engine(settings().owner_url_of(name))
    with engine.begin() as connection:
        _prepare(connection, name)
        made = config(SERVICES[name], connection)
        command.revision(made, message, autogenerate=True, rev_id=number)
    engine.dispose()


def config(service: Service, connection: Connection) -> Config:
    versions = ROOT / "services" / service.name / "migrations"
    made = Config(attributes={"metadata": service.metadata, "connection": connection})
    made.set_main_option("script_location", str(ROOT / "shared" / "migrations"))
    made.set_main_option("version_locations", str(versions))
    made.set_main_option("path_separator", "os")
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made


def _prepare(connection: Connection, name: str) -> None:
    """The owner, the service's login with the password of its URL, and its empty schema."""
    password = urlsplit(settings().url_of(name)).password or ""
    _role(connection, OWNER, sql.SQL("NOLOGIN"))
    login = sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(sql.Literal(password))
    _role(connection, role_of(name), login)
    _run(connection, "GRANT {} TO CURRENT_USER", OWNER)
    _run(connection, "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", name, OWNER)
    _compare_words(connection)
    _run(connection, "SET LOCAL ROLE {}", OWNER)


def _compare_words(connection: Connection) -> None:
    """What search finds by. Where row-level security holds, an index serves leakproof functions.

    This one may be called that, as it fails on no text and so tells nothing of rows it should not
    have seen. Only a superuser may say so; without that, all rows of the places are compared.
    """
    _run(connection, "CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public")
    if connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
        compare = "public.word_similarity_commutator_op(text, text)"
        _run(connection, f"ALTER FUNCTION {compare} LEAKPROOF")


def _role(connection: Connection, role: str, options: sql.Composable) -> None:
    there = text("select 1 from pg_roles where rolname = :role")
    verb = "ALTER" if connection.scalar(there, {"role": role}) else "CREATE"
    statement = sql.SQL(verb + " ROLE {} ").format(sql.Identifier(role)) + options
    connection.exec_driver_sql(statement.as_string())


def secure(connection: Connection, service: Service) -> None:
    """Give the service's login its rights, table by table, and nothing by default."""
    role = role_of(service.name)
    _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", service.name, role)
    kept = ledger(service.name)
    narrow = {
        kept.history.name: "SELECT",
        **dict.fromkeys(SEALED, "SELECT, INSERT"),
        kept.outbox.name: "SELECT, INSERT, UPDATE (published_at, settled_at)",
        kept.hearer.name: "SELECT",
        kept.signature.name: "SELECT, INSERT",
        kept.reading.name: "SELECT, INSERT",
    }
    for model in keepers(service.name):
        supersede = "UPDATE (superseded_by, superseded_for, version)"
        narrow[inspect(model).local_table.name] = f"SELECT, INSERT, {supersede}"
    once = {t.name for t in service.metadata.sorted_tables if t.info.get("kept")}
    narrow |= dict.fromkeys(once, "SELECT, INSERT")
    there = set(inspect(connection).get_table_names(service.name))
    for table in service.metadata.sorted_tables:
        if table.name not in there:
            continue  # a model whose migration is still to be written
        rights = narrow.get(table.name, "SELECT, INSERT, UPDATE, DELETE")
        _run(connection, "REVOKE ALL ON {}.{} FROM {}", service.name, table.name, role)
        _run(connection, f"GRANT {rights} ON {{}}.{{}} TO {{}}", service.name, table.name, role)
        if "site_id" in table.c:
            check = f"({SCOPED} OR site_id IS NULL)" if table.c.site_id.nullable else SCOPED
            # A signature of what belongs to no site is as public as what was signed.
            shown = check if table.name == kept.signature.name else SCOPED
            _guard_rows(connection, table, role, shown, check)
        elif "shown" in table.info:
            _guard_rows(connection, table, role, table.info["shown"], table.info["written"])
    kept_whole = {kept.history.name, kept.signature.name, kept.reading.name, *SEALED, *once}
    for name in kept_whole & there:
        keep_all(connection, service.name, name)
    if kept.history.name in there:
        record_changes(connection, service, OWNER, there)


def _guard_rows(connection: Connection, table: Table, role: str, shown: str, written: str) -> None:
    """Forced row-level security: without a scope no rows, and none that are another's."""
    where = (table.schema or "", table.name)
    _run(connection, "ALTER TABLE {}.{} ENABLE ROW LEVEL SECURITY", *where)
    _run(connection, "ALTER TABLE {}.{} FORCE ROW LEVEL SECURITY", *where)
    _run(connection, "DROP POLICY IF EXISTS places ON {}.{}", *where)
    policy = f"CREATE POLICY places ON {{}}.{{}} TO {{}} USING ({shown}) WITH CHECK ({written})"
    _run(connection, policy, *where, role)


def _list_hearers(connection: Connection, name: str) -> None:
    """Who listens to this service, so that it knows when an event has reached everybody."""
    hearer = ledger(name).hearer
    if not inspect(connection).has_table(hearer.name, schema=name):
        return
    connection.execute(delete(hearer))
    for service in SERVICES.values():
        topics = [t for t in service.handlers.topics if t.startswith(f"{name}.")]
        if topics:
            connection.execute(insert(hearer).values(service=service.name, topics=topics))


def _run(connection: Connection, statement: str, *names: str) -> None:
    composed = sql.SQL(statement).format(*(sql.Identifier(name) for name in names))
    connection.exec_driver_sql(composed.as_string())
