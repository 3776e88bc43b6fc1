"""More of everything: rows like those of the demo, up to a number of each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import Column, func, inspect

from services.actions.models import Action
from services.audit.models import Audit, Finding
from services.identity.models import Grant, Person
from services.indicators.models import Alert
from services.indicators.schemas import AlertStatus
from services.notifications.models import Notification
from services.policy.models import ReviewRequest
from services.risk.models import Risk
from shared.auth import SYSTEM
from shared.db import Entity
from shared.work import UnitOfWork, unit_of_work

ORIGINALS: Final = 50
OWN: Final = {"id", "version", "created_at"}
"""What no two rows share."""


@dataclass(frozen=True)
class Kind:
    """A kind of row, and what of a copy must differ from its original."""

    service: str
    model: type[Entity]
    differs: Callable[[], dict[str, object]] = dict


def _address() -> dict[str, object]:
    return {"email": f"{uuid4()}@example.org", "password_hash": None}


KINDS: Final = (
    Kind("audit", Audit),
    Kind("audit", Finding),
    Kind("actions", Action, lambda: {"number": f"A-{uuid4()}", "finding_id": None}),
    Kind("risk", Risk),
    Kind("indicators", Alert, lambda: {"status": AlertStatus.CLOSED}),
    Kind("policy", ReviewRequest, lambda: {"alert_id": uuid4()}),
    Kind("notifications", Notification, lambda: {"event_id": uuid4()}),
    Kind("identity", Person, _address),
)


def multiply(most: int, reader: UUID) -> None:
    """Have at least so many of each: copies of what is there. The messages are the reader's."""
    for kind in KINDS:
        with unit_of_work(kind.service, SYSTEM) as uow:
            found = uow.select(kind.model)
            if kind.model is Notification:
                found = found.where(Notification.person_id == reader)
            there = uow.session.scalar(found.with_only_columns(func.count())) or 0
            originals = uow.session.scalars(found.limit(ORIGINALS)).all()
            more = islice(cycle(originals), max(0, most - there))
            copies = [_copy(one, **kind.differs()) for one in more]
            uow.session.add_all(copies)
            uow.session.flush()
            if kind.model is Person:
                uow.session.add_all(_held(uow, [one.id for one in copies]))


def _copy(original: Entity, **differs: object) -> Entity:
    shared = {
        column.key: getattr(original, column.key)
        for column in inspect(type(original)).column_attrs
        if _is_written(column.expression) and column.key not in OWN
    }
    return type(original)(**shared | differs)


def _is_written(column: object) -> bool:
    """Whether it is a column, and one that the database does not compute."""
    return isinstance(column, Column) and column.computed is None


def _held(uow: UnitOfWork, people: list[UUID]) -> list[Entity]:
    """A role for each, as somebody of the demo holds it."""
    originals = uow.session.scalars(uow.select(Grant).limit(ORIGINALS)).all()
    pairs = zip(cycle(originals), people, strict=False)
    return [_copy(original, person_id=person) for original, person in pairs]
