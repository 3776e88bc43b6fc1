"""The bus: from the outbox to Redis Streams, and from there to the handlers.

At least once on the wire, exactly once in effect: an event's mark in the inbox commits together
with what its handler did.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from redis import Redis
from sqlalchemy import (
    ARRAY,
    BigInteger,
    RowMapping,
    Select,
    Update,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.sql.selectable import TypedReturnsRows

from shared.auth import SYSTEM
from shared.db import set_context
from shared.errors import TryLater
from shared.events import Envelope, Handler, Handlers
from shared.ledger import ledger
from shared.logging import correlated
from shared.metrics import HANDLED, HANDLING, PUBLISHED
from shared.outbox import envelope_of
from shared.settings import settings
from shared.streams import BATCH, EVENT, Entry, Foreign, stream_of
from shared.work import UnitOfWork, clock, unit_of_work

log = structlog.get_logger()

TRANSIENT = (OperationalError, InterfaceError, TryLater)
RELAY_LOCK = 7_301
LONGEST_KEPT = 2_000
NOBODY = "nobody"
"""In place of a handler: an entry of a stream that no handler was shown."""


@dataclass(frozen=True)
class Statements:
    """What every event costs. Built once a service: building takes as long as running."""

    lock: Select[tuple[bool]]
    unsent: Select[Any]
    sent: Update
    mark: TypedReturnsRows[tuple[UUID, str]]


@cache
def _statements(service: str) -> Statements:
    outbox, inbox = ledger(service).outbox, ledger(service).inbox
    mark = insert(inbox).values(event_id=bindparam("event_id"), handler=bindparam("handler"))
    told = set_context(bindparam("context"))
    unsent = select(outbox).where(outbox.c.published_at.is_(None))
    sent = update(outbox).where(
        outbox.c.seq == func.any(bindparam("seqs", type_=ARRAY(BigInteger)))
    )
    return Statements(
        lock=select(func.pg_try_advisory_xact_lock(RELAY_LOCK, func.hashtext(service))),
        unsent=unsent.order_by(outbox.c.seq).limit(BATCH),
        sent=sent.values(published_at=func.clock_timestamp()),
        mark=mark.on_conflict_do_nothing().returning(inbox.c.event_id, told),
    )


Dispatch = Callable[[str, str, str], None]
"""Hand (service, handler, envelope as JSON) to a slower worker."""


def relay(service: str, redis: Redis) -> int:
    """Send one batch of unsent rows, in order. A crash in between sends it twice.

    Only one relay of a service works at a time, by a lock that writers never take: two would
    mix up the order. Rows are chosen by not being marked, never by a position remembered: a
    transaction that commits late has a lower number than one already seen.
    """
    to_run = _statements(service)
    with unit_of_work(service, SYSTEM) as uow:
        if not uow.session.scalar(to_run.lock):
            return 0
        rows = uow.session.execute(to_run.unsent).mappings().all()
        if not rows:
            return 0
        _send(service, redis, rows)
        uow.session.execute(to_run.sent, {"seqs": [row["seq"] for row in rows]})
    PUBLISHED.labels(service).inc(len(rows))
    return len(rows)


def _send(service: str, redis: Redis, rows: Sequence[RowMapping]) -> None:
    pipeline = redis.pipeline(transaction=False)
    for row in rows:
        pipeline.xadd(stream_of(service), {EVENT: envelope_of(row).model_dump_json()})
    pipeline.execute()


def deliver(
    service: str, handlers: Handlers, envelopes: Sequence[Envelope], dispatch: Dispatch
) -> list[Envelope]:
    """Run the quick handlers of a batch, and hand the slow ones over after the commit.

    Gives back the events that must come again.
    """
    quick = [(h, e) for e in envelopes for h in handlers.hearing(e.type) if not h.slow]
    again = _handle_together(service, quick)
    for envelope in envelopes:
        for handler in handlers.hearing(envelope.type):
            if handler.slow:
                dispatch(service, handler.name, envelope.model_dump_json())
    return [envelope for envelope in envelopes if envelope.id in again]


def _handle_together(service: str, quick: Sequence[tuple[Handler, Envelope]]) -> set[UUID]:
    """Commit once for all, each handler in a savepoint of its own. Gives the ids that failed."""
    if len(quick) == 1:
        [(handler, envelope)] = quick
        return set() if handle_alone(service, handler, envelope) else {envelope.id}
    with unit_of_work(service, SYSTEM) as batch:
        return {e.id for handler, e in quick if not handle_within(batch, handler, e)}


def handle_alone(service: str, handler: Handler, envelope: Envelope) -> bool:
    """Handle one event in a transaction of its own. False: it failed and must come again."""
    try:
        with unit_of_work(service, SYSTEM) as uow:
            _handle(uow, handler, envelope)
    except TRANSIENT:
        raise
    except Exception as error:  # noqa: BLE001  whatever a handler raises is counted and kept
        with unit_of_work(service, SYSTEM) as uow:
            return _failed(uow, handler, envelope, error)
    return True


def handle_within(batch: UnitOfWork, handler: Handler, envelope: Envelope) -> bool:
    """Handle one event among others, in a savepoint. False: it failed and must come again."""
    try:
        with batch.session.begin_nested():
            _handle(batch, handler, envelope)
    except TRANSIENT:
        raise
    except Exception as error:  # noqa: BLE001
        return _failed(batch, handler, envelope, error)
    return True


def _handle(own: UnitOfWork, handler: Handler, envelope: Envelope) -> None:
    """Run one handler, unless it has seen the event."""
    uow = replace(own, correlation_id=envelope.correlationid, now=clock(), cause=envelope)
    with correlated(envelope.correlationid):
        if not _first_time(uow, handler, envelope):
            return
        handler.run(uow, handler.event.model_validate(envelope.data))
    HANDLED.labels(uow.service, handler.name, "done").inc()
    HANDLING.labels(uow.service).observe((clock() - envelope.time).total_seconds())


def _first_time(uow: UnitOfWork, handler: Handler, envelope: Envelope) -> bool:
    """Mark the event, and tell PostgreSQL in the same statement for whom it is handled."""
    mark = {"event_id": envelope.id, "handler": handler.name, "context": uow.context()}
    return uow.session.scalar(_statements(uow.service).mark, mark) is not None


def put_aside(service: str, entry: Entry, refused: ValueError) -> None:
    """Keep what cannot be an event for a person to look at. Nothing else comes of it."""
    why = str(refused) if isinstance(refused, Foreign) else "not written as an event is"
    with unit_of_work(service, SYSTEM) as uow:
        row = insert(uow.ledger.dead_letter).values(
            event_id=uuid5(NAMESPACE_URL, f"{entry.stream}/{entry.id}"),
            handler=NOBODY,
            topic=entry.stream,
            envelope=str(entry.fields)[:LONGEST_KEPT],
            attempts=1,
            error=why[:LONGEST_KEPT],
            dead_at=func.now(),
        )
        uow.session.execute(row.on_conflict_do_nothing())
    HANDLED.labels(service, NOBODY, "refused").inc()
    log.error("entry refused", stream=entry.stream, entry=entry.id, why=why)


def _failed(uow: UnitOfWork, handler: Handler, envelope: Envelope, error: Exception) -> bool:
    """Count the failure. True once it is dead: kept in the table, shown, and not tried again."""
    table = uow.ledger.dead_letter
    text = f"{type(error).__name__}: {error}"[:LONGEST_KEPT]
    row = insert(table).values(
        event_id=envelope.id,
        handler=handler.name,
        topic=envelope.type,
        envelope=envelope.model_dump_json(),
        attempts=1,
        error=text,
    )
    row = row.on_conflict_do_update(
        index_elements=[table.c.event_id, table.c.handler],
        set_={"attempts": table.c.attempts + 1, "error": text, "failed_at": func.now()},
    )
    attempts = uow.session.scalar(row.returning(table.c.attempts)) or 0
    dead = attempts >= settings().max_deliveries
    if dead:
        this = (table.c.event_id == envelope.id) & (table.c.handler == handler.name)
        uow.session.execute(update(table).where(this).values(dead_at=func.now()))
    HANDLED.labels(uow.service, handler.name, "dead" if dead else "failed").inc()
    log.error(
        "event not handled",
        topic=envelope.type,
        event_id=str(envelope.id),
        handler=handler.name,
        attempts=attempts,
        dead=dead,
        exc_info=error,
    )
    return dead
