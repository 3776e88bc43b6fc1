"""The triggers by which PostgreSQL itself records every change of every entity's rows.

They come from the models at `qse migrate`, as the rights do: a new entity is recorded at once.
"""

from psycopg import sql
from sqlalchemy import Column, Connection, Table, inspect

from shared.db import Entity
from shared.history import HIDDEN, OWN_BOOKKEEPING, entities
from shared.ledger import ledger
from shared.service import Service

TRIGGER = "record"

RECORD = """
CREATE OR REPLACE FUNCTION {schema}.record() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    context jsonb := nullif(current_setting('qse.context', true), '');
    was jsonb := coalesce(to_jsonb(OLD), '{{}}');
    is_now jsonb := coalesce(to_jsonb(NEW), '{{}}');
    one jsonb := to_jsonb(coalesce(NEW, OLD));
    found jsonb;
BEGIN
    SELECT jsonb_object_agg(name, jsonb_build_array(
        CASE WHEN name = ANY (TG_ARGV[2]::text[]) AND was ->> name IS NOT NULL
            THEN to_jsonb({hidden}::text) ELSE was -> name END,
        CASE WHEN name = ANY (TG_ARGV[2]::text[]) AND is_now ->> name IS NOT NULL
            THEN to_jsonb({hidden}::text) ELSE is_now -> name END))
    INTO found
    FROM jsonb_object_keys(one) AS name
    WHERE coalesce(was -> name, 'null') <> coalesce(is_now -> name, 'null')
        AND name <> ALL (TG_ARGV[1]::text[]);
    IF found IS NULL THEN
        RETURN NULL;
    ELSIF context IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'nobody may change ' || TG_TABLE_NAME || ' without saying who they are',
            HINT = 'Work within shared.work.unit_of_work: it sets qse.context.';
    END IF;
    INSERT INTO {schema}.history (at, actor_id, actor_name, on_behalf_of, session_id,
        correlation_id, causation_id, reason,
        action, object_type, object_id, site_id, version, diff)
    SELECT by.*,
        CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
        TG_ARGV[0], (one ->> 'id')::uuid, (one ->> TG_ARGV[3])::uuid,
        (is_now ->> 'version')::integer, found
    FROM jsonb_to_record(context) AS by (at timestamptz, actor_id uuid, actor_name text,
        on_behalf_of uuid, session_id uuid, correlation_id uuid, causation_id uuid, reason text);
    RETURN NULL;
END $$
"""
"""Owned by the owner, who alone may insert: a service cannot write a past of its own making."""

REFUSE = """
CREATE OR REPLACE FUNCTION {schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%% is append only', TG_TABLE_NAME; END $$
"""

APPEND_ONLY = """
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE
ON {schema}.{table} FOR EACH STATEMENT EXECUTE FUNCTION {schema}.refuse()
"""

RECORDED = """
CREATE OR REPLACE TRIGGER {trigger} AFTER INSERT OR UPDATE OR DELETE ON {schema}.{table}
FOR EACH ROW EXECUTE FUNCTION {schema}.record({type}, {unrecorded}, {secret}, {site})
"""


def record_changes(connection: Connection, service: Service, owner: str, there: set[str]) -> None:
    """Have the changes of these tables recorded, and what was recorded kept."""
    schema = sql.Identifier(service.name)
    _run(connection, RECORD, schema=schema, hidden=sql.Literal(HIDDEN))
    _run(connection, "DROP POLICY IF EXISTS recording ON {schema}.history", schema=schema)
    policy = "CREATE POLICY recording ON {schema}.history FOR INSERT TO {owner} WITH CHECK (true)"
    _run(connection, policy, schema=schema, owner=sql.Identifier(owner))
    for entity in entities(service.metadata):
        table = inspect(entity).local_table
        if table.name in there:
            arguments = _arguments(table, entity.__name__, _site_column(entity))
            _run(connection, RECORDED, schema=schema, **arguments)
    kept = ledger(service.name)
    for table, kind in ((kept.signature, "Signature"), (kept.reading, "Reading")):
        if table.name in there:
            _run(connection, RECORDED, schema=schema, **_arguments(table, kind))


def keep_all(connection: Connection, schema: str, table: str) -> None:
    """Let nobody change or take away a row of this table, until somebody drops the trigger."""
    parts = {"schema": sql.Identifier(schema), "table": sql.Identifier(table)}
    _run(connection, REFUSE, **parts)
    _run(connection, APPEND_ONLY, **parts)


def _arguments(table: Table, kind: str, site: str = "site_id") -> dict[str, sql.Composable]:
    return {
        "trigger": sql.Identifier(TRIGGER),
        "table": sql.Identifier(table.name),
        "type": sql.Literal(kind),
        "unrecorded": _names([c for c in table.c if c.info.get("unrecorded")], OWN_BOOKKEEPING),
        "secret": _names([c for c in table.c if c.info.get("secret")]),
        "site": sql.Literal(site),
    }


def _site_column(entity: type[Entity]) -> str:
    """What `site_id` is called in the table, where the model knows the place by that name."""
    known = inspect(entity).synonyms.get("site_id")
    return str(known.name) if known is not None else "site_id"


def _names(columns: list[Column[object]], also: frozenset[str] = frozenset()) -> sql.Literal:
    return sql.Literal("{" + ",".join(sorted({c.name for c in columns} | also)) + "}")


def _run(connection: Connection, statement: str, **parts: sql.Composable) -> None:
    connection.exec_driver_sql(sql.SQL(statement).format(**parts).as_string())
