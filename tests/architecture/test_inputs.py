"""What a client sends is taken as it was written, never as what it could be read as."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Annotated, Any, get_args, get_origin

import pytest
from pydantic import BeforeValidator, Strict

from runtime.services import SERVICES
from services.identity.roster import Wanted
from shared.schemas import In, Out

TAKEN_LOOSELY = {bool: Strict, int: Strict} | dict.fromkeys((date, time, datetime), BeforeValidator)
"""What pydantic would read from another type, as true from 1, and what keeps it from that."""

IN_A_QUERY = Wanted
"""Where all is text, and must be read as something else."""


def of(model: type[In]) -> Iterator[type[In]]:
    for one in model.__subclasses__():
        yield one
        yield from of(one)


def loose(annotation: Any, held_by: tuple[Any, ...] = ()) -> Iterator[type]:  # noqa: ANN401
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        yield from loose(inner, (*held_by, *more))
    elif annotation in TAKEN_LOOSELY:
        if not any(isinstance(one, TAKEN_LOOSELY[annotation]) for one in held_by):
            yield annotation
    else:
        for inner in get_args(annotation):
            yield from loose(inner, held_by)


@pytest.mark.parametrize("annotation", [bool, int | None, list[date], Annotated[int, "a note"]])
def test_a_loose_type_is_seen(annotation: Any) -> None:  # noqa: ANN401
    assert list(loose(annotation))


def test_no_input_is_read_as_another_type() -> None:
    assert SERVICES
    found = {
        f"{model.__name__}.{name}"
        for model in of(In)
        if model.__module__.startswith(("services.", "shared."))
        and not issubclass(model, (Out, IN_A_QUERY))
        for name, field in model.model_fields.items()
        if list(loose(field.annotation, tuple(field.metadata)))
    }
    assert found == set()
