"""The board of actions: a column for each state, and each card acted on where it lies."""

import re
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from portal.pages import actions
from services.actions.models import Action
from tests.actions import factories as acting
from tests.portal.conftest import Browser, People

BACK = f"next={quote('/actions/board', safe='')}"


@pytest.fixture(scope="module")
def by_state(web: TestClient) -> dict[str, Action]:
    """One of Paul's at Lyon in each state."""
    return {
        "open": acting.planned_action(),
        "in_progress": acting.started_action(),
        "done": acting.done_action(),
        "effective": acting.verified_action(effective=True),
    }


def lanes(browser: Browser, path: str = "/actions/board") -> dict[str, str]:
    """Each column of the board, by its state."""
    board = browser.get(path)
    assert board.status_code == 200, board.text
    return dict(re.findall(r'aria-labelledby="lane-(\w+)">(.*?)</section>', board.text, re.DOTALL))


def test_each_action_lies_in_the_column_of_its_state(
    people: People, by_state: dict[str, Action]
) -> None:
    columns = lanes(people["alice"])

    assert list(columns) == ["open", "in_progress", "done"]
    for state, action in by_state.items():
        there = [one for one, text in columns.items() if f'href="/actions/{action.id}"' in text]
        assert there == ([state] if state in columns else [])


def test_a_card_moves_on_and_one_is_back_at_the_board(
    people: People, by_state: dict[str, Action]
) -> None:
    action = acting.planned_action()
    alice, at = people["alice"], f"/actions/{action.id}"
    assert f'hx-get="{at}/act?{BACK}"' in lanes(alice)["open"]
    start = f"{at}/start?{BACK}"
    hidden = alice.fields(alice.get(f"{at}/act?{BACK}").text, start)

    started = alice.client.post(start, data=hidden)
    again = alice.client.post(start, data=hidden)

    assert (started.status_code, started.headers["location"]) == (303, "/actions/board")
    assert again.status_code == 409
    assert f'href="{at}"' in lanes(alice)["in_progress"]


def test_only_who_may_act_is_offered_to(people: People, by_state: dict[str, Action]) -> None:
    done, open_one = by_state["done"].id, by_state["open"].id

    pauls, bobs = lanes(people["paul"]), lanes(people["bob"])
    assert f"/actions/{open_one}/act" in pauls["open"]
    assert f"/actions/{done}" in pauls["done"]
    assert f"/actions/{done}/act" not in pauls["done"], "nobody judges what they did"
    assert f"/actions/{done}/act" in lanes(people["alice"])["done"]
    assert f'href="/actions/{open_one}"' in bobs["open"]
    assert "/act?" not in "".join(bobs.values())


def test_another_sites_coordinator_sees_none_of_them(
    people: People, by_state: dict[str, Action]
) -> None:
    columns = "".join(lanes(people["charlie"]).values())

    assert [a.number for a in by_state.values() if str(a.id) in columns] == []


def test_ones_own_alone(people: People, by_state: dict[str, Action]) -> None:
    mine = str(by_state["open"].id)

    assert mine in lanes(people["paul"], "/actions/board?mine=1")["open"]
    assert mine not in lanes(people["alice"], "/actions/board?mine=1")["open"]


@pytest.fixture
def short_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_CARDS", 1)


def test_a_long_column_says_where_the_rest_is(
    people: People, by_state: dict[str, Action], short_columns: None
) -> None:
    acting.done_action()

    column = lanes(people["alice"])["done"]

    assert column.count('class="q-piece"') == 1
    assert '<span class="q-count">1+</span>' in column
    assert 'href="/actions?status=done"' in column
