"""What audits cover in a cycle: clause by site, process by site, clause by process; and the holes.

A cell is covered by the audits whose references, processes and site are its own: programmed,
planned, held. It is proven where one that was held says something of this very cell: a finding, or
an answer of the checklist. The number of statements does not depend on how many audits,
requirements or sites there are.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, Text, cast, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from services.audit.fieldwork.models import Question, Reply
from services.audit.fieldwork.schemas import Verdict
from services.audit.library.models import KnownProcess, KnownReference, KnownRequirement
from services.audit.models import Audit, Finding
from services.audit.programme.coverage_schemas import Axis, By, Cover, Covering, Matrix
from services.audit.programme.models import HELD, Entry
from services.audit.programme.queries import sites_at
from services.audit.programme.schemas import EntryStatus
from services.audit.schemas import AuditStatus
from shared.directory import names_of_places, within
from shared.imports import those
from shared.work import UnitOfWork

ORDER: Final = list(Cover)
LOOKED_AT: Final = Reply.verdict.not_in([one for one in Verdict if one.needs_reason])
WITHOUT_AUDIT: Final = (EntryStatus.DRAFT, EntryStatus.PROGRAMMED, EntryStatus.POSTPONED)


@dataclass(frozen=True)
class Cycle:
    """What is looked at: from a day to another, at a place, against a reference."""

    since: date
    until: date
    place: UUID
    reference_id: UUID | None = None


@dataclass(frozen=True)
class Coverer:
    """An audit, or an entry without one, and what it covers."""

    row: Audit | Entry
    day: date
    cover: Cover

    @property
    def audit_id(self) -> UUID | None:
        return self.row.id if isinstance(self.row, Audit) else None

    @property
    def days(self) -> Decimal:
        if isinstance(self.row, Entry):
            return self.row.days
        return Decimal((self.row.until - self.row.planned_for).days + 1)

    @property
    def is_ahead(self) -> bool:
        return self.cover is not Cover.HELD

    def cells(self, by: By) -> Iterator[tuple[str, str]]:
        """References stand for all of their requirements here."""
        site, references = str(self.row.site_id), map(str, self.row.reference_ids)
        if by is By.CLAUSE_SITE:
            yield from ((reference, site) for reference in references)
        elif by is By.PROCESS_SITE:
            yield from ((process, site) for process in self.row.processes)
        else:
            yield from product(references, self.row.processes)


@dataclass(frozen=True)
class Known:
    """All that the matrices are made of, asked for once."""

    cycle: Cycle
    sites: Sequence[UUID]
    requirements: Sequence[KnownRequirement]
    processes: Sequence[KnownProcess]
    coverers: Sequence[Coverer]
    held: Sequence[UUID]

    @cached_property
    def where(self) -> dict[str, set[str]]:
        return {process.code: set(map(str, process.site_ids)) for process in self.processes}

    @cached_property
    def reference_of(self) -> dict[str, str]:
        return {str(one.id): str(one.reference_id) for one in self.requirements}

    def best(self, by: By) -> dict[tuple[str, str], Cover]:
        found: dict[tuple[str, str], Cover] = {}
        for coverer in self.coverers:
            for cell in coverer.cells(by):
                found[cell] = max(found.get(cell, Cover.HOLE), coverer.cover, key=ORDER.index)
        return found


def known(uow: UnitOfWork, cycle: Cycle) -> Known:
    sites = sites_at(uow, cycle.place)
    audits = _audits(uow, cycle)
    coverers = [*(_of_audit(audit) for audit in audits), *map(_of_entry, _entries(uow, cycle))]
    processes = uow.session.scalars(uow.select(KnownProcess).order_by(KnownProcess.code)).all()
    here = [process for process in processes if set(sites) & set(process.site_ids)]
    ended = [audit.id for audit in audits if audit.status in HELD]
    return Known(cycle, sites, _requirements(uow, cycle), here, coverers, ended)


def proven(uow: UnitOfWork, found: Known, by: By) -> set[tuple[str, str]]:
    """The cells of which an audit that was held says something.

    PostgreSQL puts together what is said thousands of times: the cells are few.
    """
    cells = select(*_axes(_said(uow, found), by)).distinct()
    return {(str(row), str(column)) for row, column in uow.session.execute(cells)}


def matrix(uow: UnitOfWork, cycle: Cycle, by: By) -> Matrix:
    found = known(uow, cycle)
    names = names_of_places(uow)
    by_name = sorted((names.get(id, ""), str(id)) for id in found.sites)
    sites = [Axis(key=id, name_fr=name, name_en=name) for name, id in by_name]
    processes = [
        Axis(key=p.code, name_fr=p.name_fr, name_en=p.name_en, group=p.category)
        for p in found.processes
    ]
    clauses = [
        Axis(key=str(r.id), name_fr=r.title_fr, name_en=r.title_en, group=r.number)
        for r in found.requirements
    ]
    rows = processes if by is By.PROCESS_SITE else clauses
    columns = processes if by is By.CLAUSE_PROCESS else sites
    cells = _cells(found, by, proven(uow, found, by), rows, columns)
    counts = Counter(ORDER[cell] for row in cells for cell in row)
    return Matrix(
        by=by,
        since=cycle.since,
        until=cycle.until,
        rows=rows,
        columns=columns,
        cells=cells,
        counts={cover: counts[cover] for cover in ORDER},
    )


def covering(uow: UnitOfWork, cycle: Cycle, by: By, row: str, column: str) -> list[Covering]:
    """What covers one cell, the strongest first and of those the latest."""
    found = known(uow, cycle)
    cell = (found.reference_of.get(row, row), column)
    said = _said_of(uow, found, by, (row, column))
    here = [one for one in found.coverers if cell in set(one.cells(by)) or one.row.id in said]
    here.sort(key=lambda one: (ORDER.index(one.cover), one.day), reverse=True)
    return [_told(one, said.get(one.row.id, [])) for one in here]


def _cells(
    found: Known,
    by: By,
    said: set[tuple[str, str]],
    rows: Sequence[Axis],
    columns: Sequence[Axis],
) -> list[list[int]]:
    best = found.best(by)

    def cover(row: str, column: str) -> Cover:
        if by is By.PROCESS_SITE and column not in found.where[row]:
            return Cover.NOT_APPLICABLE
        if (row, column) in said:
            return Cover.PROVEN
        return best.get((found.reference_of.get(row, row), column), Cover.HOLE)

    place = {one: number for number, one in enumerate(ORDER)}
    return [[place[cover(row.key, column.key)] for column in columns] for row in rows]


def _audits(uow: UnitOfWork, cycle: Cycle) -> Sequence[Audit]:
    rows = uow.select(Audit).where(
        Audit.status != AuditStatus.CANCELLED,
        Audit.planned_for.between(cycle.since, cycle.until),
        within(uow, Audit, cycle.place),
    )
    return uow.session.scalars(rows).all()


def _entries(uow: UnitOfWork, cycle: Cycle) -> Sequence[Entry]:
    rows = uow.select(Entry).where(
        Entry.status.in_(WITHOUT_AUDIT),
        Entry.month.between(cycle.since.replace(day=1), cycle.until),
        within(uow, Entry, cycle.place),
    )
    return uow.session.scalars(rows).all()


def _requirements(uow: UnitOfWork, cycle: Cycle) -> Sequence[KnownRequirement]:
    """Those that can be audited: a heading is covered by what stands below it."""
    parents = select(KnownRequirement.parent_id).where(KnownRequirement.parent_id.is_not(None))
    rows = uow.select(KnownRequirement).where(KnownRequirement.id.not_in(parents))
    if cycle.reference_id is not None:
        rows = rows.where(KnownRequirement.reference_id == cycle.reference_id)
    else:
        in_force = select(KnownReference.id).where(KnownReference.in_force_on(uow.now.date()))
        rows = rows.where(KnownRequirement.reference_id.in_(in_force))
    by = (KnownRequirement.reference_id, KnownRequirement.position)
    return uow.session.scalars(rows.order_by(*by)).all()


def _said(uow: UnitOfWork, found: Known) -> Subquery:
    """Findings, of whatever grade, and answers: whoever wrote one looked at this very thing."""
    told = uow.select(Finding).where(those(Finding.audit_id, found.held))
    looked_at = uow.select(Reply).where(
        Reply.standing, LOOKED_AT, those(Reply.audit_id, found.held)
    )
    answered = uow.select(Question).where(
        Question.id.in_(looked_at.with_only_columns(Reply.question_id))
    )
    return union_all(
        told.with_only_columns(*_about(Finding), Finding.id.label("finding_id")),
        answered.with_only_columns(*_about(Question), null()),
    ).subquery()


def _about(model: type[Finding | Question]) -> tuple[InstrumentedAttribute[Any], ...]:
    return model.audit_id, model.site_id, model.requirement_id, model.process


def _axes(said: Subquery, by: By) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Whose row and whose column it is."""
    row = said.c.process if by is By.PROCESS_SITE else said.c.requirement_id
    return row, said.c.process if by is By.CLAUSE_PROCESS else said.c.site_id


def _said_of(
    uow: UnitOfWork, found: Known, by: By, cell: tuple[str, str]
) -> dict[UUID, list[UUID]]:
    """The audits that say something of a cell, and their findings of it."""
    said, of = _said(uow, found), defaultdict[UUID, list[UUID]](list)
    here = [cast(axis, Text) == key for axis, key in zip(_axes(said, by), cell, strict=True)]
    for audit, finding in uow.session.execute(
        select(said.c.audit_id, said.c.finding_id).where(*here)
    ):
        of[audit] += [finding] if finding else []
    return of


def _of_audit(audit: Audit) -> Coverer:
    return Coverer(audit, audit.planned_for, Cover.HELD if audit.status in HELD else Cover.PLANNED)


def _of_entry(entry: Entry) -> Coverer:
    return Coverer(entry, entry.month, Cover.PROGRAMMED)


def _told(one: Coverer, findings: list[UUID]) -> Covering:
    return Covering(
        audit_id=one.audit_id,
        entry_id=None if one.audit_id else one.row.id,
        site_id=one.row.site_id,
        title=one.row.title,
        day=one.day,
        status=one.row.status,
        findings=findings,
    )
