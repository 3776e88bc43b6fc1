"""The page of the components: there for who develops, and for nobody else."""

import pytest

from portal.words import WORDS
from tests.identity.signing import setting
from tests.portal.conftest import People


def test_every_state_is_on_it_in_both_languages(people: People) -> None:
    french = people["alice"].read("/_components")

    assert all(
        words[value].text in french
        for kind in WORDS.values()
        for words in [kind]
        for value in words
    )
    assert "3 champs sont à corriger." in french


def test_it_is_not_there_in_production(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    assert 'href="/_components"' in people["alice"].get("/").text
    with setting(monkeypatch, env="production"):
        answer = people["alice"].get("/_components")
        home = people["alice"].get("/")

    assert answer.status_code == 404
    assert 'href="/_components"' not in home.text
