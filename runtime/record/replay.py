"""Whether the rows people work with are what their history says, object by object."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Table, inspect
from sqlalchemy.exc import DataError

from shared.history import OWN_BOOKKEEPING, entities
from shared.service import Service

DIFFERENCES = """
with last as (
    select distinct on (h.object_id, d.key) h.object_id as id, d.key, d.value -> 1 as value
    from {schema}.history h cross join lateral jsonb_each(h.diff) d
    where h.object_type = {type} and d.key = any({columns}::text[])
    order by h.object_id, d.key, h.seq desc
), told as (
    select id, jsonb_object_agg(key, value) as state from last group by id
), fate as (
    select distinct on (object_id) object_id as id, action = 'deleted' as gone
    from {schema}.history where object_type = {type} order by object_id, seq desc
), known as (
    select fate.id, gone, to_jsonb(jsonb_populate_record(null::{schema}.{table}, state)) as state
    from fate left join told using (id)
)
select coalesce(known.id, t.id) as id, known.id is null as unknown, t.id is null as missing,
    coalesce(known.gone, false) as gone,
    array(
        select name from unnest({columns}::text[]) as name
        where coalesce(known.state -> name, 'null') <> coalesce(to_jsonb(t) -> name, 'null')
    ) as altered
from known full join {schema}.{table} t on t.id = known.id
where case
    when known.id is null then t.created_at >= {began}
    when known.gone or t.id is null then known.gone <> (t.id is null)
    else exists (
        select from unnest({columns}::text[]) as name
        where coalesce(known.state -> name, 'null') <> coalesce(to_jsonb(t) -> name, 'null'))
    end
limit 200
"""

SKIPPED = """
select object_type, object_id, seq, version, before from (
    select object_type, object_id, seq, (to_jsonb(h) ->> 'version')::int as version,
        lag((to_jsonb(h) ->> 'version')::int) over (partition by object_id order by seq) as before
    from {schema}.history h
) as steps
where version - before not in (0, 1)
order by seq limit 200
"""


def differences(reader: Connection, service: Service, began: datetime) -> Iterator[str]:
    """Name every object that is not what its history tells. Secrets are masked there, not here.

    What was there before the record began, and was not changed since, has no history.
    """
    for model in entities(service.metadata):
        table = inspect(model).local_table
        assert isinstance(table, Table)  # noqa: S101  ours are
        columns = sql.Literal([c.name for c in table.c if _is_told(c.name, c.info)])
        statement = sql.SQL(DIFFERENCES).format(
            schema=sql.Identifier(service.name),
            table=sql.Identifier(table.name),
            type=sql.Literal(model.__name__),
            columns=columns,
            began=sql.Literal(began),
        )
        yield from _compared(reader, f"{service.name}: {model.__name__}", statement)


def _compared(reader: Connection, what: str, statement: sql.Composed) -> Iterator[str]:
    try:
        with reader.begin_nested():
            rows = reader.exec_driver_sql(statement.as_string()).all()
    except DataError:
        yield f"{what}: a value in the history is none that its column can have"
    else:
        yield from (f"{what} {row.id} {_what(row)}" for row in rows)


def _is_told(name: str, info: dict[str, object]) -> bool:
    kept_apart = info.get("secret") or info.get("unrecorded")
    return not kept_apart and name not in OWN_BOOKKEEPING


def _what(row: Any) -> str:  # noqa: ANN401  a row of the statement above
    if row.unknown:
        return "is there, and its history does not tell of it"
    if row.missing:
        return "is gone, and its history does not tell why"
    if row.gone:
        return "is there, and its history tells that it was deleted"
    altered = ", ".join(row.altered)
    return f"was altered behind its history: {altered}"


def skipped_versions(reader: Connection, service: str) -> Iterator[str]:
    """Each change of an object makes its next version: a gap is a change that was taken out."""
    statement = sql.SQL(SKIPPED).format(schema=sql.Identifier(service))
    for row in reader.exec_driver_sql(statement.as_string()):
        yield (
            f"{service}: {row.object_type} {row.object_id} goes from version {row.before} to "
            f"{row.version} in history row {row.seq}"
        )
