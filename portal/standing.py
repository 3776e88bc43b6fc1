"""Sites side by side: where each stands, those with the most trouble first."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from portal.i18n import N_
from portal.places import Place, sites_below
from portal.session import Visit
from services.actions.schemas import Standing as Actions
from services.audit.schemas import Standing as Audits
from services.indicators.schemas import Standing as Figures

MOST_SITES: Final = 12
"""How many home shows unless all are asked for."""

TROUBLE: Final = ("late", "late_audits", "alerts", "unreported")


@dataclass(frozen=True)
class Count:
    """What is counted of a site, what it is called, and where the reader finds the things."""

    name: str
    title: str
    permission: str
    path: str
    narrowed: tuple[tuple[str, str], ...] = ()

    @property
    def is_trouble(self) -> bool:
        """Whether each of these should not be."""
        return self.name in TROUBLE


COUNTS: Final = (
    Count("late", N_("Actions en retard"), "actions:read", "/actions", (("late", "1"),)),
    Count("due_soon", N_("Dues sous 30 jours"), "actions:read", "/actions"),
    Count("to_verify", N_("À vérifier"), "actions:read", "/actions", (("status", "done"),)),
    Count(
        "open_nonconformities",
        N_("Non-conformités ouvertes"),
        "audit:read",
        "/findings",
        (("status", "open"),),
    ),
    Count(
        "late_audits",
        N_("Audits en retard"),
        "audit:read",
        "/audits",
        (("status", "planned"),),
    ),
    Count("alerts", N_("Alertes"), "indicators:read", "/indicators"),
    Count("unreported", N_("Non déclarés"), "indicators:read", "/indicators"),
)


@dataclass(frozen=True)
class Standing:
    """A site, and how much of each is to be done there."""

    site: Place
    counts: dict[str, int]

    @property
    def trouble(self) -> int:
        """How much is late, out of its limits or not reported."""
        return sum(self.counts.get(count.name, 0) for count in COUNTS if count.is_trouble)


async def side_by_side(visit: Visit) -> list[Standing]:
    """The sites below the place looked at; none if there is but one."""
    sites = sites_below(await visit.places(), visit.place)
    if len(sites) <= 1:
        return []
    answers = await asyncio.gather(
        visit.all_of("/actions/standing", Actions, place=visit.place),
        visit.all_of("/audit/standing", Audits, place=visit.place),
        visit.all_of("/indicators/standing", Figures, place=visit.place),
    )
    counts: dict[UUID, dict[str, int]] = {site.id: {} for site in sites}
    for rows in answers:
        _take(rows, counts)
    found = [Standing(site, counts[site.id]) for site in sites]
    return sorted(found, key=lambda standing: -standing.trouble)


def _take(rows: Iterable[BaseModel], counts: dict[UUID, dict[str, int]]) -> None:
    for row in rows:
        counted = row.model_dump()
        counts.setdefault(counted.pop("site_id"), {}).update(counted)
