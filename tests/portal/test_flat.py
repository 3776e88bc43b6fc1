"""A page costs the same however long its list is; `qse bench portal` counts it in a large group."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from runtime.bench.multiplied import multiply
from runtime.bench.pages import addresses
from runtime.bench.portal import WAYS
from runtime.bench.reader import Reader
from tests.browser.everything import everything
from tests.world import PASSWORD, WORLD

FEW, MANY = 60, 300
"""More than a page of each, and more than any page looks through."""


def test_no_page_asks_more_when_the_lists_are_long(web: TestClient) -> None:
    assert isinstance(web.app, FastAPI)
    everything()
    reader = Reader(web.app, "greta@example.org", PASSWORD)
    found = (addresses(reader.read) | WAYS).values()
    pages = [at for at in found if reader.ask("GET", at).is_success]
    counts = []
    for most in (FEW, MANY):
        multiply(most, WORLD.greta.id)
        counts.append({at: reader.counted(at) for at in pages})

    assert len(pages) > 30
    assert min(counts[0].values()) > (5, 1)
    assert counts[0] == counts[1]
