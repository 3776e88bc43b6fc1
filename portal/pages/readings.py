"""What somebody from outside asked the services for, all services together, newest first."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.i18n import N_
from portal.render import fragment, page
from portal.session import AUDIENCE, Visit, Visitor
from shared.schemas import Page, Reading

SHOWN: Final = 40
ON_EVERY_PAGE: Final = frozenset({"identity", "notifications"})
"""The services that any page asks for its frame: the places, the inbox, one's own name."""

DOORS: Final[Mapping[str, str]] = {
    "actions": N_("Actions"),
    "alerts": N_("Alertes"),
    "audits": N_("Audits"),
    "bodies": N_("Organismes et barèmes"),
    "certificates": N_("Certificats"),
    "checklist": N_("Questionnaire d'audit"),
    "checklist-templates": N_("Questionnaire d'audit"),
    "checkpoints": N_("La preuve"),
    "commitments": N_("Politique"),
    "completion": N_("Programme d'audit"),
    "consultations": N_("Personnes consultées"),
    "coverage": N_("Couverture"),
    "dated": N_("Calendrier"),
    "definitions": N_("Indicateurs"),
    "delays": N_("Délais"),
    "entries": N_("Programme d'audit"),
    "evidence": N_("Pièces jointes"),
    "exports": N_("Exports"),
    "feeds": N_("Calendrier"),
    "findings": N_("Constats"),
    "frequencies": N_("Fréquences"),
    "grants": N_("Rôles"),
    "grid": N_("Saisie des indicateurs"),
    "history": N_("Historique"),
    "inbox": N_("Boîte de réception"),
    "instances": N_("Sites qui le mesurent"),
    "jobs": N_("Travaux"),
    "me": N_("Son compte"),
    "measurements": N_("Mesures"),
    "methods": N_("Méthodes de cotation"),
    "nodes": N_("Organisation"),
    "people": N_("Personnes"),
    "pilots": N_("Processus"),
    "places": N_("Lieux"),
    "plans": N_("Plans d'actions"),
    "policies": N_("Politique"),
    "processes": N_("Processus"),
    "programmes": N_("Programme d'audit"),
    "proofs": N_("La preuve"),
    "proposals": N_("Programme d'audit"),
    "questions": N_("Questions entre sites"),
    "record": N_("La preuve"),
    "references": N_("Référentiels"),
    "reports": N_("Rapports d'audit"),
    "requirements": N_("Référentiels"),
    "review-requests": N_("Demandes de réexamen"),
    "risks": N_("Risques"),
    "scorecard": N_("Indicateurs"),
    "search": N_("Recherche"),
    "shipped": N_("Référentiels"),
    "signatures": N_("Signatures"),
    "standing": N_("Sites côte à côte"),
    "statistics": N_("Statistiques"),
    "timeline": N_("Chronologie"),
    "unreported": N_("Mesures non déclarées"),
    "verifications": N_("La preuve"),
    "windows": N_("Certificats"),
}
PAGES: Final[Mapping[str, str]] = {
    "action_id": "/actions",
    "alert_id": "/alerts",
    "audit_id": "/audits",
    "body_id": "/bodies",
    "certificate_id": "/certificates",
    "entry_id": "/entries",
    "correlation_id": "/timeline",
    "definition_id": "/indicators",
    "finding_id": "/findings",
    "programme_id": "/programmes",
    "request_id": "/review-requests",
    "risk_id": "/risks",
}

router = APIRouter(prefix="/admin/people")


@dataclass(frozen=True)
class Told:
    """A reading with the words for what it was of, and the page that shows the same."""

    service: str
    reading: Reading

    @property
    def about(self) -> str:
        """A door without a word of its own is shown as it is called."""
        first = self.reading.route.split("/")[1]
        return DOORS.get(first, first)

    @property
    def address(self) -> str:
        """What was asked for, as it was asked."""
        address = f"/{self.service}{self.reading.route}"
        for name, id in self.reading.ids.items():
            address = address.replace(f"{{{name}}}", id)
        return f"{address}?{self.reading.query}" if self.reading.query else address

    @property
    def path(self) -> str:
        """None for what is no id: outsiders write what they like into an address."""
        for name, id in self.reading.ids.items():
            if name in PAGES and _is_id(id):
                return f"{PAGES[name]}/{id}"
        return ""


@dataclass(frozen=True)
class Glance:
    """What was asked for at once: of the portal, one page."""

    readings: Sequence[Told]

    @property
    def about(self) -> list[str]:
        """The words for what was looked at; its frame has none, unless there was no more."""
        inside = [one for one in self.readings if one.service not in ON_EVERY_PAGE]
        return list(dict.fromkeys(one.about for one in inside or self.readings))


@router.get("/{person_id}/readings")
async def readings(visit: Visitor, person_id: UUID, after: str = "") -> Response:
    parts = await asyncio.gather(*(_part(visit, name, person_id, after) for name in AUDIENCE))
    silent = [service for service, found in zip(AUDIENCE, parts, strict=True) if found is None]
    told = [
        Told(service, reading)
        for service, found in zip(AUDIENCE, parts, strict=True)
        for reading in (found.items if found else [])
    ]
    told.sort(key=lambda one: one.reading.id, reverse=True)
    more = len(told) > SHOWN or any(found and found.next for found in parts)
    context = {
        "person_id": person_id,
        "glances": [
            Glance(list(together))
            for _, together in groupby(told[:SHOWN], lambda one: one.reading.correlation_id)
        ],
        "silent": silent,
        "next": told[SHOWN - 1].reading.id if more else None,
    }
    if visit.request.headers.get("hx-request"):
        return fragment(visit, "components/readings.html", context)
    return await page(visit, "admin/readings.html", context)


async def _part(visit: Visit, service: str, person_id: UUID, after: str) -> Page[Reading] | None:
    """One service's newest; none from a service that does not answer, and the page says so."""
    asked = {"person_id": person_id, "after": after, "limit": SHOWN}
    try:
        return await visit.api.get(f"/{service}/readings", Page[Reading], **asked)
    except Refused as refused:
        if refused.status < 500:  # noqa: PLR2004
            raise
        return None


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
