"""The floor: the same transactions and stream commands, with nothing between them and the servers.

Two chains are recorded while the platform's own code does them in process and in sequence. What
differs between the two belongs to the chain: the ids of its site, and those it made. A replay
sends the same statements, in the same transactions, and the same Redis commands, each after the
other, from one thread on raw psycopg (one connection per service, statements prepared) and raw
redis-py. Its ids are new, its site is another one, and so its rows are really inserted.

Left out is what the platform spends between them: HTTP, tokens, validation, the ORM, the building
of statements and events, threads, and handing over between processes (waking relays, Celery).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb, set_json_dumps
from redis import Redis
from uuid_utils.compat import uuid7

from runtime.bench.group import Site
from runtime.bench.recording import Commands, End, Recording, Statement, Step
from shared.db import to_json
from shared.streams import EVENT, stream_of

NUMBER = "A-[0-9]{4}-"
SOME_ID = re.compile(f"[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|{NUMBER}[0-9]{{4}}")
"""An id, or the number of an action, which is counted at each site."""

HIGH = 1_000
"""Numbers that replays give are above those that were really counted."""

LAST_STREAM = stream_of("notifications")
SENT_ROWS = "seqs"
"""The rows that a relay marks as sent: their numbers come from PostgreSQL."""


class NotTheSame(AssertionError):
    """A replay did something else than what was recorded, so it is no floor of it."""


@dataclass(frozen=True)
class Chain:
    """One chain to replay: steps whose ids are already those of this replay."""

    site: Site
    steps: list[Step]
    last: int
    """The step after which all people are told."""


@dataclass
class Floor:
    """The recorded chain, and where it is replayed."""

    connections: dict[str, "psycopg.Connection[psycopg.rows.TupleRow]"]
    redis: "Redis"
    model: Recording
    site: Site
    own: set[str]
    prepared: int = 0

    @classmethod
    def learn(
        cls, connect: Callable[[str], str], redis: "Redis", chains: list[tuple[Site, Recording]]
    ) -> "Floor":
        """Compare two recordings, of two sites, and be ready to replay the second."""
        (_, first), (site, second) = chains
        _require_same_shape(first, second)
        services = {step.service for step in second.steps if isinstance(step, Statement)}
        connections = {service: _connected(connect(service)) for service in services}
        numbers = {id for id in _ids(second) if re.match(NUMBER, id)}
        own = (_ids(second) - _ids(first)) | numbers
        return cls(connections, redis, second, site, own)

    def prepare(self, site: Site) -> Chain:
        """Write the chain anew for a site. This is not timed: a floor makes up no ids."""
        places = zip(map(str, self.site.own), map(str, site.own), strict=True)
        self.prepared += 1
        new = {id: self._new(id) for id in self.own} | dict(places)
        steps = [_rewritten(step, new) for step in self.model.steps]
        told = [number for number, step in enumerate(steps) if _tells(step)]
        return Chain(site, steps, told[-1])

    def play(self, chain: Chain) -> float:
        """Do it, and give the seconds until everybody was told. Fails if it did something else."""
        entries: dict[str, str] = {}
        outcome: list[Any] = []
        begun = monotonic()
        ended = begun
        rows: list[Any] = []
        for number, step in enumerate(chain.steps):
            if isinstance(step, Statement):
                rows = self._execute(step, rows, outcome)
            elif isinstance(step, End):
                self.connections[step.service].commit()
            else:
                self._send(step, entries, outcome)
            if number == chain.last:
                ended = monotonic()
        _require_same_outcome(chain.steps, outcome)
        return ended - begun

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()

    def _new(self, id: str) -> str:
        number = re.match(NUMBER, id)
        return f"{number[0]}{HIGH + self.prepared}" if number else str(uuid7())

    def _execute(self, step: Statement, before: list[Any], outcome: list[Any]) -> list[Any]:
        with self.connections[step.service].cursor() as cursor:
            if isinstance(step.values, list):
                cursor.executemany(step.sql, step.values)
            else:
                cursor.execute(step.sql, _with_rows(step, before))
            outcome.append(cursor.rowcount)
            return cursor.fetchall() if cursor.description else []

    def _send(self, step: Commands, entries: dict[str, str], outcome: list[Any]) -> None:
        redis: Any = self.redis
        sent = [_acknowledging(command, entries) for command in step.commands]
        if len(sent) == 1:
            answers = [redis.execute_command(*sent[0])]
        else:
            pipeline = redis.pipeline(transaction=False)
            for command in sent:
                pipeline.execute_command(*command)
            answers = pipeline.execute()
        if sent[0][0] == "XADD":
            entries.update(zip(step.answers, answers, strict=True))
        outcome.append(answers)


def _connected(url: str) -> "psycopg.Connection[psycopg.rows.TupleRow]":
    connection = psycopg.connect(url, prepare_threshold=0)
    set_json_dumps(to_json, connection)
    return connection


def _with_rows(step: Statement, before: list[Any]) -> Any:  # noqa: ANN401  what psycopg takes
    """Mark those rows as sent that were read just before."""
    if isinstance(step.values, dict) and SENT_ROWS in step.values:
        return step.values | {SENT_ROWS: [row[0] for row in before]}
    return step.values


def _acknowledging(command: tuple[Any, ...], entries: dict[str, str]) -> tuple[Any, ...]:
    return tuple(entries.get(part, part) for part in command) if command[0] == "XACK" else command


def _tells(step: Step) -> bool:
    return isinstance(step, Commands) and step.commands[0][:2] == ("XADD", LAST_STREAM)


def _rewritten(step: Step, new: dict[str, str]) -> Step:
    if isinstance(step, Statement):
        return replace(step, values=_renewed(step.values, new))
    if isinstance(step, Commands):
        return replace(step, commands=[_renewed(command, new) for command in step.commands])
    return step


def _renewed(value: Any, new: dict[str, str]) -> Any:  # noqa: ANN401  any value of SQL or Redis
    """Put the new ids in the place of the recorded ones, however deep they are."""
    match value:
        case UUID():
            return UUID(new[str(value)]) if str(value) in new else value
        case str():
            return SOME_ID.sub(lambda found: new.get(found[0], found[0]), value)
        case Jsonb():
            return Jsonb(_renewed(value.obj, new), value.dumps)
        case dict():
            return {name: _renewed(part, new) for name, part in value.items()}
        case list() | tuple():
            return type(value)(_renewed(part, new) for part in value)
    return value


def _ids(recording: Recording) -> set[str]:
    return {id for step in recording.steps for id in SOME_ID.findall(_text(step))}


def _text(step: Step) -> str:
    return str(_renewed(step.values if isinstance(step, Statement) else step, {}))


def _shape(steps: Iterable[Step]) -> list[Any]:
    return [
        (step.service, step.sql, step.rows)
        if isinstance(step, Statement)
        else step
        if isinstance(step, End)
        else [command[:2] for command in step.commands]
        for step in steps
    ]


def _require_same_shape(first: Recording, second: Recording) -> None:
    for one, other in zip(_shape(first.steps), _shape(second.steps), strict=True):
        if one != other:
            raise NotTheSame(f"two chains differ: {one} and {other}")


def _require_same_outcome(steps: list[Step], outcome: list[Any]) -> None:
    done = [step for step in steps if not isinstance(step, End)]
    for step, now in zip(done, outcome, strict=True):
        if isinstance(step, Statement):
            before, after = step.rows, now
        else:
            before, after = _events(step.answers), _events(now)
        if before != after:
            raise NotTheSame(f"{step}: {before} when it was recorded, {after} now")


def _events(answer: Any) -> int:  # noqa: ANN401  whatever Redis answers
    """How many events an answer of Redis carries, in the shape of either protocol."""
    if isinstance(answer, dict):
        return 1 if EVENT in answer else sum(map(_events, answer.values()))
    return sum(map(_events, answer)) if isinstance(answer, list | tuple) else 0
