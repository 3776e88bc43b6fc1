"""Write down what a piece of work sends to PostgreSQL and Redis, in order and with its values."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from redis.client import Pipeline
from sqlalchemy import Connection, CursorResult, Engine, event
from typing_extensions import override

from shared.outbox import operate

BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass
class Statement:
    """One statement as psycopg was given it: with its values, or with a list of them."""

    service: str
    sql: str
    values: Any
    rows: int = -1

    @property
    def is_savepoint(self) -> bool:
        return self.sql.startswith(BOOKKEEPING)

    @property
    def is_scope(self) -> bool:
        return self.sql.startswith("select set_config(")


@dataclass(frozen=True)
class End:
    """A transaction ends."""

    service: str


@dataclass
class Commands:
    """Redis commands that travelled together, and what came back."""

    commands: list[tuple[Any, ...]]
    answers: list[Any] = field(default_factory=list)


Step = Statement | End | Commands


@dataclass
class Recording:
    steps: list[Step] = field(default_factory=list)

    @property
    def statements(self) -> list[Statement]:
        """What is asked of PostgreSQL; transactions' own brackets are counted apart."""
        return [s for s in self.steps if isinstance(s, Statement) and not s.is_savepoint]

    @property
    def scopes(self) -> list[Statement]:
        """Of these, those that tell PostgreSQL whose rows may be seen: one per transaction."""
        return [s for s in self.statements if s.is_scope]

    @property
    def savepoints(self) -> list[Statement]:
        return [s for s in self.steps if isinstance(s, Statement) and s.is_savepoint]

    @property
    def transactions(self) -> list[End]:
        return [step for step in self.steps if isinstance(step, End)]

    @property
    def round_trips(self) -> list[Commands]:
        """To Redis: what was sent together is one."""
        return [step for step in self.steps if isinstance(step, Commands)]

    @property
    def commands(self) -> list[tuple[Any, ...]]:
        return [command for trip in self.round_trips for command in trip.commands]

    def sent(self, name: str) -> int:
        """How often a Redis command was sent."""
        return sum(command[0] == name for command in self.commands)


class RecordedRedis(Redis):
    """A client whose commands are written down. One thread uses it."""

    recording: Recording | None = None

    @override
    def execute_command(self, *args: Any, **options: Any) -> Any:
        answer: Any = super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        if self.recording is not None:
            self.recording.steps.append(Commands([args], [answer]))
        return answer

    @override
    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> Any:
        made = _RecordedPipeline(
            self.connection_pool, self.response_callbacks, transaction, shard_hint
        )
        made.recording = self.recording
        return made


class _RecordedPipeline(Pipeline):
    recording: Recording | None = None

    @override
    def execute(self, raise_on_error: bool = True) -> list[Any]:
        sent = [args for args, _ in self.command_stack]
        answers: list[Any] = super().execute(raise_on_error)
        if self.recording is not None and sent:
            self.recording.steps.append(Commands(sent, answers))
        return answers


def recorded_redis(number: int = 0) -> RecordedRedis:
    plain = operate()
    plain.connection_pool.connection_kwargs["db"] = number
    return RecordedRedis(connection_pool=plain.connection_pool)


@contextmanager
def recording(redis: RecordedRedis) -> Iterator[Recording]:
    """Write down all that happens in this block, of every service in this process."""
    made = Recording()
    listeners = _listeners(made)
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    redis.recording = made
    try:
        yield made
    finally:
        redis.recording = None
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def _listeners(made: Recording) -> dict[str, Any]:
    def before(connection: Connection, *sent: Any) -> None:  # noqa: ANN401  SQLAlchemy's arguments
        _, sql, values, *_ = sent
        made.steps.append(Statement(_service(connection), sql, values))

    def after(_connection: Connection, cursor: CursorResult[Any], *_: Any) -> None:  # noqa: ANN401
        last = made.steps[-1]
        assert isinstance(last, Statement)  # noqa: S101  the one that was just sent
        last.rows = cursor.rowcount

    def end(connection: Connection) -> None:
        made.steps.append(End(_service(connection)))

    return {
        "before_cursor_execute": before,
        "after_cursor_execute": after,
        "commit": end,
        "rollback": end,
    }


def _service(connection: Connection) -> str:
    """Each service has a login of its own, named after it."""
    return (connection.engine.url.username or "").removeprefix("qse_")
