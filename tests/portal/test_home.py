"""My sites today: rows that are acted on where they stand, and sites side by side."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from services.actions.models import Action
from services.actions.opening import open_action
from services.actions.schemas import ActionIn, ActionType, Priority
from services.audit import commands as auditing
from services.audit.schemas import FindingIn
from services.indicators.definition_schemas import DefinitionIn
from services.indicators.method.commands import define
from services.indicators.schemas import Aggregation, Direction
from shared.work import clock, unit_of_work
from tests.helpers import Bus
from tests.portal.conftest import People
from tests.portal.factories import finding_form, lead_under_way
from tests.world import WORLD

HOME = f"next={quote('/', safe='')}"


@pytest.fixture(scope="module")
def action(web: TestClient) -> Action:
    """One that Paul has owned for long at Lyon, where there is a nonconformity as well."""
    audit = lead_under_way()
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        auditing.raise_finding(uow, audit.id, FindingIn.model_validate(finding_form()))
    Bus().deliver_all()
    long_ago = clock() - timedelta(days=200)
    with unit_of_work("actions", WORLD.alice, permission="actions:progress", now=long_ago) as uow:
        return open_action(uow, GUARD)


GUARD = ActionIn(
    site_id=WORLD.lyon,
    title="Poser un garde-corps à la presse",
    type=ActionType.CORRECTIVE,
    priority=Priority.P1,
    owner_id=WORLD.paul.id,
)


def test_a_row_is_acted_on_and_one_is_back_at_home(people: People, action: Action) -> None:
    alice, at = people["alice"], f"/actions/{action.id}"
    assert f'hx-get="{at}/act?{HOME}"' in alice.get("/").text

    offered = alice.get(f"{at}/act?{HOME}").text
    assert "<html" not in offered
    assert action.title in offered
    move = f"{at}/move?{HOME}"
    hidden = alice.fields(offered, move)
    asked = alice.client.post(
        move, data=hidden | {"due_on": "2999-01-01", "reason": "Pièce en retard"}
    )
    assert (asked.status_code, asked.headers["location"]) == (303, "/")
    assert "Le report est demandé" in alice.read("/")


def test_what_is_wrong_is_said_on_the_page_and_then_one_is_back_as_well(
    people: People, action: Action
) -> None:
    alice, at = people["alice"], f"/actions/{action.id}"
    assign = f"{at}/assign?{HOME}"
    hidden = alice.fields(alice.get(f"{at}/act?{HOME}").text, assign)

    wrong = alice.client.post(assign, data=hidden | {"owner_id": ""})
    assert wrong.status_code == 422
    again = alice.client.post(
        assign, data=alice.fields(wrong.text, assign) | {"owner_id": str(WORLD.paul.id)}
    )
    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_who_may_not_act_is_not_asked_to(people: People, action: Action) -> None:
    at = f"/actions/{action.id}"

    assert f"{at}/act" not in people["bob"].get("/").text
    assert "<form" not in people["bob"].get(f"{at}/act").text
    assert people["charlie"].get(f"{at}/act").status_code == 404


def test_what_is_not_reported_is_reported_in_place(people: People) -> None:
    with unit_of_work("indicators", WORLD.greta, permission="indicators:define") as uow:
        define(uow, WATER)
    alice = people["alice"]
    [fetched] = re.findall(r'hx-get="(/indicators/[^"]+/act[^"]+)"', alice.get("/").text)[:1]
    offered = alice.get(fetched.replace("&amp;", "&")).text
    [action] = re.findall(r'action="([^"]+/measurements[^"]*)"', offered)
    typed = alice.fields(offered, action) | _held(offered)

    reported = alice.client.post(action, data=typed | {"numerator": "12"})

    assert (reported.status_code, reported.headers["location"]) == (303, "/")
    assert "Non déclaré" not in alice.read("/").replace("Non déclarés", "")
    assert "Eau prélevée" in people["greta"].read("/")


def _held(form: str) -> dict[str, str]:
    """What a form holds already in its fields of a choice and of a date."""
    chosen = re.findall(
        r'<select[^>]*name="([^"]+)".*?<option value="([^"]+)" selected', form, re.DOTALL
    )
    dates = re.findall(r'<input[^>]*name="(\w+)" type="date" value="([^"]+)"', form)
    return dict([*chosen, *dates])


def test_sites_stand_side_by_side_for_who_has_several(people: People, action: Action) -> None:
    greta = people["greta"].get("/").text

    table = greta[greta.index('id="sites"') : greta.index("</table>")]
    assert "Lyon" in table
    assert "Lille" in table
    assert f"/findings?place={WORLD.lyon}&amp;status=open" in table
    assert 'id="sites"' not in people["alice"].get("/").text
    assert 'id="sites"' not in people["greta"].get(f"/?place={WORLD.lyon}").text


WATER = DefinitionIn(
    code="EAU",
    name_fr="Eau prélevée",
    name_en="Water taken",
    unit="m3",
    direction=Direction.LOW,
    aggregation=Aggregation.SUM,
)
