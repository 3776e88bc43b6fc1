"""One field finds everything that a person may see, and a page says so without JavaScript."""

import pytest

from services.audit.models import Audit
from tests.portal.conftest import People
from tests.world import WORLD

HTMX = {"HX-Request": "true"}


def test_what_is_found_leads_to_it(people: People, audit: Audit) -> None:
    asked = "/search?q=audti%20interne"

    assert f'href="/audits/{audit.id}"' in people["alice"].get(asked).text
    assert "résultat pour « audti interne »" in people["alice"].read(asked)


def test_the_place_of_the_page_narrows_it_and_stays(people: People, audit: Audit) -> None:
    there = people["greta"].get(f"/search?q=interne&place={WORLD.lyon}").text
    elsewhere = people["greta"].get(f"/search?q=interne&place={WORLD.lille}").text

    assert f'href="/audits/{audit.id}?place={WORLD.lyon}"' in there
    assert f"/audits/{audit.id}" not in elsewhere


def test_nothing_of_another_site_is_found(people: People, audit: Audit) -> None:
    assert "Rien ne ressemble à « interne »." in people["charlie"].read("/search?q=interne")


def test_people_are_written_to_by_who_may_not_see_their_sheet(people: People) -> None:
    assert f'href="/admin/people/{WORLD.bob.id}"' in people["alice"].get("/search?q=bob").text
    assert 'href="mailto:alice@example.org"' in people["bob"].get("/search?q=alice").text
    assert f'href="/?place={WORLD.lyon}"' in people["bob"].get("/search?q=lyon").text


def test_who_may_read_one_service_only_is_answered_by_that(people: People) -> None:
    """An administrator of the platform sees people and places, and no audit."""
    assert f'href="/?place={WORLD.lyon}"' in people["adam"].get("/search?q=lyon").text


def test_a_piece_of_it_comes_to_the_palette(people: People, audit: Audit) -> None:
    answer = people["alice"].client.get("/search?q=interne", headers=HTMX)

    assert f"/audits/{audit.id}" in answer.text
    assert "<html" not in answer.text


@pytest.mark.parametrize("typed", ["", "a", "%25", "%00", "%27%22%3Cb%3E", "x" * 5_000])
def test_odd_words_find_nothing(people: People, typed: str) -> None:
    page = people["bob"].read(f"/search?q={typed}")

    assert "Accents et fautes de frappe sont pardonnés." in page
    assert "<b>" not in page


def test_the_palette_offers_what_its_reader_may_do(people: People) -> None:
    offered = people["alice"].get("/").text.partition('id="palette"')[2]
    reading = people["bob"].get("/").text.partition('id="palette"')[2]

    assert 'href="/actions/new"' in offered
    assert 'href="/imports"' in offered
    assert 'href="/actions/new"' not in reading
    assert 'href="/account"' in reading
