"""What has a day, for calendars: how much there is on each day of a range, and what it is.

A service says which of its rows have one (`dated_router(permission, Dated(...), ...)`). A range is
at most a year and a few weeks; its entries come in pages, by day.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Uuid,
    false,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from shared.dated_schemas import DayCount, Entry
from shared.db import OfSite
from shared.directory import within
from shared.errors import DomainError
from shared.schemas import LARGEST_PAGE, Day
from shared.work import UnitOfWork, authorised

LONGEST: Final = timedelta(days=400)
LONGEST_TITLE: Final = 200


class RangeTooLong(DomainError):
    status = 422
    message = "A calendar shows {days} days at most, from its first day on; ask for fewer."


@dataclass(frozen=True)
class Dated:
    """Rows that have a day. `waits` tells which still wait for it, and are late once it passed.

    Without a `person` they are nobody's own.
    """

    name: str
    model: type[OfSite]
    day: InstrumentedAttribute[Any]
    title: InstrumentedAttribute[str]
    person: InstrumentedAttribute[Any] | ScalarSelect[Any] | None
    rows: ColumnElement[bool]
    waits: ColumnElement[bool]
    reference: InstrumentedAttribute[str] | None = None


@dataclass(frozen=True)
class Wanted:
    """A range of days, with its last; of one place, one kind, or one's own, if that is asked."""

    since: Day
    until: Day
    place: UUID | None = None
    kind: str | None = None
    mine: bool = False


Asked = Annotated[Wanted, Depends()]


def dated_router(permission: str, *kinds: Dated) -> APIRouter:
    router = APIRouter(tags=["calendar"])
    Read = Annotated[UnitOfWork, authorised(permission)]  # noqa: N806

    @router.get("/dated/days")
    def count_days(uow: Read, wanted: Asked) -> list[DayCount]:
        """How much there is of each kind on each day that has something."""
        return days(uow, kinds, wanted)

    @router.get("/dated")
    def list_entries(
        uow: Read,
        wanted: Asked,
        after_day: Day | None = None,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    ) -> list[Entry]:
        """What there is, by day; the next ones come after the day and id of the last."""
        return entries(uow, kinds, wanted, (after_day, after), limit)

    return router


def days(uow: UnitOfWork, kinds: Sequence[Dated], wanted: Wanted) -> list[DayCount]:
    def counted(kind: Dated) -> Select[Any]:
        of = literal(kind.name).label("kind")
        rows = _rows(uow, kind, wanted).with_only_columns(kind.day.label("day"), of, func.count())
        return rows.group_by(kind.day)

    found = _together(kinds, wanted, counted)
    if found is None:
        return []
    rows = uow.session.execute(select(found).order_by(found.c.day, found.c.kind))
    return [DayCount(day=day, kind=kind, count=count) for day, kind, count in rows]


def entries(
    uow: UnitOfWork,
    kinds: Sequence[Dated],
    wanted: Wanted,
    after: tuple[date | None, UUID | None],
    limit: int,
) -> list[Entry]:
    def listed(kind: Dated) -> Select[Any]:
        reference: Any = literal("") if kind.reference is None else kind.reference
        return _rows(uow, kind, wanted).with_only_columns(
            literal(kind.name).label("kind"),
            kind.day.label("day"),
            kind.model.id.label("id"),
            func.left(kind.title, LONGEST_TITLE).label("title"),
            reference.label("reference"),
            kind.model.site_id.label("site_id"),
            kind.waits.label("waits"),
        )

    found = _together(kinds, wanted, listed)
    if found is None:
        return []
    rows = select(found)
    day, id = after
    if day is not None and id is not None:
        last = tuple_(literal(day), literal(id, Uuid))
        rows = rows.where(tuple_(found.c.day, found.c.id) > last)
    shown = uow.session.execute(rows.order_by(found.c.day, found.c.id).limit(limit))
    return [Entry.model_validate(row) for row in shown]


def _rows(uow: UnitOfWork, kind: Dated, wanted: Wanted) -> Select[Any]:
    rows = uow.select(kind.model).where(kind.rows, kind.day.between(wanted.since, wanted.until))
    if wanted.place is not None:
        rows = rows.where(within(uow, kind.model, wanted.place))
    if not wanted.mine:
        return rows
    return rows.where(false() if kind.person is None else kind.person == uow.actor.id)


def _together(kinds: Sequence[Dated], wanted: Wanted, asked: Callable[[Dated], Select[Any]]) -> Any:  # noqa: ANN401  a subquery
    """All kinds in one statement; nothing, if none is wanted."""
    if not timedelta(0) <= wanted.until - wanted.since <= LONGEST:
        raise RangeTooLong(days=LONGEST.days)
    chosen = [kind for kind in kinds if wanted.kind in (None, kind.name)]
    return union_all(*map(asked, chosen)).subquery() if chosen else None
