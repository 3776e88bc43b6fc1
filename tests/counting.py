"""How many statements something costs, as PostgreSQL is sent them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """Collect what is executed on a connection in this block, without savepoints."""
    sent: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_: Any) -> None:  # noqa: ANN401
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)
