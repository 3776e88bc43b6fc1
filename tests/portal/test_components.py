"""The page of the components: there for who develops, and for nobody else."""

import pytest

from portal.words import WORDS
from shared.settings import settings
from tests.portal.conftest import People


def test_every_state_is_on_it(people: People) -> None:
    french = people["alice"].read("/_components")

    kinds = [words for words in WORDS.values() if len(words) > 1]
    assert [word.text for kind in kinds for word in kind.values() if word.text not in french] == []
    assert "4 champs sont à corriger." in french


def test_it_is_not_there_in_production(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'href="/_components"' in people["alice"].get("/").text
    in_production = settings().model_copy(update={"env": "production"})
    for module in ("portal.render", "portal.pages.components"):
        monkeypatch.setattr(f"{module}.settings", lambda: in_production)

    answer = people["alice"].get("/_components")
    home = people["alice"].get("/")

    assert answer.status_code == 404
    assert 'href="/_components"' not in home.text
