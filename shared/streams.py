"""Redis Streams: one stream per publisher, one group per hearing service, each read once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from annotated_types import MaxLen
from pydantic import TypeAdapter
from redis import Redis, ResponseError

from shared.events import Envelope

EVENT = "ce"
ROLL_CALL = "rollcall"
BATCH = 100
STALE_MS = 30_000
LARGEST_EVENT = 100_000

Question = TypeAdapter(Annotated[list[tuple[UUID, str]], MaxLen(1_000)])


def stream_of(publisher: str) -> str:
    return f"events.{publisher}"


def answers_of(publisher: str) -> str:
    return f"answers.{publisher}"


class Foreign(ValueError):
    """An entry that its stream's publisher did not write: it has no effect."""


@dataclass(frozen=True)
class Entry:
    """One entry of a stream, as a group received it."""

    stream: str
    id: str
    fields: dict[str, str]

    @property
    def publisher(self) -> str:
        return self.stream.partition(".")[2]

    @property
    def envelope(self) -> Envelope | None:
        """The event, if this is one. Each publisher announces its own events and no others'."""
        raw = self.fields.get(EVENT)
        if raw is None:
            return None
        if len(raw) > LARGEST_EVENT:
            raise Foreign(f"an event of {len(raw)} characters")
        envelope = Envelope.model_validate_json(raw)
        if (envelope.publisher, envelope.source) != (self.publisher, f"/{self.publisher}"):
            raise Foreign(f"{envelope.type!r} of {envelope.source!r} is not {self.publisher}'s")
        return envelope

    @property
    def roll_call(self) -> list[tuple[UUID, str]] | None:
        """The ids and topics a publisher asks about, if this is such a question."""
        raw = self.fields.get(ROLL_CALL)
        asked = Question.validate_json(raw) if raw else []
        if any(topic.partition(".")[0] != self.publisher for _, topic in asked):
            raise Foreign(f"{self.publisher} asks about others' events")
        return asked or None


class Streams:
    """A service's place in the streams of those it listens to.

    Groups start at the very first entry, and are made again when the server has lost them.
    """

    def __init__(self, redis: Redis, group: str, publishers: Iterable[str], consumer: str) -> None:
        self.redis: Any = redis
        self.group = group
        self.consumer = consumer
        self.names = [stream_of(publisher) for publisher in publishers]

    def join(self) -> None:
        for name in self.names:
            try:
                self.redis.xgroup_create(name, self.group, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    def left_over(self) -> list[Entry]:
        """What this very consumer received before it stopped, and did not finish."""
        return self._read("0", block=None)

    def fresh(self, wait_ms: int) -> list[Entry]:
        return self._read(">", block=wait_ms)

    def stale(self, idle_ms: int = STALE_MS) -> list[Entry]:
        """What a consumer of this group received a while ago and never finished."""
        return list(self._claim(idle_ms))

    def done(self, entries: Iterable[Entry]) -> None:
        pipeline = self.redis.pipeline(transaction=False)
        for entry in entries:
            pipeline.xack(entry.stream, self.group, entry.id)
        pipeline.execute()

    def _read(self, position: str, block: int | None) -> list[Entry]:
        places = dict.fromkeys(self.names, position)
        found = self.redis.xreadgroup(self.group, self.consumer, places, count=BATCH, block=block)
        return [
            Entry(stream, id, fields)
            for stream, entries in received(found)
            for id, fields in entries
            if fields
        ]

    def _claim(self, idle_ms: int) -> Iterator[Entry]:
        for name in self.names:
            answer = self.redis.xautoclaim(name, self.group, self.consumer, idle_ms, count=BATCH)
            for id, fields in answer[1]:
                if fields:
                    yield Entry(name, id, fields)


def received(found: Any) -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:  # noqa: ANN401  redis-py's types
    """Go through what a read gave, in the shape of either protocol: RESP3 nests a list more."""
    streams = found.items() if isinstance(found, dict) else found or []
    for stream, entries in streams:
        nested = len(entries) == 1 and isinstance(entries[0], list)
        yield stream, entries[0] if nested else entries
