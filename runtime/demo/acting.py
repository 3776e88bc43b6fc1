"""Doing things as somebody of the demo, on some day, and waiting for what follows."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as daytime
from functools import cache
from typing import TypeVar

from runtime.demo.group import Someone
from runtime.doctor import events_behind, unsent
from runtime.services import SERVICES
from services.identity import access
from services.identity.models import Person
from shared.auth import SYSTEM, Actor, actor_from
from shared.work import UnitOfWork, clock, unit_of_work

T = TypeVar("T")

PATIENCE_S = 120
MORNING = daytime(8, 30, tzinfo=UTC)


@cache
def today() -> date:
    return clock().date()


def at(day: date) -> datetime:
    """A working hour of that day; now, if the day is today."""
    return clock() if day >= today() else datetime.combine(day, MORNING)


@cache
def _actor(someone: Someone) -> Actor:
    """The person with the grants identity gives them, as in an access token."""
    with unit_of_work("identity", SYSTEM) as uow:
        return actor_from(access.claims_of(uow, uow.get(Person, someone.id)))


def acting(permission: str, someone: Someone, day: date) -> AbstractContextManager[UnitOfWork]:
    """A unit of work for something that somebody may do, on a day of the demo's year."""
    service, moment = permission.partition(":")[0], at(day)
    sitting = replace(_actor(someone), session=someone.id, confirmed_at=moment)
    return unit_of_work(service, sitting, permission=permission, now=moment)


def until_quiet() -> None:
    """Wait until everything announced so far has reached everybody, and what followed as well."""
    for _ in range(2):
        until(
            "the end of the chain",
            lambda: not any(unsent(name) or events_behind(name) for name in SERVICES),
        )


def until(what: str, look: Callable[[], T | None]) -> T:
    """What the running platform makes of it, as soon as it has."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        if time.monotonic() > deadline:
            raise SystemExit(f"qse: {what} did not come; is `qse work all` running?")
        time.sleep(0.02)
    return found
