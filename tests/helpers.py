"""The bus without Redis, programs that call the services as somebody, and moves at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Barrier
from typing import Any, TypeVar

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from runtime.services import SERVICES
from runtime.web import create_web
from services.identity.tokens import access_token
from shared.auth import SYSTEM, Actor
from shared.bus import handle_alone
from shared.errors import Conflict
from shared.events import Envelope, Event
from shared.ledger import ledger
from shared.outbox import envelope_of
from shared.work import clock, unit_of_work

E = TypeVar("E", bound=Event)


class Bus:
    """What was published, and how to have it delivered now."""

    def published(self, event: type[E]) -> list[E]:
        return [event.model_validate(e.data) for e in self.envelopes(event)]

    def envelopes(self, event: type[Event]) -> list[Envelope]:
        service = event.topic.partition(".")[0]
        outbox = ledger(service).outbox
        with unit_of_work(service, SYSTEM) as uow:
            rows = select(outbox).where(outbox.c.topic == event.topic).order_by(outbox.c.seq)
            return [envelope_of(row) for row in uow.session.execute(rows).mappings()]

    def deliver_all(self) -> None:
        """Deliver until everything is quiet. A handler that fails fails the test."""
        while waiting := [e for name in SERVICES for e in _take_unsent(name)]:
            for envelope in waiting:
                self.deliver(envelope)

    def deliver(self, envelope: Envelope) -> None:
        for service in SERVICES.values():
            for handler in service.handlers.hearing(envelope.type):
                if not handle_alone(service.name, handler, envelope):
                    raise AssertionError(_why(service.name, envelope))


def _take_unsent(service: str) -> list[Envelope]:
    outbox = ledger(service).outbox
    with unit_of_work(service, SYSTEM) as uow:
        unsent = select(outbox).where(outbox.c.published_at.is_(None)).order_by(outbox.c.seq)
        rows = uow.session.execute(unsent).mappings().all()
        seqs = [row["seq"] for row in rows]
        uow.session.execute(
            update(outbox).where(outbox.c.seq.in_(seqs)).values(published_at=clock())
        )
        return [envelope_of(row) for row in rows]


def _why(service: str, envelope: Envelope) -> str:
    dead = ledger(service).dead_letter
    with unit_of_work(service, SYSTEM) as uow:
        found = uow.session.execute(select(dead).where(dead.c.event_id == envelope.id)).first()
    return f"{service} could not handle {envelope.type}: {found and found.error}"


def token_of(actor: Actor) -> str:
    """An access token for all services, as identity would sign it."""
    claims = {
        "sub": str(actor.id),
        "name": actor.name,
        "lang": actor.language,
        "sid": str(actor.session) if actor.session else None,
        "auth": int(actor.confirmed_at.timestamp()) if actor.confirmed_at else None,
        "ro": actor.reads_only,
        "grants": [
            {
                "role": grant.role,
                "sites": "*" if grant.places is None else [str(id) for id in grant.places],
                "process": grant.process,
            }
            for grant in actor.grants
        ],
    }
    token, _ = access_token(claims, list(SERVICES))
    return token


@cache
def all_services() -> FastAPI:
    """Put together once for all tests that only ask: it takes longer than most of them."""
    return create_web(list(SERVICES), with_portal=False)


def beside(client: TestClient, /, **options: Any) -> TestClient:  # noqa: ANN401
    """Another client of the same application, in the same event loop.

    In a loop of its own, what a page that failed still asks of services would be cut off in the
    middle and keep its connections to the database. Behind a server it comes to its end.
    """
    made = TestClient(client.app, **options)
    made.portal = client.portal
    return made


def together(*moves: Callable[[], object]) -> list[object]:
    """Start all at once, and give what each returned or how it was refused."""
    start = Barrier(len(moves))

    def run(move: Callable[[], object]) -> object:
        start.wait()
        try:
            return move()
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(run, moves))
