"""What cannot be taken in is refused in words, in one shape, as the document says."""

import base64
from datetime import date

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from runtime.services import SERVICES
from shared.schemas import Day, In
from shared.service import create_app
from tests.architecture.test_permissions import PUBLIC, no_exchange
from tests.conftest import Api
from tests.fuzz.real import operations
from tests.world import World

PROBLEM = "application/problem+json"


class NoteIn(In):
    text: str
    lines: list[str] = Field(default_factory=list)


@pytest.mark.parametrize("given", [{"text": "a\0b"}, {"text": "a", "lines": ["b", "c\0"]}])
def test_a_text_with_nul_is_refused_at_its_field(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="cannot hold the character NUL") as refused:
        NoteIn.model_validate(given)

    [error] = refused.value.errors()
    assert error["loc"] == (list(given)[-1],)


@pytest.mark.parametrize("given", [0, "1", 1.5, True, "20260331", "1899-12-31", "3000-01-01"])
def test_a_day_is_a_date_of_our_centuries_and_no_number(given: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(given)


def test_a_day_is_written_like_a_date() -> None:
    assert TypeAdapter(Day).validate_python("2026-03-31") == date(2026, 3, 31)


def test_a_wrong_method_is_told_all_that_are_right(api: Api, world: World) -> None:
    answer = api(world.greta).delete(f"/api/v1/policy/policies/{world.lyon}")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PUT"
    assert answer.headers["content-type"] == PROBLEM


def test_a_path_of_no_service_is_refused_in_the_same_shape(api: Api, world: World) -> None:
    answer = api(world.greta).get("/api/v1/risk/methods/a%0Ab")

    assert answer.status_code == 404
    assert answer.headers["content-type"] == PROBLEM


def test_a_level_that_no_scale_has_is_refused(api: Api, world: World) -> None:
    answer = api(world.alice).get("/api/v1/risk/risks", params={"level": 10**12})

    assert answer.status_code == 422


def test_what_the_database_cannot_keep_is_refused(api: Api, world: World) -> None:
    """The cursor of a list is read as the column's type, and may hold what no column can."""
    cursor = base64.urlsafe_b64encode(f'["title","\\u0000","{world.lyon}"]'.encode()).decode()

    answer = api(world.greta).get("/api/v1/risk/risks", params={"after": cursor})

    assert answer.status_code == 422
    assert answer.json()["type"] == "cannot_be_kept"


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_names_every_refusal_and_who_must_sign_in(service: str) -> None:
    document = create_app(SERVICES[service], no_exchange).openapi()

    for path, method, operation in operations(document):
        assert {"400", "401", "403", "404", "409", "422", "503"} <= set(operation["responses"])
        assert ("security" in operation) is ((method.upper(), path) not in PUBLIC)
    for refusal in document["components"]["responses"].values():
        assert list(refusal["content"]) == [PROBLEM]
