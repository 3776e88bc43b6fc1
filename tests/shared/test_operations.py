"""What may be asked of every service: the story, the past, and what could not be handled."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.audit import commands
from services.audit.schemas import CancelIn
from shared.auth import SYSTEM, Grant
from shared.work import unit_of_work
from tests.access.doors import DOORS
from tests.audit.factories import planned_audit
from tests.conftest import Api
from tests.world import World

AUDIT = "/api/v1/audit"


def test_a_story_is_told_in_its_order_and_no_other_with_it(api: Api, world: World) -> None:
    audit = planned_audit()
    with unit_of_work("audit", SYSTEM) as uow:
        commands.cancel_audit(uow, audit.id, CancelIn(version=1, reason="Site à l'arrêt"))
    planned_audit()

    steps = api(world.alice).get(f"{AUDIT}/timeline/{audit.correlation_id}").json()

    assert {step["subject"] for step in steps} == {str(audit.id)}
    assert steps[0]["topic"] == "audit.audit_planned"


def test_the_past_of_a_row_is_told_newest_first_and_no_other_with_it(
    api: Api, world: World
) -> None:
    audit = planned_audit()
    with unit_of_work("audit", SYSTEM) as uow:
        commands.cancel_audit(uow, audit.id, CancelIn(version=1, reason="Site à l'arrêt"))
    planned_audit()

    past = api(world.alice).get(f"{AUDIT}/history/{audit.id}").json()["items"]

    assert {entry["object_id"] for entry in past} == {str(audit.id)}
    assert past[-1]["action"] == "created"


@pytest.mark.parametrize("what", ["timeline", "history"])
def test_what_is_elsewhere_is_not_told(api: Api, world: World, what: str) -> None:
    """Nor to somebody who may act on nothing there, though PostgreSQL would let them read."""
    audit = planned_audit()
    id = audit.correlation_id if what == "timeline" else audit.id

    assert audit.title in api(world.greta).get(f"{AUDIT}/{what}/{id}").text
    assert audit.title not in api(world.charlie).get(f"{AUDIT}/{what}/{id}").text


@pytest.mark.parametrize("door", ["audit GET /dead-letters", "audit GET /metrics"])
def test_an_operator_of_one_site_is_no_operator_of_the_group(
    api: Api, world: World, door: str
) -> None:
    knock = DOORS[door]()
    here = replace(world.adam, grants=(Grant("platform_admin", frozenset({world.lyon})),))

    assert api(world.adam).get(f"{AUDIT}{knock.path}").status_code == 200
    assert api(here).get(f"{AUDIT}{knock.path}").status_code == 403


def test_only_an_operator_of_the_group_tries_a_dead_letter_again(api: Api, world: World) -> None:
    one, other = (DOORS["policy POST /dead-letters/{event_id}/{handler}/replay"]() for _ in "12")
    here = replace(world.adam, grants=(Grant("platform_admin", frozenset({world.lyon})),))

    assert api(here).post(f"/api/v1/policy{one.path}").status_code == 403
    assert api(world.adam).post(f"/api/v1/policy{one.path}").status_code == 200

    left = api(world.adam).get("/api/v1/policy/dead-letters").json()
    paths = {f"/dead-letters/{row['event_id']}/{row['handler']}/replay" for row in left}
    assert other.path in paths


@pytest.mark.parametrize("path", ["{event}/nobody", "{unknown}/{handler}"])
def test_a_dead_letter_that_is_not_there_is_not_replayed(api: Api, world: World, path: str) -> None:
    knock = DOORS["policy POST /dead-letters/{event_id}/{handler}/replay"]()
    _, _, event, handler, _ = knock.path.split("/")
    asked = path.format(event=event, unknown=uuid4(), handler=handler)

    answer = api(world.adam).post(f"/api/v1/policy/dead-letters/{asked}/replay")

    assert answer.status_code == 404
