"""`qse admin` opens an empty installation, once."""

import io
from collections.abc import Iterator

import pytest

from runtime.migrate import migrate
from runtime.operator import first_person, personal_token
from services.identity.queries import person_by_email, valid_grants
from services.identity.schemas import Role
from shared import db
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests import servers
from tests.conftest import Platform

EMAIL = "claire@alvea.example"


@pytest.fixture
def empty(platform: Platform) -> Iterator[None]:
    servers.execute(platform.postgres_url, "create database qse_empty")
    servers.adopt(platform.environment("qse_empty"))
    migrate(["identity"])
    yield
    db.disconnect()
    platform.drop("qse_empty")


def typed(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))


def test_the_first_person_coordinates_the_group(
    empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "Quatre-presses-et-1-carter")
    assert "Claire Duval is the coordinator" in first_person(EMAIL, "Claire Duval", "Groupe Alvéa")
    with unit_of_work("identity", SYSTEM) as uow:
        person = person_by_email(uow, EMAIL)
        assert person is not None
        assert [held.role for held in valid_grants(uow, person.id)] == [Role.GROUP_COORDINATOR]
    assert personal_token(EMAIL).startswith("qse_")

    typed(monkeypatch, "Quatre-presses-et-1-carter")
    with pytest.raises(SystemExit, match="one group"):
        first_person("marc@alvea.example", "Marc Weber", "Groupe Marc")


def test_a_group_gets_two_coordinators_this_way_and_no_third(
    empty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("claire", "marc"):
        typed(monkeypatch, "Quatre-presses-et-1-carter")
        assert "coordinator" in first_person(f"{name}@alvea.example", name.title(), "Groupe Alvéa")

    typed(monkeypatch, "Quatre-presses-et-1-carter")
    with pytest.raises(SystemExit, match="one group"):
        first_person("paul@alvea.example", "Paul", "Groupe Alvéa")


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        (EMAIL, "short", "qse: password: "),
        (EMAIL, "motdepasse2026", "qse: This password is easy to guess"),
        ("nobody", "Quatre-presses-et-1-carter", "qse: email: "),
    ],
)
def test_what_is_refused_is_said_without_a_trace(
    empty: None, monkeypatch: pytest.MonkeyPatch, email: str, password: str, said: str
) -> None:
    typed(monkeypatch, password)
    with pytest.raises(SystemExit) as refused:
        first_person(email, "Claire Duval", "Groupe Alvéa")
    assert str(refused.value).startswith(said)
    assert password not in str(refused.value)
