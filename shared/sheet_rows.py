"""A row of a workbook as a service takes it in, or all that is wrong with its cells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel, ValidationError

from shared.directory import named_sites
from shared.errors import DomainError
from shared.sheets import Column, Row, Words, Wrong
from shared.work import UnitOfWork


class UnknownSite(DomainError):
    message = "There is no site {value} where you may do this; write its name."


class AmbiguousSite(DomainError):
    message = "Several sites are called {value}; write what is above it first: Division / Site."


class CellInvalid(DomainError):
    """What a model of the service says of a value: the facts are those of a form's field."""

    message = "{message}"

    def __init__(self, rule: str, message: str, **facts: object) -> None:
        super().__init__(message=message, rule=rule, **facts)


class WrongCells(Exception):
    """All that is wrong with a row."""

    def __init__(self, cells: Sequence[Wrong]) -> None:
        super().__init__(", ".join(map(str, cells)))
        self.cells = cells


SITE: Final = Column(
    "site_id",
    Words("Site", "Site"),
    Words(
        "Nom du site ; « Division / Site » si plusieurs s'appellent ainsi.",
        "Name of the site; “Division / Site” if several are called so.",
    ),
)


class Sites:
    """Sites by name, as a cell says it: those where the actor may do what they are at."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._named = named_sites(uow)

    def find(self, cell: object) -> UUID:
        name = " / ".join(part.strip() for part in str(cell).split("/"))
        found = self._named.get(name.casefold(), [])
        if not found:
            raise UnknownSite(value=cell)
        if len(found) > 1:
            raise AmbiguousSite(value=cell)
        return found[0]


Reading = Mapping[str, Callable[[Any], object]]
"""How the cells of some columns become what the service takes in."""


def taken_in(model: type[BaseModel], row: Row, reading: Reading) -> Any:  # noqa: ANN401  the model
    """A row as the service takes it in, or all that is wrong with its cells.

    A column is called like the field that it fills; one within another has a point between.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, Wrong] = {}
    for key, cell in row.items():
        if cell is None:
            continue
        above, _, last = key.rpartition(".")
        place = values.setdefault(above, {}) if above else values
        try:
            place[last] = reading.get(key, str)(cell)
        except DomainError as refusal:
            wrong[key] = Wrong(key, refusal)
            place[last] = None
    try:
        data = model.model_validate(values)
    except ValidationError as invalid:
        for said in _invalid(invalid):
            wrong.setdefault(said.column, said)
    if wrong:
        raise WrongCells([*wrong.values()])
    return data


def _invalid(invalid: ValidationError) -> Iterator[Wrong]:
    for error in invalid.errors(include_url=False, include_input=False):
        key = ".".join(str(part) for part in error["loc"] if not isinstance(part, int))
        facts = {name: str(fact) for name, fact in (error.get("ctx") or {}).items()}
        facts.pop("error", None)
        yield Wrong(key, CellInvalid(error["type"], error["msg"], **facts))
