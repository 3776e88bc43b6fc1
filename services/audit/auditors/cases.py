"""What decides whether somebody may audit something, as the rules of fitness want to know it."""

import calendar
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from services.audit.auditors.schemas import Level, LinkKind

EVERY: Final = None
"""Whoever pilots no process by name pilots all of them."""


@dataclass(frozen=True)
class Rules:
    """What the group asks, from the edition in force."""

    cooling_off_months: int = 24
    lead_audits: int = 3
    lead_tutored: int = 1
    lead_months: int = 36
    kept_audits: int = 2
    kept_months: int = 24
    most_days: int = 10


@dataclass(frozen=True)
class Task:
    """What there is to audit: where, when, by which references, and who answers for it."""

    site_id: UUID
    since: date
    until: date
    codes: frozenset[str] = frozenset()
    type: str = ""
    processes: frozenset[str] = frozenset()
    pilots: Mapping[UUID, str] = field(default_factory=dict)

    def covers(self, process: str) -> bool:
        """An audit that names no process audits all of the site's."""
        return not self.processes or process in self.processes


@dataclass(frozen=True)
class Held:
    """A competence."""

    code: str
    level: Level
    since: date
    until: date
    revoked_on: date | None = None
    types: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Span:
    since: date
    until: date

    def meets(self, task: Task) -> bool:
        return self.since <= task.until and task.since <= self.until

    @property
    def days(self) -> Iterator[date]:
        return (self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1))


@dataclass(frozen=True)
class Visit(Span):
    """An audit that somebody is on already."""

    site_id: UUID


@dataclass(frozen=True)
class Tie:
    """A former job, advice given, documents written, or a person somebody is tied to."""

    kind: LinkKind
    process: str = ""
    site_id: UUID | None = None
    until: date | None = None
    other_id: UUID | None = None


@dataclass(frozen=True)
class Past:
    """An audit that somebody took part in."""

    on: date
    tutored: bool = False


@dataclass(frozen=True)
class Person:
    """All that is known of somebody which decides whether they may audit something."""

    id: UUID
    name: str
    active: bool = True
    audits_here: bool = True
    competences: tuple[Held, ...] = ()
    away: tuple[Span, ...] = ()
    visits: tuple[Visit, ...] = ()
    pilots: frozenset[str | None] = frozenset()
    works_at: UUID | None = None
    works_in: frozenset[str] = frozenset()
    ties: tuple[Tie, ...] = ()
    past: tuple[Past, ...] = ()
    drives: int = 0
    in_line_with: frozenset[UUID] = frozenset()


def days_in(person: Person, first: date, task: Task | None = None) -> int:
    """On how many days of a month somebody audits: two audits of one visit share theirs."""
    spans: list[Span] = [*person.visits, *([Span(task.since, task.until)] if task else [])]
    days = {day for span in spans for day in span.days}
    return sum(day.replace(day=1) == first for day in days)


def months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last that the month had."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def audits_within(person: Person, day: date, months: int) -> list[Past]:
    return [past for past in person.past if months_before(day, months) <= past.on < day]
