"""What to do first in a new group: the steps, which of them are done, and where each is done."""

import asyncio
from dataclasses import dataclass
from typing import Final

from fastapi import Response

from portal.i18n import N_
from portal.session import Visit
from services.audit.schemas import AuditOut
from services.identity.admin_schemas import PersonRow
from services.identity.schemas import NodeKind, Role
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.schemas import MeasurementOut, Source
from services.policy.schemas import PolicyOut, PolicyStatus
from services.processes.schemas import ProcessOut
from services.risk.schemas import RiskOut

COOKIE: Final = "qse-guide"
AWAY: Final = "away"
A_YEAR: Final = 31_536_000
TWO: Final = 2
MOST: Final = 200


@dataclass(frozen=True)
class Step:
    """Something to do first: by whom it may be done, and on which page."""

    name: str
    permission: str
    path: str
    title: str
    why: str


STEPS: Final = (
    Step(
        "second",
        "identity:govern",
        "/admin/people?role=group_coordinator",
        N_("Nommer un second coordinateur du groupe"),
        N_(
            "Un rôle de coordinateur se donne à deux. Tant que vous êtes seul, la commande "
            "qse admin, avec son adresse, nomme le second."
        ),
    ),
    Step(
        "places",
        "identity:admin",
        "/admin/places",
        N_("Ouvrir les divisions et les sites"),
        N_("Tout ce qui est inscrit ensuite l'est à un lieu. Un classeur les ouvre d'un coup."),
    ),
    Step(
        "processes",
        "processes:write",
        "/processes",
        N_("Nommer les processus"),
        N_("Les constats, les actions et les risques disent de quel processus il s'agit."),
    ),
    Step(
        "people",
        "identity:admin",
        "/admin/people",
        N_("Inviter les personnes"),
        N_("Une par une, ou par classeur. Chacune reçoit un rôle, là où elle le tient."),
    ),
    Step(
        "policy",
        "policy:write",
        "/policy",
        N_("Écrire la politique et la mettre en vigueur"),
        N_("Vous la rédigez, le second coordinateur l'approuve, elle est publiée et signée."),
    ),
    Step(
        "measured",
        "indicators:measure",
        "/indicators",
        N_("Saisir une première mesure"),
        N_("La plateforme compte seule ce qu'elle peut ; les autres indicateurs attendent."),
    ),
    Step(
        "risks",
        "risk:write",
        "/risks/new",
        N_("Inscrire les premiers risques"),
        N_("Un risque coté trop haut demande de lui-même un audit."),
    ),
    Step(
        "audits",
        "audit:plan",
        "/audits/new",
        N_("Planifier le premier audit"),
        N_("Ses constats ouvrent les actions, et les actions tiennent leurs échéances."),
    ),
)

Guide = list[tuple[Step, bool]]
"""Steps in their order, each with whether it is done."""


async def guide_for(visit: Visit) -> Guide:
    """The steps that this person may do; none once the guide was put away."""
    if not visit.may("identity:admin") or visit.request.cookies.get(COOKIE) == AWAY:
        return []
    state = await _state(visit)
    offered = (step for step in STEPS if step.name in state and visit.may(step.permission))
    return [(step, state[step.name]) for step in offered]


def put_away(response: Response) -> None:
    """Do not show it again, nor ask the services for it."""
    response.set_cookie(COOKIE, AWAY, max_age=A_YEAR, httponly=True, samesite="lax")


async def _state(visit: Visit) -> dict[str, bool]:
    """Which steps are done, by what is there. Nothing is measured where nothing is reported."""
    places, people, processes, policies = await asyncio.gather(
        visit.places(),
        visit.rows("/identity/roster", PersonRow, active="true", limit=MOST),
        visit.rows("/processes/processes", ProcessOut, limit=1),
        visit.rows("/policy/policies", PolicyOut, limit=MOST),
    )
    indicators, measured, risks, audits = await asyncio.gather(
        visit.rows("/indicators/definitions", DefinitionOut, limit=MOST),
        visit.rows("/indicators/measurements", MeasurementOut, limit=1),
        visit.rows("/risk/risks", RiskOut, limit=1),
        visit.rows("/audit/audits", AuditOut, limit=1),
    )
    roles = [{grant.role for grant in person.grants} for person in people.items]
    known = {
        "second": sum(Role.GROUP_COORDINATOR in held for held in roles) >= TWO,
        "places": any(place.kind is NodeKind.SITE for place in places),
        "processes": bool(processes.items),
        "people": any(held - {Role.GROUP_COORDINATOR} for held in roles),
        "policy": any(one.status is PolicyStatus.PUBLISHED for one in policies.items),
        "risks": bool(risks.items),
        "audits": bool(audits.items),
    }
    if any(one.source is Source.REPORTED for one in indicators.items):
        known["measured"] = bool(measured.items)
    return known
