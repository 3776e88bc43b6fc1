"""What followed from something: every step of a story, over all services."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused, Step
from portal.formats import now
from portal.render import fragment, page
from portal.session import Visit, Visitor
from portal.stories import Telling, told
from services.indicators.schemas import DefinitionOut

SERVICES: Final = ("identity", "audit", "actions", "indicators", "policy", "notifications", "risk")
QUIET: Final = timedelta(seconds=15)

router = APIRouter()


@dataclass(frozen=True)
class Moment:
    """A step of a story with the time it took: since the first step, and since its cause."""

    step: Step
    telling: Telling
    since_first: timedelta
    since_cause: timedelta | None
    depth: int


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
        "moments": _timed(steps, names),
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


def _timed(steps: list[Step], definitions: dict[UUID, DefinitionOut]) -> list[Moment]:
    known = {step.id: step for step in steps}
    moments = []
    for step in steps:
        cause = known.get(step.causation_id) if step.causation_id else None
        moments.append(
            Moment(
                step,
                told(step, definitions),
                step.occurred_at - steps[0].occurred_at,
                step.occurred_at - cause.occurred_at if cause else None,
                _depth(step, known),
            )
        )
    return moments


def _depth(step: Step, known: dict[UUID, Step]) -> int:
    depth = 0
    while step.causation_id in known and depth < len(known):
        step, depth = known[step.causation_id], depth + 1
    return depth
