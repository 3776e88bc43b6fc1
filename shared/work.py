"""The unit of work: one transaction, by one actor, at one moment, within what they may see."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Protocol, TypeVar
from uuid import UUID, uuid4

from fastapi import Depends, Request
from sqlalchemy import Select, func, inspect, literal, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shared import outbox
from shared.auth import NOWHERE, SYSTEM, Actor, Places, current_actor
from shared.db import Entity, OfSite, Traced, open_session, set_context, to_json
from shared.errors import ConfirmIdentity, Forbidden, NotFound, NotInASession, StaleVersion
from shared.events import Envelope, Event
from shared.history import state_of
from shared.ledger import Ledger, ledger
from shared.readings import reading_of

M = TypeVar("M", bound=Entity)

TO_SIGN = timedelta(minutes=5)
TO_ADMINISTER = timedelta(minutes=10)


class Seen(Protocol):
    """What somebody sends who changes a row: the version of it that was on the screen."""

    version: int

    def model_dump(self) -> dict[str, Any]: ...


def clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the one clock


@dataclass(frozen=True)
class UnitOfWork:
    """What every command takes first.

    All that a command adds, and all that it publishes, is committed together or not at all.
    Nothing but the context manager below commits.
    """

    session: Session
    service: str
    actor: Actor
    permission: str | None = None
    correlation_id: UUID = field(default_factory=uuid4)
    now: datetime = field(default_factory=clock)
    cause: Envelope | None = None

    @property
    def places(self) -> Places:
        """Where the actor may do what this unit of work is for."""
        return scope(self.actor, self.permission)

    @property
    def ledger(self) -> Ledger:
        return ledger(self.service)

    def get(self, model: type[M], id: UUID, *, lock: bool = False, seen: Seen | None = None) -> M:
        """Load a row to work on. Out of scope it does not exist; readable only, it is refused.

        With `lock`, nobody else changes it meanwhile; with `seen`, nobody did since it was shown.
        """
        row = self.session.get(model, id, with_for_update=lock or None)
        if row is None:
            raise NotFound(kind=model.__name__, id=id)
        self.require_scope(row)
        if seen is not None and seen.version != row.version:
            raise StaleVersion(
                kind=model.__name__,
                version=seen.version,
                current_version=row.version,
                current=state_of(row),
                yours=seen.model_dump(),
            )
        return row

    def find(self, model: type[M], id: UUID | None) -> M | None:
        """The row a repeated create made the first time, if there is one."""
        return None if id is None else self.session.scalar(self.select(model).where(model.id == id))

    def select(self, model: type[M]) -> Select[M]:
        """Start every query here: it sees the actor's places and no other."""
        everything = select(model)
        if self.places is None or not issubclass(model, OfSite):
            return everything
        return everything.where(model.site_id.in_(self.places))

    def add(self, row: M) -> M:
        """Insert the row now, so that it has its id when an event or a response needs it."""
        if isinstance(row, Traced) and "correlation_id" not in inspect(row).dict:
            row.correlation_id = self.correlation_id
        self.require_scope(row)
        self.session.add(row)
        self.session.flush()
        return row

    def add_unless(self, row: M, taken: Callable[[], Exception]) -> M:
        """Insert the row. The table lets in one of its kind: to another it refuses as told."""
        try:
            with self.session.begin_nested():
                return self.add(row)
        except IntegrityError:
            raise taken() from None

    def add_all(self, rows: Sequence[M]) -> None:
        """Insert rows that have nothing to do with each other: each begins a story of its own."""
        for row in rows:
            if isinstance(row, Traced):
                row.correlation_id = uuid4()
            self.require_scope(row)
        self.session.add_all(rows)
        self.session.flush()

    @contextmanager
    def everywhere(self) -> Iterator["UnitOfWork"]:
        """Work beyond the actor's places, where the right to does not come from a place.

        What is looked up so is answered with less than the rows hold. It is the same transaction,
        and what is changed in it is still the actor's doing.
        """
        self.session.flush()
        self.session.execute(_let_through("*"))
        yield replace(self, actor=SYSTEM)
        self.session.flush()
        self.session.execute(_let_through(readable(self.service, self.actor, self.permission)))

    def because(self, reason: str) -> None:
        """Have the reason kept with all that is written from here on, flushed or not yet."""
        self.session.connection().execute(select(set_context(self.context(reason))))

    def context(self, reason: str = "") -> str:
        """What PostgreSQL records with each change: who, when, in which story, and why."""
        cause = self.cause
        return to_json(
            {
                "at": self.now,
                "actor_id": self.actor.id,
                "actor_name": self.actor.name,
                "on_behalf_of": cause.actorid if cause else None,
                "session_id": self.actor.session,
                "correlation_id": self.correlation_id,
                "causation_id": cause.id if cause else None,
                "reason": reason,
            }
        )

    def publish(self, event: Event, about: Entity | None = None) -> None:
        """Tell the other services, if and when this transaction commits."""
        self.publish_all([(event, about)])

    def publish_all(self, news: Sequence[tuple[Event, Entity | None]]) -> None:
        """The same for several events, in one statement."""
        self.session.flush()
        if news:
            rows = [self._row(event, about) for event, about in news]
            self.session.execute(self.ledger.news, rows)
            self.session.info["published"] = True

    def _row(self, event: Event, about: Entity | None) -> dict[str, Any]:
        return {
            "id": outbox.new_id(),
            "topic": event.topic,
            "subject": about.id if about else None,
            "sequence": about.version if about else None,
            "site_id": getattr(about, "site_id", None),
            "actor_id": self.actor.id,
            "actor_name": self.actor.name,
            "correlation_id": self._story(about),
            "causation_id": self.cause.id if self.cause else None,
            "occurred_at": self.now,
            "payload": event.model_dump(mode="json"),
        }

    def _story(self, about: Entity | None) -> UUID:
        return about.correlation_id if isinstance(about, Traced) else self.correlation_id

    def require_scope(self, row: object) -> None:
        """Refuse a row of a place where the actor may not do what this unit of work is for."""
        if isinstance(row, OfSite):
            self.require_place(row.site_id, type(row).__name__, row.id)

    def require_place(self, place: UUID, kind: str = "Node", id: UUID | None = None) -> None:
        """The same for a place itself. Where the actor may not even read, nothing is there."""
        if self.places is None or place in self.places:
            return
        if self.permission and self.actor.may(f"{self.service}:read", place):
            raise Forbidden(permission=self.permission)
        raise NotFound(kind=kind, id=id or place)

    def require_session(self) -> None:
        """Refuse programs: what they hold may be stolen, and must not outlive its own end."""
        if self.actor.session is None and not self.actor.all_powerful:
            raise NotInASession

    def require_confirmed(self, within: timedelta) -> None:
        """Refuse who did not prove lately that it is still they who sit at the screen."""
        self.require_session()
        at = self.actor.confirmed_at
        if not self.actor.all_powerful and (at is None or self.now - at > within):
            raise ConfirmIdentity(minutes=int(within.total_seconds() // 60))

    def require_whole_group(self) -> None:
        """Refuse who may do this at some places only: what is the whole group's is not theirs."""
        if self.places is not None:
            raise Forbidden(permission=self.permission)


def _let_through(sites: str) -> Select[str]:
    """Have PostgreSQL show the rows of these places to what follows in the transaction."""
    return select(func.set_config("qse.sites", sites, literal(value=True)))


def scope(actor: Actor, permission: str | None) -> Places:
    if actor.all_powerful:
        return None
    return actor.places(permission) if permission else NOWHERE


def readable(service: str, actor: Actor, permission: str | None) -> str:
    """The places PostgreSQL lets through: those acted on and those that may at least be read."""
    held = scope(actor, permission), scope(actor, f"{service}:read")
    if any(places is None for places in held):
        return "*"
    return ",".join(str(id) for id in NOWHERE.union(*(p for p in held if p is not None)))


@contextmanager
def unit_of_work(  # noqa: PLR0913  the five facts that make a transaction somebody's
    service: str,
    actor: Actor,
    *,
    permission: str | None = None,
    correlation_id: UUID | None = None,
    now: datetime | None = None,
    cause: Envelope | None = None,
) -> Iterator[UnitOfWork]:
    """Commit on the way out; roll back if anything was raised."""
    person = "*" if actor.all_powerful else str(actor.id)
    info = {
        "sites": readable(service, actor, permission),
        "person": person,
        "permission": permission or "",
        "subjects": [actor.id, actor.credential],
        "issued_at": actor.issued_at,
    }
    with open_session(service, info) as session:
        with session.begin():
            uow = UnitOfWork(
                session=session,
                service=service,
                actor=actor,
                permission=permission,
                correlation_id=correlation_id or uuid4(),
                now=now or clock(),
                cause=cause,
            )
            session.info["context"] = uow.context()
            yield uow
        if session.info.get("published"):
            outbox.wake(service)
        if session.info.get("signed"):
            outbox.call(service, outbox.SEALER)
        if session.info.get("asked"):
            outbox.call(service, outbox.JOBS)


def authorised(permission: str) -> Any:  # noqa: ANN401  what Depends() itself returns
    """Give an endpoint its unit of work, if the caller has the permission.

    The function scope makes the commit happen before the response is sent.
    """
    service = permission.partition(":")[0]

    Caller = Annotated[Actor, current_actor(service)]  # noqa: N806  a type, made per service

    def work(request: Request, actor: Caller) -> Iterator[UnitOfWork]:
        correlation_id: UUID = request.state.correlation_id
        if actor.is_outsider:
            # Committed before anything is read: without its row nothing is, and a refusal stays.
            with unit_of_work(service, actor, correlation_id=correlation_id) as uow:
                uow.session.execute(
                    uow.ledger.reading.insert(), reading_of(request, actor, uow.now)
                )
        actor.require(permission)
        with unit_of_work(
            service, actor, permission=permission, correlation_id=correlation_id
        ) as uow:
            yield uow

    work.permission = permission  # type: ignore[attr-defined]
    return Depends(work, scope="function")
