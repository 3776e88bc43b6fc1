"""The matrix of risks: each number leads to its risks, and unrated ones stand apart."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from services.risk import commands
from services.risk.schemas import Domain
from shared.work import unit_of_work
from tests.portal.conftest import Browser, People, shown
from tests.risk.test_commands import assessed, residual, risk_in
from tests.world import WORLD


def cells(browser: Browser, query: str = "") -> dict[str, tuple[int, str, str]]:
    """Of each cell: how many risks, what it says of their level, where it leads."""
    page = browser.get(f"/risks/matrix{query}")
    assert page.status_code == 200, page.text
    return {
        f"{gravity}x{probability}": (found, word, path)
        for gravity, row in re.findall(
            r'<tr><th scope="row">(\d)</th>(.*?)</tr>', page.text, re.DOTALL
        )
        for probability, (found, word, path) in enumerate(map(told, row.split("</td>")[:-1]), 1)
    }


def told(cell: str) -> tuple[int, str, str]:
    [number] = re.findall(r"<strong>(\d+)</strong>", cell)
    [word] = re.findall(r"</svg>([^<]+)</span>", cell)
    path = re.search(r'<a href="([^"]+)"', cell)
    return int(number), word, unescape(path[1]) if path else ""


@pytest.fixture(scope="module", autouse=True)
def register(web: TestClient) -> None:
    """At Lyon: three rated, one of them again, and one not; at Lille nothing."""
    for gravity, probability in ((4, 3), (4, 3), (1, 1)):
        assessed(gravity, probability)
    residual(assessed(3, 3), 2, 1)
    assessed(None)
    with unit_of_work("risk", WORLD.alice, permission="risk:write") as uow:
        commands.assess_risk(uow, risk_in(2, 2, domain=Domain.ENVIRONMENT))


def test_each_cell_says_its_number_and_the_word_of_its_level(people: People) -> None:
    found = cells(people["alice"])

    assert len(found) == 16
    assert found["4x3"][:2] == (2, "4 · Inacceptable, immédiat")
    assert found["1x1"][:2] == (1, "1 · Faible, acceptable")
    assert found["4x4"] == (0, "4 · Inacceptable, immédiat", "")


def test_a_cell_leads_to_its_risks_alone(people: People) -> None:
    alice = people["alice"]
    for number, _, path in cells(alice).values():
        if number:
            assert alice.get(path).text.count('<th scope="row">') == number
    narrowed = alice.read(cells(alice)["4x3"][2])
    assert "gravité 4, probabilité 3" in narrowed
    assert "Voir tout le registre" in narrowed


def test_the_workbook_of_a_cell_holds_the_same(people: People) -> None:
    path = cells(people["alice"])["4x3"][2]

    text = people["alice"].get(path.replace("/risks?", "/risks/export.csv?")).content.decode()

    assert len(text.strip().splitlines()) == 1 + 2


def test_the_residual_rating_is_chosen_in_the_address(people: People) -> None:
    alice = people["alice"]

    found = cells(alice, "?rating=residual")

    assert {cell: number for cell, (number, _, _) in found.items() if number} == {"2x1": 1}
    assert "Sans cotation résiduelle 5" in alice.read("/risks/matrix?rating=residual")


def test_what_is_not_rated_is_counted_apart_and_leads_there(people: People) -> None:
    alice = people["alice"]
    page = alice.get("/risks/matrix")

    assert "Sans cotation initiale 1" in shown(page)
    [path] = re.findall(r'href="(/risks\?[^"]*unrated=true[^"]*)"', page.text)
    assert alice.get(unescape(path)).text.count('<th scope="row">') == 1


def test_a_domain_narrows_the_matrix_and_the_list(people: People) -> None:
    found = cells(people["alice"], "?domain=E")

    assert {cell: number for cell, (number, _, _) in found.items() if number} == {"2x2": 1}
    assert "domain=E" in found["2x2"][2]


def test_another_sites_risks_are_not_counted(people: People) -> None:
    charlie = people["charlie"]

    assert "Aucun risque ici." in charlie.read("/risks/matrix")
    assert "Aucun risque ici." in people["greta"].read(f"/risks/matrix?place={WORLD.lille}")


def test_a_rating_that_there_is_not_is_told(people: People) -> None:
    assert people["alice"].get("/risks/matrix?rating=guessed").status_code == 422
    assert people["alice"].get("/risks?gravity=11").status_code == 422
    assert people["adam"].get("/risks/matrix").status_code == 403
