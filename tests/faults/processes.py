"""The processes of the fault runs, so that relays and consumers can be killed apart.

`python -m tests.faults.processes api|relay|consume [BREAKAGE]`. A breakage patches this process,
and nothing in the product, into one of the mistakes that the fault runs must be able to find.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import uvicorn
from redis import Redis
from sqlalchemy import insert, select, text, update

import runtime.work
from runtime.celery import dispatch
from runtime.services import SERVICES
from runtime.web import create_web
from runtime.work import Consumer, Reconciler, Relay
from services.audit.events import FindingRaised
from shared import bus, outbox, reconciler
from shared.auth import SYSTEM
from shared.events import Event
from shared.logging import configure_logging
from shared.outbox import bell, envelope_of
from shared.settings import settings
from shared.streams import EVENT, stream_of
from shared.work import UnitOfWork, clock, unit_of_work

KILLED_EVERY = 5


def main(role: str, breakage: str | None) -> None:
    configure_logging("WARNING")
    if breakage:
        BREAKAGES[breakage]()
    if role == "api":
        web = create_web(list(SERVICES), with_portal=False)
        uvicorn.run(web, port=settings().port, log_level="warning")
        return
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    for target in ROLES[role](stopping):
        threading.Thread(target=target, daemon=True).start()
    stopping.wait()


def _relays(stopping: threading.Event) -> list[Callable[[], None]]:
    for name in SERVICES:
        bell(name)
    relays = [Relay(name, stopping).run for name in SERVICES]
    return [*relays, *(Reconciler(name, stopping).run for name in SERVICES)]


def _consumers(stopping: threading.Event) -> list[Callable[[], None]]:
    SERVICES["actions"].handlers.on(FindingRaised)(note_effect)
    return [Consumer(s, dispatch, stopping).run for s in SERVICES.values() if s.handlers.registered]


def note_effect(uow: UnitOfWork, event: FindingRaised) -> None:
    """An effect that nothing but the inbox keeps from happening twice: its table has no key."""
    uow.session.execute(text("insert into actions.effect values (:id)"), {"id": event.finding_id})


ROLES = {"relay": _relays, "consume": _consumers}


def _no_inbox() -> None:
    """Every delivery counts as the first one."""
    bus._first_time = lambda *_: True  # noqa: SLF001  the very thing to be broken


def _relay_by_cursor() -> None:
    """Remember the highest number sent, and send what is above it."""
    seen: dict[str, int] = {}

    def relay(service: str, redis: Redis) -> int:
        with unit_of_work(service, SYSTEM) as uow:
            outbox = uow.ledger.outbox
            above = select(outbox).where(outbox.c.seq > seen.get(service, 0))
            rows = uow.session.execute(above.order_by(outbox.c.seq).limit(100)).mappings().all()
            for row in rows:
                redis.xadd(stream_of(service), {EVENT: envelope_of(row).model_dump_json()})
                seen[service] = row["seq"]
            sent = outbox.c.seq <= seen.get(service, 0)
            uow.session.execute(
                update(outbox)
                .where(sent, outbox.c.published_at.is_(None))
                .values(published_at=clock())
            )
        return len(rows)

    runtime.work.relay = relay  # type: ignore[attr-defined]
    _no_reconciler()


def _no_reconciler() -> None:
    """Believe that what was once sent has arrived."""
    reconciler.republish_if_another_server = lambda *_: False
    reconciler.ask = lambda *_: 0


def _publish_outside() -> None:
    """Commit first and announce then; now and then the process dies in between."""
    waiting = threading.local()
    commits = count(1)

    def keep(uow: UnitOfWork, news: Sequence[tuple[Event, Any]]) -> None:
        uow.session.flush()
        waiting.rows = [uow._row(event, about) for event, about in news]  # noqa: SLF001
        uow.session.info["published"] = True

    def announce(service: str) -> None:
        if next(commits) % KILLED_EVERY == 0:
            os._exit(9)
        with unit_of_work(service, SYSTEM) as uow:
            uow.session.execute(insert(uow.ledger.outbox).inline(), waiting.rows)

    UnitOfWork.publish_all = keep  # type: ignore[method-assign,assignment]
    outbox.wake = announce


BREAKAGES = {
    "publish outside": _publish_outside,
    "no inbox": _no_inbox,
    "relay by cursor": _relay_by_cursor,
    "no reconciler": _no_reconciler,
}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
