"""What audits are held against, as pages offer it to choose from."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from portal.formats import today
from portal.i18n import ENGLISH
from portal.session import Visit
from services.audit.schemas import AuditOut, AuditStatus, Party
from services.compliance.schemas import ReferenceOut, RequirementOut, Theme
from services.processes.schemas import ProcessOut
from shared.schemas import LARGEST_PAGE

MOST_PARTS: Final = 1_000_000
Contents = list[tuple[ReferenceOut, list[RequirementOut]]]
"""References, each with its requirements in the order of its text."""


async def for_planning(visit: Visit) -> dict[str, Any]:
    """What an audit can be held against today, and the processes that run at the place."""
    references, processes = await asyncio.gather(
        references_in_force(visit), processes_at(visit, visit.place)
    )
    return {"references": references, "processes": processes}


async def for_findings(visit: Visit, audit: AuditOut) -> dict[str, Any]:
    """What a finding can be about, for who raises those of the audit."""
    if not raises(visit, audit):
        return {}
    contents, processes = await asyncio.gather(
        contents_of(visit, audit.reference_ids), processes_at(visit, audit.site_id)
    )
    return {"contents": contents, "processes": processes}


def raises(visit: Visit, audit: AuditOut) -> bool:
    """Whether to offer it: to the lead; of an outside body's audit, to who plans at the site."""
    if audit.party is Party.THIRD:
        taking = audit.status in (AuditStatus.UNDER_WAY, AuditStatus.REPORTING)
        return taking and visit.may("audit:plan", audit.site_id)
    leads = audit.lead_id == visit.actor.id and visit.may("audit:conduct", audit.site_id)
    return leads and audit.status is AuditStatus.UNDER_WAY


async def references_in_force(visit: Visit) -> list[ReferenceOut]:
    asked = {"in_force_on": today(), "limit": LARGEST_PAGE}
    return (await visit.rows("/compliance/references", ReferenceOut, **asked)).items


async def processes_at(visit: Visit, place: UUID | None) -> list[ProcessOut]:
    asked = {"place": place, "limit": LARGEST_PAGE}
    return (await visit.rows("/processes/processes", ProcessOut, **asked)).items


async def contents_of(visit: Visit, reference_ids: Sequence[UUID]) -> Contents:
    return list(await asyncio.gather(*(_content_of(visit, id) for id in reference_ids)))


async def _content_of(visit: Visit, id: UUID) -> tuple[ReferenceOut, list[RequirementOut]]:
    reference, requirements = await asyncio.gather(
        visit.api.get(f"/compliance/references/{id}", ReferenceOut), requirements_of(visit, id)
    )
    return reference, requirements


async def requirements_of(visit: Visit, reference_id: UUID) -> list[RequirementOut]:
    rows: list[RequirementOut] = []
    after: str | None = ""
    while after is not None:
        asked = {"reference_id": reference_id, "after": after, "limit": LARGEST_PAGE}
        found = await visit.rows("/compliance/requirements", RequirementOut, **asked)
        rows += found.items
        after = found.next
    return rows


class Drift(StrEnum):
    """What became of a requirement from one edition to the next."""

    NEW = "new"
    GONE = "gone"
    RETITLED = "retitled"
    SAME = "same"


@dataclass(frozen=True)
class Compared:
    """A number in two editions, and what it is called in each."""

    number: str
    old: str | None
    new: str | None

    @property
    def drift(self) -> Drift:
        if self.old is None:
            return Drift.NEW
        if self.new is None:
            return Drift.GONE
        return Drift.SAME if self.old == self.new else Drift.RETITLED


def compared(
    before: Sequence[RequirementOut], after: Sequence[RequirementOut], language: str
) -> list[Compared]:
    old, new = ({one.number: title_in(one, language) for one in rows} for rows in (before, after))
    numbers = sorted({*old, *new}, key=in_numbers)
    return [Compared(number, old.get(number), new.get(number)) for number in numbers]


def title_in(row: RequirementOut, language: str) -> str:
    return row.title_en if language == ENGLISH else row.title_fr


def in_numbers(number: str) -> list[tuple[int, str]]:
    """9 before 10, and 8.5.2 before 8.5.10; what is no number comes after."""
    parts = number.split(".")
    return [(int(part), "") if part.isdecimal() else (MOST_PARTS, part) for part in parts]


@dataclass(frozen=True)
class Branch:
    """A requirement, and those below it."""

    row: RequirementOut
    below: Sequence["Branch"]


def tree_of(rows: Sequence[RequirementOut]) -> list[Branch]:
    """The requirements of a reference as its text has them, one below the other."""
    below: dict[UUID | None, list[RequirementOut]] = defaultdict(list)
    for row in rows:
        below[row.parent_id].append(row)

    def grown(parent: UUID | None) -> list[Branch]:
        return [Branch(row, grown(row.id)) for row in below[parent]]

    return grown(None)


def themes_above(row: RequirementOut, rows: Sequence[RequirementOut]) -> list[Theme]:
    """What a requirement is about: its own themes, else those of the nearest above it."""
    by_id = {one.id: one for one in rows}
    here: RequirementOut | None = row
    while here is not None:
        if here.theme is not None:
            return [here.theme, *here.also]
        here = by_id.get(here.parent_id) if here.parent_id else None
    return []
