"""What audits are held against, as pages offer it to choose from."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from portal.formats import today
from portal.session import Visit
from services.audit.schemas import AuditOut, AuditStatus, Party
from services.compliance.schemas import ReferenceOut, RequirementOut
from services.processes.schemas import ProcessOut
from shared.schemas import LARGEST_PAGE

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
