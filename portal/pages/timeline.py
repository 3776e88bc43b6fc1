"""What followed from something: every step of a story, over all services."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.formats import now
from portal.render import fragment, page
from portal.session import AUDIENCE, Visit, Visitor
from portal.stories import Telling, told
from services.indicators.definition_schemas import DefinitionOut
from shared.schemas import Step

SERVICES: Final = AUDIENCE
MEASURED: Final = "indicators.measured"
QUIET: Final = timedelta(seconds=15)

router = APIRouter()


@dataclass
class Moment:
    """A step of a story, the time it took, and what it caused."""

    step: Step
    telling: Telling
    since_first: timedelta
    since_cause: timedelta | None
    caused: list["Moment"] = field(default_factory=list)
    figures: list["Moment"] = field(default_factory=list)


@router.get("/timeline/{correlation_id}")
async def timeline(visit: Visitor, correlation_id: UUID) -> Response:
    return await page(visit, "timeline.html", await _story(visit, correlation_id))


@router.get("/timeline/{correlation_id}/steps")
async def steps(visit: Visitor, correlation_id: UUID) -> Response:
    """The steps so far, for a page that is watching."""
    places, story = await asyncio.gather(visit.places(), _story(visit, correlation_id))
    return fragment(visit, "components/steps.html", story | {"places": places})


async def _story(visit: Visit, correlation_id: UUID) -> dict[str, object]:
    parts = await asyncio.gather(*(_part(visit, name, correlation_id) for name in SERVICES))
    steps = sorted((step for part in parts for step in part), key=lambda s: (s.occurred_at, s.id))
    definitions = await visit.rows("/indicators/definitions", DefinitionOut, limit=200)
    names = {definition.id: definition for definition in definitions.items}
    people = [UUID(s.payload["person_id"]) for s in steps if "person_id" in s.payload]
    owners = [UUID(s.payload["owner_id"]) for s in steps if s.payload.get("owner_id")]
    return {
        "correlation_id": correlation_id,
        "roots": _woven(steps, names),
        "count": len(steps),
        "lasted": steps[-1].occurred_at - steps[0].occurred_at if steps else None,
        "moving": not steps or now() - steps[-1].occurred_at < QUIET,
        "names": await visit.names([*people, *owners]),
    }


async def _part(visit: Visit, service: str, correlation_id: UUID) -> list[Step]:
    """One service's part; none from a service that this person may not read or that is away."""
    if not visit.may(f"{service}:read"):
        return []
    try:
        return await visit.api.get(f"/{service}/timeline/{correlation_id}", list[Step])
    except Refused:
        return []


def _woven(steps: list[Step], definitions: dict[UUID, DefinitionOut]) -> list[Moment]:
    """Each step below the one that caused it; figures that a step changed are kept together."""
    moments: dict[UUID, Moment] = {}
    roots: list[Moment] = []
    for step in steps:
        cause = moments.get(step.causation_id) if step.causation_id else None
        moment = Moment(
            step,
            told(step, definitions),
            step.occurred_at - steps[0].occurred_at,
            step.occurred_at - cause.step.occurred_at if cause else None,
        )
        moments[step.id] = moment
        above = roots if cause is None else cause.caused
        (cause.figures if cause and step.topic == MEASURED else above).append(moment)
    return roots
