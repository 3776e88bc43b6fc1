"""A list is described once: what its page shows, what it can go by, what leaves as a workbook."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final, Generic, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel

from portal.session import Visit
from shared.schemas import ColumnKind as Kind
from shared.schemas import Page

R = TypeVar("R", bound=BaseModel)

COOKIE: Final = "qse-columns-"
DOWN: Final = "-"
BETWEEN: Final = "."


@dataclass(frozen=True)
class Column:
    """A field of the rows under its title. `sort` is what the service calls going by it."""

    name: str
    title: str
    kind: Kind = Kind.TEXT
    sort: str = ""
    at_first: bool = True
    on_phone: bool = False


@dataclass(frozen=True)
class Listing(Generic[R]):
    """A list of the portal, and where its rows come from. The first column is always there."""

    name: str
    title: str
    source: str
    row: type[R]
    columns: tuple[Column, ...]
    order: str
    filled_by: str = ""
    """The permission to fill it from a workbook, if it can be."""

    @property
    def path(self) -> str:
        return f"/{self.name}"

    async def look(self, visit: Visit, wanted: Mapping[str, object]) -> "View[R]":
        """Ask for the page of rows that the address names."""
        sort = self.sort_of(visit)
        chosen = asked_for(visit)
        after = chosen.pop("after", "")
        found = await self.page(visit, wanted, after=after)
        return View(self, found, chosen, sort, self.columns_of(visit))

    async def page(self, visit: Visit, wanted: Mapping[str, object], **more: object) -> Page[R]:
        query = {"place": visit.place, "sort": self.sort_of(visit)} | dict(wanted) | more
        return await visit.api.get(self.source, Page[self.row], **query)  # type: ignore[name-defined]

    @property
    def service(self) -> str:
        return self.source.split("/")[1]

    def values_of(self, column: Column) -> list[StrEnum]:
        """All that a column of words may hold."""
        held = self.row.model_fields[column.name].annotation
        words = [k for k in get_args(held) or (held,) if isinstance(k, type)]
        return [one for kind in words if issubclass(kind, StrEnum) for one in kind]

    def sort_of(self, visit: Visit) -> str:
        """What the address asks for, if the list can go by it."""
        asked = visit.request.query_params.get("sort", "")
        known = {column.sort for column in self.columns if column.sort}
        return asked if asked.removeprefix(DOWN) in known else self.order

    def columns_of(self, visit: Visit) -> tuple[Column, ...]:
        """What this browser's reader chose to see, else what is shown at first."""
        kept = visit.request.cookies.get(COOKIE + self.name)
        names = None if kept is None else set(kept.split(BETWEEN))
        first, *others = self.columns
        return (first, *(c for c in others if (c.at_first if names is None else c.name in names)))


@dataclass(frozen=True)
class View(Generic[R]):
    """A page of a list as somebody looks at it: in what order, which columns, which filters."""

    listing: Listing[R]
    found: Page[R]
    chosen: Mapping[str, str]
    sort: str
    columns: tuple[Column, ...]

    @cached_property
    def people(self) -> set[UUID | None]:
        return people_in(self.columns, self.found.items)

    def direction(self, column: Column) -> str:
        """How the rows go by a column, in the word that screen readers know."""
        if column.sort != self.sort.removeprefix(DOWN):
            return "none"
        return "descending" if self.sort.startswith(DOWN) else "ascending"

    def turned(self, column: Column) -> str:
        """What to ask for to have the list go by a column; the other way if it does already."""
        return f"{DOWN}{column.sort}" if self.direction(column) == "ascending" else column.sort


def asked_for(visit: Visit) -> dict[str, str]:
    """What the address says of a list besides the place: filters, order and page."""
    asked = visit.request.query_params
    return {name: asked[name] for name in asked if name != "place"}


def people_in(columns: tuple[Column, ...], rows: list[R]) -> set[UUID | None]:
    names = [column.name for column in columns if column.kind is Kind.PERSON]
    return {getattr(row, name) for row in rows for name in names}
