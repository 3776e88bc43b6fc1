"""What an operator, and the timeline of a story, may ask of every service."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import delete, func, select, text, update

from shared.auth import SYSTEM
from shared.bus import handle_within
from shared.db import open_session
from shared.errors import NotFound
from shared.events import Envelope, Handlers
from shared.evidence import about
from shared.ledger import ledger
from shared.metrics import DEAD, UNSEALED, UNSENT
from shared.outbox import connect
from shared.schemas import LARGEST_PAGE, HistoryEntry, Page, Reading, SignatureOut, Step
from shared.signing import signatures
from shared.work import UnitOfWork, authorised, unit_of_work

TIMELINE_LIMIT = 500
DEAD_SHOWN = 200


class DeadLetter(BaseModel):
    event_id: UUID
    handler: str
    topic: str
    attempts: int
    error: str
    failed_at: datetime
    dead_at: datetime | None


class Replayed(BaseModel):
    replayed: bool


def router_of(service: str, handlers: Handlers, past: str | None = None) -> APIRouter:
    router = APIRouter(tags=["operations"])
    Read = Annotated[UnitOfWork, authorised(f"{service}:read")]  # noqa: N806
    Past = Annotated[UnitOfWork, authorised(past or f"{service}:read")]  # noqa: N806
    Operate = Annotated[UnitOfWork, authorised(f"{service}:operate")]  # noqa: N806

    @router.get("/timeline/{correlation_id}")
    def timeline(correlation_id: UUID, uow: Read) -> list[Step]:
        """What this service announced in one story, as far as the caller may see."""
        return story(uow, correlation_id)

    @router.get("/history/{object_id}")
    def history(
        object_id: UUID,
        uow: Past,
        after: Annotated[int | None, Query(ge=1)] = None,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    ) -> Page[HistoryEntry]:
        """What was done to one object, newest first, as far as the caller may see."""
        return changes(uow, object_id, after, limit)

    @router.get("/dead-letters")
    def dead_letters(uow: Operate) -> list[DeadLetter]:
        uow.require_whole_group()
        table = uow.ledger.dead_letter
        rows = select(table).order_by(table.c.failed_at.desc()).limit(DEAD_SHOWN)
        return [DeadLetter(**row) for row in uow.session.execute(rows).mappings()]

    @router.post("/dead-letters/{event_id}/{handler}/replay")
    def replay_one(event_id: UUID, handler: str, uow: Operate) -> Replayed:
        uow.require_whole_group()
        return Replayed(replayed=replay(service, handlers, event_id, handler))

    return router


def readings_router(service: str) -> APIRouter:
    router = APIRouter(tags=["operations"])
    Oversee = Annotated[UnitOfWork, authorised(f"{service}:oversee")]  # noqa: N806

    @router.get("/readings")
    def readings(
        uow: Oversee,
        person_id: UUID | None = None,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    ) -> Page[Reading]:
        """What people from outside asked for, newest first: for who answers for the whole group."""
        uow.require_whole_group()
        return asked_for(uow, person_id, after, limit)

    return router


def signatures_router(service: str) -> APIRouter:
    """For a service in which people sign something."""
    router = APIRouter(tags=["operations"])
    Read = Annotated[UnitOfWork, authorised(f"{service}:read")]  # noqa: N806

    @router.get("/signatures/{record_id}")
    def signed(record_id: UUID, uow: Read) -> list[SignatureOut]:
        """Who signed a record, as what, and whether it still says what was signed."""
        return signatures(uow, record_id)

    return router


def story(uow: UnitOfWork, correlation_id: UUID) -> list[Step]:
    outbox = uow.ledger.outbox
    rows = select(outbox).where(outbox.c.correlation_id == correlation_id)
    if uow.places is not None:
        rows = rows.where(outbox.c.site_id.in_(uow.places))
    rows = rows.order_by(outbox.c.seq).limit(TIMELINE_LIMIT)
    return [Step.model_validate(row, from_attributes=True) for row in uow.session.execute(rows)]


def changes(
    uow: UnitOfWork, object_id: UUID, after: int | None = None, limit: int = LARGEST_PAGE
) -> Page[HistoryEntry]:
    table = uow.ledger.history
    rows = select(table).where(about(uow, object_id))
    if uow.places is not None:
        rows = rows.where(table.c.site_id.in_(uow.places))
    if after is not None:
        rows = rows.where(table.c.seq < after)
    found = uow.session.execute(rows.order_by(table.c.seq.desc()).limit(limit + 1)).all()
    items = [HistoryEntry.model_validate(row, from_attributes=True) for row in found[:limit]]
    return Page(items=items, next=str(items[-1].seq) if len(found) > limit else None)


def asked_for(
    uow: UnitOfWork, person_id: UUID | None, after: UUID | None, limit: int
) -> Page[Reading]:
    """Ids grow with time and alike in all services: one cursor pages through all of them."""
    table = uow.ledger.reading
    rows = select(table)
    if person_id is not None:
        rows = rows.where(table.c.person_id == person_id)
    if after is not None:
        rows = rows.where(table.c.id < after)
    found = uow.session.execute(rows.order_by(table.c.id.desc()).limit(limit + 1)).all()
    items = [Reading.model_validate(row, from_attributes=True) for row in found[:limit]]
    return Page(items=items, next=str(items[-1].id) if len(found) > limit else None)


def replay(service: str, handlers: Handlers, event_id: UUID, handler: str) -> bool:
    """Try a dead event once more. Its row goes when it succeeds, and is counted when not."""
    with unit_of_work(service, SYSTEM) as uow:
        table = uow.ledger.dead_letter
        this = (table.c.event_id == event_id) & (table.c.handler == handler)
        raw = uow.session.scalar(select(table.c.envelope).where(this).with_for_update())
        if raw is None or not handlers.knows(handler):
            raise NotFound(kind="dead letter", id=event_id)
        uow.session.execute(update(table).where(this).values(attempts=0, dead_at=None))
        done = handle_within(uow, handlers.named(handler), Envelope.model_validate_json(raw))
        if done:
            uow.session.execute(delete(table).where(this))
        return done


def require_servers(service: str) -> None:
    """Raise if the database or Redis does not answer: then this process takes no requests."""
    with open_session(service, {"sites": ""}) as session:
        session.execute(text("select 1"))
    connect(service, timeout=2.0).ping()


def measure(uow: UnitOfWork) -> None:
    tables = ledger(uow.service)
    unsent = select(func.count()).where(tables.outbox.c.published_at.is_(None))
    dead = select(func.count()).where(tables.dead_letter.c.dead_at.is_not(None))
    UNSENT.labels(uow.service).set(uow.session.scalar(unsent) or 0)
    DEAD.labels(uow.service).set(uow.session.scalar(dead) or 0)
    newest = select(func.coalesce(func.max(tables.leaf.c.seq), 0)).scalar_subquery()
    oldest = select(func.min(tables.history.c.at)).where(tables.history.c.seq > newest)
    since = uow.session.scalar(oldest) or uow.now
    UNSEALED.labels(uow.service).set((uow.now - since).total_seconds())
