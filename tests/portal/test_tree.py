"""The tree of places in a group of 2,000: a branch at a time, and no page the heavier for it."""

import gzip
import re
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from runtime.bench.reader import Reader
from services.identity.models import Node
from services.identity.schemas import NodeKind
from shared.auth import SYSTEM
from shared.work import UnitOfWork, unit_of_work
from tests.portal.conftest import People
from tests.world import PASSWORD, WORLD

FEW, MANY = 3, 20
SITES, UNITS = 59, 40
PLACES = "/admin/places"
HEAVIEST = 250_000
"""Bytes of a compressed page (issue 4)."""


def grow(uow: UnitOfWork, above: Node, kind: NodeKind, name: str) -> Node:
    node = Node(id=uuid4(), kind=kind, parent_id=above.id, name=name, code="", path=[])
    node.path = [*above.path, node.id]
    uow.session.add(node)
    return node


def division(number: int) -> UUID:
    """With 59 sites, of which the first has 40 work units: a hundred nodes."""
    with unit_of_work("identity", SYSTEM) as uow:
        group = uow.get(Node, WORLD.group)
        top = grow(uow, group, NodeKind.DIVISION, f"Division {number:02}")
        uow.session.flush()
        sites = [grow(uow, top, NodeKind.SITE, f"Site {number:02}-{n:02}") for n in range(SITES)]
        uow.session.flush()
        for unit in range(UNITS):
            grow(uow, sites[0], NodeKind.WORK_UNIT, f"Four {number:02}-{unit:02}")
        return top.id


@pytest.fixture(scope="module")
def divisions(web: TestClient) -> list[UUID]:
    return [division(number) for number in range(FEW)]


def rows(text: str) -> list[str]:
    found: list[str] = re.findall(r'<span class="q-row-title">.*?</svg> ([^<]+)</span>', text)
    return found


def test_the_tree_of_a_large_group_opens_a_branch_at_a_time(
    people: People, divisions: list[UUID]
) -> None:
    greta = people["greta"]

    first = rows(greta.get(PLACES).text)
    assert {"Groupe Essai", "Division 00", "Division 02"} <= set(first)
    assert not [name for name in first if name.startswith("Site 0")]

    opened = rows(greta.get(f"{PLACES}?below={divisions[1]}").text)
    assert [name for name in opened if name.startswith("Site")] == [
        f"Site 01-{n:02}" for n in range(SITES)
    ]

    piece = greta.get(f"{PLACES}/{divisions[1]}/below").text
    assert rows(piece) == [f"Site 01-{n:02}" for n in range(SITES)]
    assert "<html" not in piece
    assert f"{UNITS} lieux au-dessous" in piece


def test_a_work_unit_is_found_by_its_name_and_shown_where_it_stands(
    people: People, divisions: list[UUID]
) -> None:
    greta = people["greta"]
    text = greta.get(f"{PLACES}?q=four 02-07").text
    [link] = re.findall(r'href="(/admin/places\?below=[^"]+)">Four 02-07</a>', text)

    shown = rows(greta.get(link).text)
    assert "Four 02-07" in shown
    assert "Site 02-58" in shown
    assert "Aucun lieu de ce nom." in greta.read(f"{PLACES}?q=zzzzzz")


def test_a_long_branch_comes_in_pieces(people: People, divisions: list[UUID]) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        long = grow(uow, uow.get(Node, WORLD.group), NodeKind.DIVISION, "Longue")
        uow.session.flush()
        for n in range(130):
            grow(uow, long, NodeKind.SITE, f"Dépôt {n:03}")

    first = people["greta"].get(f"{PLACES}/{long.id}/below").text
    assert len(rows(first)) == 100
    [more] = re.findall(r'hx-get="([^"]+after=[^"]+)"', first)
    rest = people["greta"].get(more.replace("&amp;", "&")).text
    assert rows(rest) == [f"Dépôt {n:03}" for n in range(100, 130)]
    assert "La suite" not in rest
    [page] = re.findall(r'href="(/admin/places\?[^"#]*after=[^"#]+)', first)
    assert rows(people["greta"].get(page.replace("&amp;", "&")).text)[-30:] == rows(rest)


def test_another_sites_branch_is_empty(people: People, divisions: list[UUID]) -> None:
    alice = people["alice"]

    assert rows(alice.get(PLACES).text) == ["Groupe Essai", "Division Nord-Sud", "Lyon"]
    for foreign in (divisions[0], WORLD.lille):
        assert rows(alice.get(f"{PLACES}/{foreign}/below").text) == []
        shown = rows(alice.get(f"{PLACES}?below={foreign}").text)
        assert shown == ["Groupe Essai", "Division Nord-Sud", "Lyon"]


def test_the_choice_of_a_site_offers_what_is_above_beside_and_below(
    people: People, divisions: list[UUID]
) -> None:
    def offered(path: str) -> list[str]:
        [choice] = re.findall(
            r'<select[^>]*name="place".*?</select>', people["greta"].get(path).text, re.DOTALL
        )
        return [name.replace("\u00a0", "") for name in re.findall(r"<option[^>]*>([^<]+)<", choice)]

    top = offered("/actions")
    assert "Division 02" in top
    assert "Site 02-00" not in top
    division = offered(f"/actions?place={divisions[2]}")
    assert {"Groupe Essai", "Division 00", "Site 02-00", "Site 02-58"} <= set(division)
    assert "Site 01-00" not in division


def test_two_thousand_places_cost_no_more_requests_and_no_heavy_page(
    web: TestClient, divisions: list[UUID]
) -> None:
    assert isinstance(web.app, FastAPI)
    reader = Reader(web.app, "greta@example.org", PASSWORD)
    pages = (PLACES, f"{PLACES}?below={divisions[0]}", "/", "/actions", "/indicators")
    before = {page: reader.counted(page) for page in pages}
    for number in range(FEW, MANY):
        division(number)

    after = {page: reader.counted(page) for page in pages}
    weights = {page: len(gzip.compress(reader.ask("GET", page).content)) for page in pages}

    assert after == before
    assert max(weights.values()) < HEAVIEST, weights
