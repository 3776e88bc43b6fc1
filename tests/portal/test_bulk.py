"""Rows of a list, chosen and changed together on its page."""

import re

import httpx2 as httpx

from services.actions import commands
from services.actions.models import Action
from services.actions.schemas import CancelIn
from shared.work import unit_of_work
from tests.access.doors import alert_at_lyon
from tests.actions.factories import done_action, open_action
from tests.portal.conftest import Browser, People, shown
from tests.world import WORLD

LIST = "/actions?sort=-due_on"
ASSIGN, CANCEL = "/actions/chosen/assign?sort=-due_on", "/actions/chosen/cancel?sort=-due_on"
REASON = "Atelier fermé depuis mars"


def boxes(text: str) -> dict[str, str]:
    """The rows that may be chosen on a page, as they are sent when they are."""
    return dict(re.findall(r'name="(rows\.[0-9a-f-]{36})" value="(\d+)"', text))


def ticked(text: str) -> list[str]:
    found: list[str] = re.findall(r'name="(rows\.[0-9a-f-]{36})"[^>]*\schecked>', text)
    return found


def choose(
    browser: Browser, chosen: list[Action], at: str = CANCEL, **typed: str
) -> httpx.Response:
    offered = boxes(browser.get(LIST).text)
    rows = {f"rows.{action.id}": offered[f"rows.{action.id}"] for action in chosen}
    return browser.post(at, **rows, **typed)


def test_who_leads_a_site_chooses_its_unfinished_actions_and_nobody_else_any(
    people: People,
) -> None:
    waiting, over = open_action(), done_action()

    offered = boxes(people["alice"].get("/actions?status=all").text)
    assert f"rows.{waiting.id}" in offered
    assert f"rows.{over.id}" not in offered

    for name in ("paul", "bob", "charlie"):
        page = people[name].get("/actions?status=all").text
        assert boxes(page) == {}
        assert "/actions/chosen" not in page


def test_all_of_them_done_the_same_list_says_so(people: People) -> None:
    chosen = [open_action(), open_action()]

    answer = choose(people["alice"], chosen, ASSIGN, owner_id=str(WORLD.alice.id))

    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert "Les actions choisies ont un nouveau pilote." in people["alice"].read(LIST)
    for action in chosen:
        assert "Alice" in people["alice"].read(f"/actions/{action.id}")


def test_what_is_left_is_named_with_its_reason_and_the_rest_is_done(people: People) -> None:
    fits, late = open_action(), open_action()
    alice = people["alice"]
    rows = {f"rows.{action.id}": str(action.version) for action in (fits, late)}
    with unit_of_work("actions", WORLD.alice, permission="actions:progress") as uow:
        why = CancelIn(reason="Double d'une autre", version=late.version)
        commands.cancel_action(uow, late.id, why)

    answer = alice.post(CANCEL, **rows, reason=REASON)

    assert answer.status_code == 200
    said = shown(answer)
    assert "Une ligne a été changée. Une ligne est restée comme elle était :" in said
    assert f"{late.number} {late.title}" in said
    assert "Quelqu'un d'autre a modifié" in said
    assert "Annulée" in alice.read(f"/actions/{fits.id}")
    assert ticked(answer.text) == []


def test_nothing_done_keeps_what_was_chosen_and_typed(people: People) -> None:
    chosen = [open_action(), open_action()]
    alice = people["alice"]

    unsaid = choose(alice, chosen)
    assert unsaid.status_code == 422
    assert set(ticked(unsaid.text)) == {f"rows.{action.id}" for action in chosen}
    assert "À remplir." in shown(unsaid)
    assert '<form method="get" action="/actions" class="q-switcher"' in unsaid.text

    short = choose(alice, chosen, reason="bof")
    assert 'value="bof"' in short.text
    assert "au moins 5 caractères" in shown(short)

    refused = choose(alice, chosen, ASSIGN, owner_id=str(WORLD.charlie.id))
    assert refused.status_code == 422
    assert "2 lignes sont restées comme elles étaient" in shown(refused)
    assert set(ticked(refused.text)) == {f"rows.{action.id}" for action in chosen}


def test_nothing_chosen_is_told(people: People) -> None:
    open_action()

    answer = people["alice"].post(CANCEL, reason=REASON)

    assert answer.status_code == 422
    assert "Choisissez d'abord une ligne au moins." in shown(answer)
    assert 'value="Atelier fermé depuis mars"' in answer.text


def test_there_is_no_other_way_to_change_many(people: People) -> None:
    action = open_action()

    for name in ("verify", "close", "x"):
        answer = people["alice"].post(f"/actions/chosen/{name}", **{f"rows.{action.id}": "1"})
        assert answer.status_code == 404


def test_another_sites_action_is_not_named(people: People) -> None:
    action = open_action()
    rows = {f"rows.{action.id}": str(action.version)}

    answer = people["charlie"].post(CANCEL, **rows, reason=REASON)

    assert answer.status_code == 404
    assert "Une ligne qui n'est plus visible" in shown(answer)
    assert action.title not in shown(answer)
    assert "Ouverte" in people["alice"].read(f"/actions/{action.id}")


def test_alerts_are_said_to_be_seen_together(people: People) -> None:
    alert = alert_at_lyon()
    alice = people["alice"]
    [row] = boxes(alice.get("/alerts").text).items()

    answer = alice.post("/alerts/chosen/acknowledge", **dict([row]))

    assert row[0] == f"rows.{alert.id}"
    assert answer.headers["location"] == "/alerts"
    after = alice.get("/alerts")
    assert "Les alertes choisies sont prises en compte." in shown(after)
    assert boxes(after.text) == {}
    assert boxes(people["bob"].get("/alerts").text) == {}
