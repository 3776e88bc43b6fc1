"""More of everything: rows like those of the demo, up to what a large group has of each kind."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle, islice, repeat
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Column, func, inspect

from services.actions.models import Action
from services.audit.fieldwork.models import Question, Reply, Wording
from services.audit.library.models import KnownProcess, KnownRequirement
from services.audit.models import Audit, Finding
from services.identity.models import Grant, Person
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AlertStatus
from services.notifications.models import Notification
from services.policy.models import ReviewRequest
from services.risk.models import Risk
from shared.auth import SYSTEM
from shared.db import Entity
from shared.work import UnitOfWork, unit_of_work

ORIGINALS: Final = 50
OWN: Final = {"id", "version", "created_at"}
"""What no two rows share."""


Facts = dict[str, object]


def _alike(_uow: UnitOfWork) -> Iterator[Facts]:
    return repeat({})


def _each(make: Callable[[], Facts]) -> Callable[[UnitOfWork], Iterator[Facts]]:
    return lambda _uow: (make() for _ in count())


def _of_audits(uow: UnitOfWork) -> Iterator[Facts]:
    """As many for each audit."""
    found = uow.select(Audit).with_only_columns(Audit.id, Audit.site_id)
    audits = cycle(uow.session.execute(found).all())
    return ({"audit_id": id, "site_id": site} for id, site in audits)


def _to_questions(uow: UnitOfWork) -> Iterator[Facts]:
    columns = Question.id, Question.audit_id, Question.site_id
    found = uow.session.execute(uow.select(Question).with_only_columns(*columns)).all()
    return (
        {"question_id": id, "audit_id": audit, "site_id": site, "follows": []}
        for id, audit, site in cycle(found)
    )


def _on_requirements(uow: UnitOfWork) -> Iterator[Facts]:
    """Of each audit as many, on any requirement and any process: so that they meet in all ways."""
    columns = KnownRequirement.id, KnownRequirement.number
    requirements = uow.session.execute(uow.select(KnownRequirement).with_only_columns(*columns))
    processes = uow.session.scalars(uow.select(KnownProcess).with_only_columns(KnownProcess.code))
    numbers, codes, dice = requirements.all(), processes.all(), Random(0)  # noqa: S311  no secret
    for facts in _of_audits(uow):
        id, number = dice.choice(numbers)
        about = {"requirement_id": id, "requirement": number, "process": dice.choice(codes)}
        yield facts | about | {"question_id": None}


def _nothing(_uow: UnitOfWork, _copies: Sequence[Any]) -> list[Entity]:
    return []


def _words(uow: UnitOfWork, questions: Sequence[Question]) -> list[Entity]:
    """A wording for each, as a question of the demo has it."""
    originals = cycle(uow.session.scalars(uow.select(Wording).limit(ORIGINALS)).all())
    return [
        _copy(
            next(originals),
            question_id=question.id,
            edition=question.edition,
            site_id=question.site_id,
        )
        for question in questions
    ]


def _roles(uow: UnitOfWork, people: Sequence[Person]) -> list[Entity]:
    """A role for each, as somebody of the demo holds it."""
    originals = cycle(uow.session.scalars(uow.select(Grant).limit(ORIGINALS)).all())
    return [_copy(next(originals), person_id=person.id) for person in people]


@dataclass(frozen=True)
class Kind:
    """A kind of row: how many there are at most, how copies differ, and what comes with them."""

    service: str
    model: type[Entity]
    most: int = 5_000
    differ: Callable[[UnitOfWork], Iterator[Facts]] = _alike
    bring: Callable[[UnitOfWork, Sequence[Any]], list[Entity]] = _nothing


KINDS: Final = (
    Kind("audit", Audit, 200),
    Kind("audit", Question, 20_000, _of_audits, _words),
    Kind("audit", Reply, 20_000, _to_questions),
    Kind("audit", Finding, 5_000, _on_requirements),
    Kind(
        "actions",
        Action,
        10_000,
        _each(lambda: {"number": f"A-{uuid4()}", "finding_id": None}),
    ),
    Kind("risk", Risk),
    Kind("indicators", Alert, differ=_each(lambda: {"status": AlertStatus.CLOSED})),
    Kind("policy", ReviewRequest, differ=_each(lambda: {"alert_id": uuid4()})),
    Kind("notifications", Notification, differ=_each(lambda: {"event_id": uuid4()})),
    Kind(
        "identity",
        Person,
        differ=_each(lambda: {"email": f"{uuid4()}@example.org", "password_hash": None}),
        bring=_roles,
    ),
)
ALL: Final = max(kind.most for kind in KINDS)


def multiply(most: int, reader: UUID) -> None:
    """Have at least so many of each, or all that a large group has. The messages are the reader's.

    In their order: questions go to the audits that there are then, answers to the questions.
    """
    for kind in KINDS:
        with unit_of_work(kind.service, SYSTEM) as uow:
            found = uow.select(kind.model)
            if kind.model is Notification:
                found = found.where(Notification.person_id == reader)
            there = uow.session.scalar(found.with_only_columns(func.count())) or 0
            originals = uow.session.scalars(found.limit(ORIGINALS)).all()
            more = islice(cycle(originals), max(0, min(most, kind.most) - there))
            pairs = zip(more, kind.differ(uow), strict=False)
            copies = [_copy(one, **facts) for one, facts in pairs]
            uow.session.add_all(copies)
            uow.session.flush()
            uow.session.add_all(kind.bring(uow, copies))


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
