"""What has a day: audits, deadlines of actions, checks of effect; by month, year, or in turn."""

import asyncio
import calendar
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from portal.formats import today
from portal.forms import day_of
from portal.i18n import N_
from portal.render import page
from portal.session import Visit, Visitor
from portal.words import Word
from shared.dated_schemas import DayCount, Entry
from shared.schemas import FIRST_DAY, LARGEST_PAGE, LAST_DAY, Page

MONTH, YEAR, AGENDA = "month", "year", "agenda"
VIEWS: Final = (MONTH, YEAR, AGENDA)
SHOWN_A_DAY: Final = 3
SHOWN: Final = 50
AHEAD: Final = timedelta(days=365)
WEEK: Final = calendar.Calendar(firstweekday=calendar.MONDAY)
BETWEEN: Final = "_"


@dataclass(frozen=True)
class Kind:
    """Something that has a day: who keeps it, its word, and its pages."""

    service: str
    word: Word
    path: str


KINDS: Final = {
    "audit_planned": Kind("audit", Word(N_("Audit"), "clipboard-check", "blue"), "/audits"),
    "entry_due": Kind("audit", Word(N_("Audit à planifier"), "flag"), "/entries"),
    "certification_due": Kind(
        "audit", Word(N_("Échéance de certification"), "shield-check"), "/windows"
    ),
    "answer_due": Kind("audit", Word(N_("Réponse attendue"), "message", "orange"), "/findings"),
    "closing_due": Kind("audit", Word(N_("Constat à solder"), "flag"), "/findings"),
    "action_due": Kind("actions", Word(N_("Échéance d'action"), "list-check"), "/actions"),
    "effect_check": Kind("actions", Word(N_("Efficacité à vérifier"), "checks"), "/actions"),
}
SERVICES: Final = ("audit", "actions")


@dataclass(frozen=True)
class Cell:
    """A day of the month: what it holds, as far as shown, and how much there is of each kind."""

    day: date
    outside: bool
    entries: Sequence[Entry]
    counts: Counter[str]

    @property
    def left(self) -> int:
        return self.counts.total() - len(self.entries)


@dataclass(frozen=True)
class Asked:
    """What the address says: how to look, from which day, at which kind, at one's own only."""

    view: str = MONTH
    day: str = ""
    kind: str = ""
    mine: str = ""

    @property
    def at(self) -> date:
        return min(max(day_of(self.day) or today(), FIRST_DAY + AHEAD), LAST_DAY - 2 * AHEAD)

    @property
    def of(self) -> str:
        return self.kind if self.kind in KINDS else ""

    def query(self, since: date, until: date) -> dict[str, object]:
        mine = "true" if self.mine else ""
        return {"since": since, "until": until, "kind": self.of, "mine": mine}


router = APIRouter()


@router.get("/calendar")
async def show(visit: Visitor, asked: Annotated[Asked, Depends()], after: str = "") -> Response:
    look = {YEAR: _year, AGENDA: _agenda}.get(asked.view, _month)
    context = {
        "asked": asked,
        "kinds": KINDS,
        "now": VIEWS.index(asked.view) if asked.view in VIEWS else 0,
        "today": today(),
        **await look(visit, asked, after),
    }
    return await page(visit, f"calendar/{context['view']}.html", context)


async def _month(visit: Visit, asked: Asked, _after: str) -> dict[str, Any]:
    weeks = WEEK.monthdatescalendar(asked.at.year, asked.at.month)
    query = asked.query(weeks[0][0], weeks[-1][-1])
    counts, found = await asyncio.gather(
        _counts(visit, query), _entries(visit, query | {"limit": LARGEST_PAGE})
    )
    shown: dict[date, list[Entry]] = defaultdict(list)
    for entry in found:
        if len(shown[entry.day]) < SHOWN_A_DAY:
            shown[entry.day].append(entry)
    first = asked.at.replace(day=1)
    cells = [
        [Cell(day, day.month != first.month, shown[day], counts[day]) for day in week]
        for week in weeks
    ]
    before, behind = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    return {"view": MONTH, "weeks": cells, "first": first, "steps": (before, behind)}


async def _year(visit: Visit, asked: Asked, _after: str) -> dict[str, Any]:
    first = date(asked.at.year, 1, 1)
    counts = await _counts(visit, asked.query(first, date(first.year, 12, 31)))
    months = [date(first.year, month, 1) for month in range(1, 13)]
    weeks = [WEEK.monthdatescalendar(month.year, month.month) for month in months]
    steps = date(first.year - 1, 1, 1), date(first.year + 1, 1, 1)
    return {
        "view": YEAR,
        "months": list(zip(months, weeks, strict=True)),
        "counts": {day: count.total() for day, count in counts.items()},
        "first": first,
        "steps": steps,
    }


async def _agenda(visit: Visit, asked: Asked, after: str) -> dict[str, Any]:
    """What comes from a day on, a year of it at most, page by page."""
    last_day, _, last_id = after.partition(BETWEEN)
    cursor = {"after_day": day_of(last_day) or "", "after": _id(last_id) or ""}
    query = asked.query(asked.at, asked.at + AHEAD) | (cursor if all(cursor.values()) else {})
    found = await _entries(visit, query | {"limit": SHOWN + 1})
    shown, more = found[:SHOWN], len(found) > SHOWN
    last = f"{shown[-1].day}{BETWEEN}{shown[-1].id}" if more else None
    starts = [n for n, entry in enumerate(shown) if n == 0 or entry.day != shown[n - 1].day]
    return {
        "view": AGENDA,
        "days": [(shown[a].day, shown[a:b]) for a, b in pairwise([*starts, len(shown)])],
        "found": Page[Entry](items=[], next=last),
        "first": asked.at,
        "steps": (asked.at - timedelta(days=30), asked.at + timedelta(days=30)),
    }


async def _counts(visit: Visit, query: dict[str, object]) -> dict[date, Counter[str]]:
    scoped = query | {"place": visit.place}
    found = await asyncio.gather(
        *(visit.all_of(f"/{name}/dated/days", DayCount, **scoped) for name in SERVICES)
    )
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for part in found:
        for one in part:
            counts[one.day][one.kind] += one.count
    return counts


async def _entries(visit: Visit, query: dict[str, object]) -> list[Entry]:
    """Of all services by day, as many as each was asked for."""
    scoped = query | {"place": visit.place}
    found = await asyncio.gather(
        *(visit.all_of(f"/{name}/dated", Entry, **scoped) for name in SERVICES)
    )
    return sorted((one for part in found for one in part), key=lambda one: (one.day, one.id))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
