"""What to do first in a new group: the steps, which of them are done, and where each is done."""

import asyncio
from dataclasses import dataclass
from typing import Final

from fastapi import Response

from portal.i18n import N_
from portal.session import Visit
from services.audit.schemas import AuditOut
from services.identity.admin_schemas import PersonRow
from services.identity.schemas import NodeKind, ProcessOut, Role
from services.indicators.schemas import DefinitionOut, MeasurementOut, Source
from services.policy.schemas import PolicyOut, PolicyStatus
from services.risk.schemas import RiskOut

COOKIE: Final = "qse-guide"
AWAY: Final = "away"
A_YEAR: Final = 31_536_000
TWO: Final = 2
MOST: Final = 200
BEFORE_RISKS: Final = 5


@dataclass(frozen=True)
class Step:
    """Something to do, who may, where, and whether the group has it."""

    title: str
    why: str
    path: str
    permission: str
    done: bool


async def guide_for(visit: Visit) -> list[Step]:
    """The steps that this person may do; none once the guide was put away."""
    if not visit.may("identity:admin") or visit.request.cookies.get(COOKIE) == AWAY:
        return []
    return [step for step in await _steps(visit) if visit.may(step.permission)]


def put_away(response: Response) -> None:
    """Do not show it again, nor ask the services for it."""
    response.set_cookie(COOKIE, AWAY, max_age=A_YEAR, httponly=True, samesite="lax")


async def _steps(visit: Visit) -> list[Step]:
    places, people, processes, policies = await asyncio.gather(
        visit.places(),
        visit.rows("/identity/roster", PersonRow, active="true", limit=MOST),
        visit.rows("/identity/processes", ProcessOut, limit=1),
        visit.rows("/policy/policies", PolicyOut, limit=MOST),
    )
    indicators, measured, risks, audits = await asyncio.gather(
        visit.rows("/indicators/definitions", DefinitionOut, limit=MOST),
        visit.rows("/indicators/measurements", MeasurementOut, limit=1),
        visit.rows("/risk/risks", RiskOut, limit=1),
        visit.rows("/audit/audits", AuditOut, limit=1),
    )
    reported = [one for one in indicators.items if one.source is Source.REPORTED]
    roles = [{grant.role for grant in person.grants} for person in people.items]
    in_force = any(policy.status is PolicyStatus.PUBLISHED for policy in policies.items)
    drafted = f"/policy/editions/{policies.items[0].id}" if policies.items else "/policy/new"
    steps = [
        Step(
            N_("Nommer un second coordinateur du groupe"),
            N_(
                "Un rôle de coordinateur se donne à deux. Tant que vous êtes seul, la commande "
                "qse admin, avec son adresse, nomme le second."
            ),
            "/admin/people?role=group_coordinator",
            "identity:govern",
            sum(Role.GROUP_COORDINATOR in held for held in roles) >= TWO,
        ),
        Step(
            N_("Ouvrir les divisions et les sites"),
            N_("Tout ce qui est inscrit ensuite l'est à un lieu. Un classeur les ouvre d'un coup."),
            "/admin/places",
            "identity:admin",
            any(place.kind is NodeKind.SITE for place in places),
        ),
        Step(
            N_("Nommer les processus"),
            N_("Les constats, les actions et les risques disent de quel processus il s'agit."),
            "/admin/processes",
            "identity:govern",
            bool(processes.items),
        ),
        Step(
            N_("Inviter les personnes"),
            N_("Une par une, ou par classeur. Chacune reçoit un rôle, là où elle le tient."),
            "/admin/people",
            "identity:admin",
            any(held - {Role.GROUP_COORDINATOR} for held in roles),
        ),
        Step(
            N_("Écrire la politique et la mettre en vigueur"),
            N_("Vous la rédigez, le second coordinateur l'approuve, elle est publiée et signée."),
            "/policy" if in_force else drafted,
            "policy:write",
            in_force,
        ),
        Step(
            N_("Inscrire les premiers risques"),
            N_("Un risque coté trop haut demande de lui-même un audit."),
            "/risks/new",
            "risk:write",
            bool(risks.items),
        ),
        Step(
            N_("Planifier le premier audit"),
            N_("Ses constats ouvrent les actions, et les actions tiennent leurs échéances."),
            "/audits/new",
            "audit:plan",
            bool(audits.items),
        ),
    ]
    if reported:
        steps.insert(
            BEFORE_RISKS,
            Step(
                N_("Saisir une première mesure"),
                N_(
                    "La plateforme compte seule ce qu'elle peut ; les autres indicateurs attendent."
                ),
                f"/indicators/{reported[0].id}",
                "indicators:measure",
                bool(measured.items),
            ),
        )
    return steps
