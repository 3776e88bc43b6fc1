"""Fourteen ways to alter a record, by somebody who may do everything in the database.

Each gives the ids of what it altered, which verification must name.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from psycopg import sql
from sqlalchemy import Connection

from shared.merkle import Tree, leaf_hash
from tests.world import WORLD


@dataclass(frozen=True)
class Sealed:
    """A history row under a checkpoint."""

    service: str
    seq: int
    object_id: str
    table: str


TEXTS = {
    "audit": "title",
    "finding": "statement",
    "risk": "title",
    "policy": "title",
    "node": "name",
    "person": "name",
}
"""A text of each table that is altered here."""

Alter = Callable[[Connection, Sealed], str]


def run(connection: Connection, statement: str, service: str, **values: object) -> Any:  # noqa: ANN401
    parts = {name: sql.Literal(value) for name, value in values.items()}
    composed = sql.SQL(statement).format(s=sql.Identifier(service), **parts)
    return connection.exec_driver_sql(composed.as_string().replace("%", "%%"))


def edit(assignment: str) -> Alter:
    def alter(connection: Connection, row: Sealed) -> str:
        statement = "update {s}.history set " + assignment + " where seq = {seq}"  # noqa: S608  ours
        run(connection, statement, row.service, seq=row.seq)
        return row.object_id

    return alter


def nested(connection: Connection, row: Sealed) -> str:
    statement = """update {s}.history h set diff = jsonb_set(diff, array[key, '1'], '"forged"')
        from (select jsonb_object_keys(diff) as key from {s}.history where seq = {seq} limit 1) k
        where seq = {seq}"""
    run(connection, statement, row.service, seq=row.seq)
    return row.object_id


def remove(connection: Connection, row: Sealed) -> str:
    run(connection, "delete from {s}.history where seq = {seq}", row.service, seq=row.seq)
    return row.object_id


def insert(connection: Connection, row: Sealed) -> str:
    statement = """insert into {s}.history overriding system value
        select (jsonb_populate_record(h, jsonb_build_object(
            'seq', 100000 + seq, 'object_id', {id}, 'at', at - interval '1 day'))).*
        from {s}.history h where seq = {seq}"""
    made = str(uuid4())
    run(connection, statement, row.service, seq=row.seq, id=made)
    return made


def swap(connection: Connection, row: Sealed) -> str:
    statement = """update {s}.history h set diff = o.diff, at = o.at from {s}.history o
        where (h.seq = {seq} and o.seq = {other}) or (h.seq = {other} and o.seq = {seq})"""
    other = """select min(seq) from {s}.history
        where diff <> (select diff from {s}.history where seq = {seq})"""
    found = run(connection, other, row.service, seq=row.seq).scalar()
    run(connection, statement, row.service, seq=row.seq, other=found)
    return row.object_id


def change_leaf(connection: Connection, row: Sealed) -> str:
    statement = """update {s}.leaf set hashes = set_byte(hashes, 5, 255 - get_byte(hashes, 5))
        where seq = {seq}"""
    run(connection, statement, row.service, seq=row.seq)
    return row.object_id


def change_salt(connection: Connection, row: Sealed) -> str:
    statement = "update {s}.leaf set salt = {salt} where seq = {seq}"
    run(connection, statement, row.service, seq=row.seq, salt=secrets.token_bytes(16))
    return row.object_id


def move_elsewhere(connection: Connection, row: Sealed) -> str:
    statement = "update {s}.history set site_id = {site} where seq = {seq}"
    run(connection, statement, row.service, seq=row.seq, site=WORLD.brest)
    return row.object_id


def move_to_another_service(connection: Connection, row: Sealed) -> str:
    statement = """insert into notifications.history
        (at, actor_id, actor_name, correlation_id, action, object_type, object_id, diff)
        select at, actor_id, actor_name, correlation_id, action, object_type, object_id, diff
        from {s}.history where seq = {seq}"""
    run(connection, statement, row.service, seq=row.seq)
    return remove(connection, row)


def edit_behind(connection: Connection, row: Sealed) -> str:
    """Change the row that people work with, and not its history."""
    statement = "update {s}." + row.table + " set " + TEXTS[row.table] + " = 'x' where id = {id}"  # noqa: S608
    run(connection, statement, row.service, id=row.object_id)
    return row.object_id


# --- of the whole record ----------------------------------------------------------------------


def truncate(connection: Connection, row: Sealed) -> str:
    """Take the newest rows and their leaves away, down to this one."""
    run(connection, "delete from {s}.history where seq >= {seq}", row.service, seq=row.seq)
    run(connection, "delete from {s}.leaf where seq >= {seq}", row.service, seq=row.seq)
    return row.object_id


def rewrite_and_rehash(connection: Connection, row: Sealed) -> str:
    nested(connection, row)
    rehash(connection, row.service)
    return row.object_id


def remove_and_rehash(connection: Connection, row: Sealed) -> str:
    """With the checkpoints gone, the sealer would sign the new past as if it were the first."""
    remove(connection, row)
    rehash(connection, row.service)
    run(connection, "delete from identity.checkpoint", row.service)
    return row.object_id


def rehash(connection: Connection, service: str) -> None:
    """Make all leaves anew for what the history is now, with the salts they had."""
    rows = run(
        connection,
        """select seq, h.object_id, (jsonb_strip_nulls(to_jsonb(h) - 'diff')
        || jsonb_build_object('diff', h.diff))::text, l.salt
        from {s}.history h left join {s}.leaf l using (seq) order by l.position""",
        service,
    ).all()
    run(connection, "delete from {s}.leaf", service)
    tree = Tree()
    for seq, object_id, text, salt in rows:
        run(
            connection,
            "insert into {s}.leaf values ({position}, {seq}, {id}, {salt}, {hashes})",
            service,
            position=tree.size,
            seq=seq,
            id=object_id,
            salt=salt,
            hashes=tree.grow(leaf_hash(salt, text.encode())),
        )


OF_A_ROW: dict[str, Alter] = {
    "a field": edit("actor_name = actor_name || 'x'"),
    "the time": edit("at = at + interval '1 minute'"),
    "the actor": edit("actor_id = gen_random_uuid()"),
    "a nested value": nested,
    "the payload": edit("diff = '{{}}'"),
    "removed": remove,
    "inserted": insert,
    "swapped": swap,
    "the leaf": change_leaf,
    "the salt": change_salt,
    "moved to another site": move_elsewhere,
    "moved to another service": move_to_another_service,
}
OF_ALL: dict[str, Alter] = {
    "truncated": truncate,
    "rewritten and hashed anew": rewrite_and_rehash,
    "removed and hashed anew, checkpoints too": remove_and_rehash,
    "the business row": edit_behind,
}
