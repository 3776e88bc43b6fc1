"""The bus: from the outbox to Redis Streams, and from there to the handlers.

At least once on the wire, exactly once in effect: an event's mark in the inbox commits together
with what its handler did.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog
from redis import Redis
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError

from shared.auth import SYSTEM
from shared.errors import TryLater
from shared.events import Envelope, Handler, Handlers
from shared.logging import correlated
from shared.metrics import HANDLED, HANDLING, PUBLISHED
from shared.outbox import envelope_of
from shared.settings import settings
from shared.streams import BATCH, EVENT, stream_of
from shared.work import UnitOfWork, clock, unit_of_work

log = structlog.get_logger()

TRANSIENT = (OperationalError, InterfaceError, TryLater)
RELAY_LOCK = 7_301

Dispatch = Callable[[str, str, str], None]
"""Hand (service, handler, envelope as JSON) to a slower worker."""


def relay(service: str, redis: Redis) -> int:
    """Send one batch of unsent rows, in order. A crash in between sends it twice.

    Only one relay of a service works at a time, by a lock that writers never take: two would
    mix up the order. Rows are chosen by not being marked, never by a position remembered: a
    transaction that commits late has a lower number than one already seen.
    """
    with unit_of_work(service, SYSTEM) as uow:
        outbox = uow.ledger.outbox
        lock = func.pg_try_advisory_xact_lock(RELAY_LOCK, func.hashtext(service))
        if not uow.session.scalar(select(lock)):
            return 0
        unsent = select(outbox).where(outbox.c.published_at.is_(None))
        rows = uow.session.execute(unsent.order_by(outbox.c.seq).limit(BATCH)).mappings().all()
        if not rows:
            return 0
        _send(service, redis, rows)
        sent = outbox.c.seq.in_([row["seq"] for row in rows])
        uow.session.execute(update(outbox).where(sent).values(published_at=func.clock_timestamp()))
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
    """Run the quick handlers of a batch in one transaction, each in a savepoint of its own.

    Slow ones are handed over after the commit. Gives back the events that must come again.
    """
    again: list[Envelope] = []
    with unit_of_work(service, SYSTEM) as batch:
        for envelope in envelopes:
            quick = [h for h in handlers.hearing(envelope.type) if not h.slow]
            done = [handle(batch, handler, envelope) for handler in quick]
            if not all(done):
                again.append(envelope)
    for envelope in envelopes:
        for handler in handlers.hearing(envelope.type):
            if handler.slow:
                dispatch(service, handler.name, envelope.model_dump_json())
    return again


def handle(batch: UnitOfWork, handler: Handler, envelope: Envelope) -> bool:
    """Run one handler, unless it has seen the event. False: it failed and must see it again."""
    uow = replace(batch, correlation_id=envelope.correlationid, now=clock(), cause=envelope)
    batch.session.info["uow"] = uow
    with correlated(envelope.correlationid):
        try:
            with uow.session.begin_nested():
                if not _first_time(uow, handler, envelope):
                    return True
                handler.run(uow, handler.event.model_validate(envelope.data))
        except TRANSIENT:
            raise
        except Exception as error:  # noqa: BLE001  whatever a handler raises is counted and kept
            return _failed(uow, handler, envelope, error)
    delay = (clock() - envelope.time).total_seconds()
    HANDLED.labels(uow.service, handler.name, "done").inc()
    HANDLING.labels(uow.service).observe(delay)
    return True


def _first_time(uow: UnitOfWork, handler: Handler, envelope: Envelope) -> bool:
    mark = insert(uow.ledger.inbox).values(event_id=envelope.id, handler=handler.name)
    first = mark.on_conflict_do_nothing().returning(uow.ledger.inbox.c.event_id)
    return uow.session.scalar(first) is not None


def _failed(uow: UnitOfWork, handler: Handler, envelope: Envelope, error: Exception) -> bool:
    """Count the failure. True once it is dead: kept in the table, shown, and not tried again."""
    table = uow.ledger.dead_letter
    text = f"{type(error).__name__}: {error}"[:2000]
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


def handle_alone(service: str, handler: Handler, envelope: Envelope) -> bool:
    """The same, in a transaction of its own: for slow handlers and for replays."""
    with unit_of_work(service, SYSTEM) as uow:
        return handle(uow, handler, envelope)
