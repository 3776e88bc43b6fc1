"""References and processes as pages name them, asked for once a page."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from portal.session import Visit
from services.compliance.schemas import ReferenceOut, ReferenceStatus
from services.processes.schemas import ProcessOut
from shared.schemas import LARGEST_PAGE


@dataclass(frozen=True)
class Register:
    """What audits are held against, and what they are about."""

    references: Mapping[UUID, ReferenceOut]
    processes: Sequence[ProcessOut]

    @property
    def issued(self) -> list[tuple[UUID, str]]:
        """What may be chosen: what is in force or will be, each with its label."""
        return [
            (one.id, label(one))
            for one in self.references.values()
            if one.status is ReferenceStatus.ISSUED
        ]

    def label(self, id: UUID) -> str:
        known = self.references.get(id)
        return label(known) if known else "—"

    def at(self, site_id: UUID | None) -> list[ProcessOut]:
        """The processes of a site; all of them, if no site was chosen yet."""
        return [one for one in self.processes if site_id is None or site_id in one.site_ids]


def label(reference: ReferenceOut) -> str:
    """As it is cited: ISO 9001:2015."""
    return f"{reference.code}:{reference.edition}"


async def register_of(visit: Visit) -> Register:
    references, processes = await asyncio.gather(
        visit.rows("/compliance/references", ReferenceOut, limit=LARGEST_PAGE),
        visit.rows("/processes/processes", ProcessOut, limit=LARGEST_PAGE),
    )
    return Register({one.id: one for one in references.items}, processes.items)
