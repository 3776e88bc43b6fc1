"""History rows as they are hashed, and the tree that their service keeps."""

from collections.abc import Callable

from sqlalchemy import Connection, Table, Text, cast, func, literal_column, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import NamedFromClause

from shared.merkle import Node, Tree, full_subtrees, height_hash

Reader = Connection | Session


def canonical(history: NamedFromClause) -> ColumnElement[str]:
    """Every column of a row as one text, keys in order and times in UTC.

    What is empty is left out, so that a column added later leaves the older rows' hashes be.
    """
    row = func.to_jsonb(literal_column(history.name)).op("-")("diff")
    diff = func.jsonb_build_object("diff", history.c.diff)
    return cast(func.jsonb_strip_nulls(row).op("||")(diff), Text)


def in_utc(reader: Reader) -> None:
    reader.execute(select(func.set_config("TimeZone", "UTC", True)))  # noqa: FBT003  SQL's


def grown(reader: Reader, leaf: Table) -> int:
    """How many leaves there are: positions have no gaps, or verification says so."""
    return reader.scalar(select(func.coalesce(func.max(leaf.c.position) + 1, 0))) or 0


def tree_at(reader: Reader, leaf: Table, size: int) -> Tree:
    """The tree as it was at a size."""
    wanted = list(full_subtrees(0, size))
    look = stored(reader, leaf, wanted)
    return Tree(size, [look(node) for node in wanted])


def stored(reader: Reader, leaf: Table, nodes: list[Node]) -> Callable[[Node], bytes]:
    """How to find the hashes of these subtrees, which are read in one statement."""
    ends = {end for end, _ in nodes}
    rows = reader.execute(select(leaf.c.position, leaf.c.hashes).where(leaf.c.position.in_(ends)))
    kept = {position: bytes(hashes) for position, hashes in rows}
    return lambda node: height_hash(kept.get(node[0], b""), node[1])
