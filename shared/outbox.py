"""The outbox: an event is kept with the change it tells of, and the relay is woken for it."""

import threading
from contextlib import suppress
from functools import cache
from uuid import UUID

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from shared.events import Envelope
from shared.settings import settings

log = structlog.get_logger()

WAKE_CHANNEL = "wake"
SEALER = "sealer"
"""Called when something was signed. Sealing by the clock makes up for a lost call."""


JOBS = "jobs"
"""Called when somebody asked for something long. The sweeper makes up for a lost call."""


def new_id() -> UUID:
    return uuid7()


@cache
def _bells() -> dict[str, threading.Event]:
    return {}


def bell(service: str) -> threading.Event:
    """Rung when there is something for this service's relay in this process."""
    return _bells().setdefault(service, threading.Event())


def wake(service: str) -> None:
    """Tell the relay that rows are waiting: here if it runs here, else through Redis.

    The relay looks by itself every second, so a lost call costs a second and nothing else.
    """
    call(service, service)


def call(service: str, whom: str) -> None:
    """Ring somebody's bell, as a service."""
    local = _bells().get(whom)
    if local is not None:
        local.set()
        return
    with suppress(RedisError):
        _caller(service).publish(WAKE_CHANNEL, whom)


@cache
def _caller(service: str) -> "Redis":
    return connect(service, timeout=0.5)


def connect(service: str, timeout: float = 5.0) -> "Redis":
    """A service's client, with a login that announces what is its own and nothing else."""
    return _client(settings().redis_url_of(service), timeout)


def operate() -> "Redis":
    """The client of who looks after the streams of all services."""
    return _client(settings().operator_url, timeout=5.0)


def _client(url: str, timeout: float) -> "Redis":
    """A client without redis-py's own retries: they would send an XADD twice.

    It does not introduce its library: Redis 7.0 has no command for that.
    """
    return Redis.from_url(
        url,
        socket_timeout=timeout,
        socket_connect_timeout=min(timeout, 2.0),
        retry=Retry(NoBackoff(), 0),
        driver_info=None,
        decode_responses=True,
    )


def envelope_of(row: RowMapping) -> Envelope:
    publisher = row["topic"].partition(".")[0]
    return Envelope(
        id=row["id"],
        type=row["topic"],
        source=f"/{publisher}",
        subject=row["subject"],
        time=row["occurred_at"],
        dataschema=f"urn:qse:event:{row['topic']}",
        data=row["payload"],
        actorid=row["actor_id"],
        actorname=row["actor_name"],
        siteid=row["site_id"],
        correlationid=row["correlation_id"],
        causationid=row["causation_id"],
        sequence=row["sequence"],
    )
