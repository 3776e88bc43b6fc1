"""What is asked of programmes and their entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import Select, case, func
from sqlalchemy.orm import InstrumentedAttribute

from services.audit.programme.models import Entry, Programme
from services.audit.programme.months import month_of, months_between
from services.audit.programme.schemas import (
    Completion,
    EntryStatus,
    Figures,
    MonthLoad,
    PlaceLoad,
)
from shared.dated import Dated
from shared.directory import group, sites_below, within
from shared.schemas import Day
from shared.work import UnitOfWork

PROGRAMMES_BY: Final = (Programme.starts_on, Programme.title)
ENTRIES_BY: Final = (Entry.month, Entry.title)
"""What a reader may have these lists go by."""

ENTRIES_DATED: Final = Dated(
    "entry_due",
    Entry,
    Entry.due_on,
    Entry.title,
    None,
    Entry.status.in_([EntryStatus.PROGRAMMED, EntryStatus.POSTPONED]),
    Entry.status.in_([EntryStatus.PROGRAMMED, EntryStatus.POSTPONED]),
)
"""What a calendar shows of programmes: what has no audit yet."""


@dataclass(frozen=True)
class Wanted:
    """What the list of entries is narrowed to."""

    place: UUID | None = None
    programme_id: UUID | None = None
    status: EntryStatus | None = None
    audit_id: UUID | None = None
    since: Day | None = None
    until: Day | None = None


def programmes(uow: UnitOfWork, place: UUID | None) -> Select[Programme]:
    found = uow.select(Programme)
    return found if place is None else found.where(within(uow, Programme, place))


def entries(
    uow: UnitOfWork, wanted: Wanted, by: InstrumentedAttribute[date] = Entry.month
) -> Select[Entry]:
    """What is wanted, of a span of months: those planned now, or those planned `by` some other."""
    found = uow.select(Entry)
    if wanted.place is not None:
        found = found.where(within(uow, Entry, wanted.place))
    if wanted.since is not None:
        found = found.where(by >= month_of(wanted.since))
    if wanted.until is not None:
        found = found.where(by <= wanted.until)
    narrowed = (
        (Entry.programme_id, wanted.programme_id),
        (Entry.status, wanted.status),
        (Entry.audit_id, wanted.audit_id),
    )
    return found.where(*(column == value for column, value in narrowed if value is not None))


def entries_of(uow: UnitOfWork, programme_id: UUID, *, lock: bool = False) -> Sequence[Entry]:
    found = uow.select(Entry).where(Entry.programme_id == programme_id).order_by(Entry.id)
    return uow.session.scalars(found.with_for_update(of=Entry) if lock else found).all()


def count_open(uow: UnitOfWork, programme: Programme) -> int:
    """Entries of a programme that are neither held nor dropped, nor postponed beyond its end."""
    beyond = (Entry.status == EntryStatus.POSTPONED) & (Entry.month > programme.ends_on)
    over = Entry.status.in_([EntryStatus.HELD, EntryStatus.DROPPED]) | beyond
    rows = uow.select(Entry).where(Entry.programme_id == programme.id, ~over)
    return uow.session.scalar(rows.with_only_columns(func.count())) or 0


def figures(uow: UnitOfWork, programme: Programme) -> Figures:
    """How far a programme is, and what load it makes: flat in the number of its entries."""
    return Figures(
        completion=completion(uow, Wanted(programme_id=programme.id)),
        months=_by_month(uow, programme),
        places=_by_place(uow, programme),
    )


def completion(uow: UnitOfWork, wanted: Wanted) -> Completion:
    """Of what was first planned up to this month, how much has been held, and how much in time.

    What was postponed out of the span counts in it, where it was first planned.
    """
    this_month = month_of(uow.now.date())
    held = Entry.status == EntryStatus.HELD
    due = held | (Entry.first_month < this_month)
    in_time = held & (func.date_trunc("month", Entry.audit_day) <= Entry.first_month)
    counts = (
        func.count(),
        func.count(case((due, 1))),
        func.count(case((held, 1))),
        func.count(case((in_time, 1))),
        func.count(case((Entry.postponed > 0, 1))),
        func.count(case((Entry.status == EntryStatus.DROPPED, 1))),
    )
    rows = entries(uow, wanted, Entry.first_month).where(Entry.status != EntryStatus.DRAFT)
    row = uow.session.execute(rows.with_only_columns(*counts)).one()
    return Completion(**dict(zip(Completion.model_fields, row, strict=True)))


def _by_month(uow: UnitOfWork, programme: Programme) -> list[MonthLoad]:
    rows = _with_load(uow, programme).with_only_columns(Entry.month, func.sum(Entry.days))
    taken = {row[0]: row[1] for row in uow.session.execute(rows.group_by(Entry.month))}
    first_to_last = months_between(programme.starts_on, programme.ends_on)
    return [
        MonthLoad(month=month, days=taken.get(month, Decimal(0)), available=None)
        for month in first_to_last
    ]


def _by_place(uow: UnitOfWork, programme: Programme) -> list[PlaceLoad]:
    rows = _with_load(uow, programme).with_only_columns(Entry.site_id, func.sum(Entry.days))
    taken = {row[0]: row[1] for row in uow.session.execute(rows.group_by(Entry.site_id))}
    there = {UUID(place): Decimal(days) for place, days in programme.days.items()}
    return [
        PlaceLoad(site_id=place, days=taken.get(place, Decimal(0)), available=there.get(place))
        for place in sorted({*taken, *there})
    ]


def _with_load(uow: UnitOfWork, programme: Programme) -> Select[Entry]:
    mine = uow.select(Entry).where(Entry.programme_id == programme.id)
    return mine.where(Entry.status != EntryStatus.DROPPED)


def sites_at(uow: UnitOfWork, place: UUID | None) -> list[UUID]:
    """The sites of a place, or of the whole group, that the actor may see.

    They are the directory's, which has no rows of a site to keep back: PostgreSQL's own list of the
    places is the second lock here.
    """
    found = sites_below(uow, place or group(uow))
    shown = uow.session.info["sites"]
    return [
        site
        for site in found
        if (uow.places is None or site in uow.places) and (shown == "*" or str(site) in shown)
    ]
