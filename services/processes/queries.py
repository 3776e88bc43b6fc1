from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy import Select

from services.processes.models import Process
from services.processes.schemas import Category, Pilot
from shared.directory import all_holders, sites_below
from shared.work import UnitOfWork

PROCESSES_BY: Final = (Process.code, Process.name_fr)
"""What a reader may have the register go by."""


@dataclass(frozen=True)
class Filters:
    """What the register can be narrowed to; `place`: what runs there or below."""

    place: UUID | None = None
    category: Category | None = None


Filtered = Annotated[Filters, Depends()]


def processes(uow: UnitOfWork, wanted: Filters) -> Select[Process]:
    found = uow.select(Process)
    if wanted.place is not None:
        found = found.where(Process.site_ids.overlap(sites_below(uow, wanted.place)))
    if wanted.category is not None:
        found = found.where(Process.category == wanted.category)
    return found


def named(uow: UnitOfWork, code: str) -> Process | None:
    return uow.session.scalar(uow.select(Process).where(Process.code == code))


def running_at(
    uow: UnitOfWork, sites: Collection[UUID], process_id: UUID | None = None
) -> Sequence[Process]:
    found = uow.select(Process).where(Process.site_ids.overlap(list(sites)))
    if process_id is not None:
        found = found.where(Process.id == process_id)
    return uow.session.scalars(found.order_by(Process.code)).all()


def pilots(uow: UnitOfWork, rows: Sequence[Process], sites: Collection[UUID]) -> list[Pilot]:
    """Who answers for these processes at those of the sites that run them, nearest role first.

    An owner of that very process comes before whoever owns all processes of the site.
    """
    held: dict[tuple[UUID, str | None], list[UUID]] = defaultdict(list)
    for row in all_holders(uow, "process_owner", sites, uow.now.date()):
        held[row.place_id, row.process].append(row.person_id)
    return [
        Pilot(
            process_id=process.id,
            site_id=site,
            person_ids=held.get((site, process.code)) or held.get((site, None)) or [],
        )
        for process in rows
        for site in process.site_ids
        if site in sites
    ]
