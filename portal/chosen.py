"""Rows of a list that are chosen to be changed together, and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from portal.api import Refused
from portal.forms import Form
from portal.session import Visit
from shared.bulk_schemas import Many, Outcome

ROWS: Final = "rows"
OUTCOMES: Final = TypeAdapter(list[Outcome])


@dataclass(frozen=True)
class Bulk:
    """Something that can be done to all the chosen rows of a list at once."""

    path: str
    model: type[Many]
    done: str


@dataclass(frozen=True)
class Tried:
    """What was asked for and not wholly done: as it was typed, and what became of each row."""

    name: str
    form: Form
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def refused(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.refused]

    @property
    def done(self) -> int:
        return len(self.outcomes) - len(self.refused)


@dataclass(frozen=True)
class Choice:
    """The rows of a page that somebody may choose, and a form for each thing to do with them."""

    path: str
    rows: frozenset[UUID]
    bulks: Mapping[str, Bulk]
    tried: Tried | None = None

    def form(self, name: str) -> Form:
        if self.tried is not None and self.tried.name == name:
            return self.tried.form
        return Form.of(self.bulks[name].model)

    def has(self, id: UUID, version: int) -> bool:
        """Whether a row stays chosen: one that was done, or changed meanwhile, does not."""
        tried = self.tried
        return tried is not None and tried.form.value(f"{ROWS}.{id}") == str(version)

    @property
    def status(self) -> int:
        """What the page answers with that shows it."""
        if self.tried is None or self.tried.done:
            return HTTPStatus.OK
        return self.tried.form.status


async def carry_out(visit: Visit, bulks: Mapping[str, Bulk], name: str) -> Tried | None:
    """Do it to all the chosen rows. Nothing is left to be shown if all of it was done."""
    bulk = bulks.get(name)
    if bulk is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such step.", {})
    form = Form.typed(bulk.model, visit.form)
    data = form.read()
    if data is None:
        return Tried(name, form)
    try:
        outcomes = await visit.api.post(bulk.path, list[Outcome], data)
    except Refused as refused:
        outcomes = OUTCOMES.validate_python(refused.facts.get(ROWS, []))
        return Tried(name, form.refused(refused), outcomes)
    tried = Tried(name, form, outcomes)
    return tried if tried.refused else None
