"""The tree of places as a visitor may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from portal.api import Api
from services.identity.schemas import NodeKind, PlaceOut

MANY: Final = 80
"""More places than this are not shown at once: a choice among them all is no help any more."""


@dataclass(frozen=True)
class Place:
    """A node of the tree, below its parents. Those above one's own are shown but hold nothing."""

    id: UUID
    name: str
    kind: NodeKind
    depth: int
    path: tuple[UUID, ...]


async def visible_places(api: Api) -> list[Place]:
    return tree(await api.get("/identity/places", list[PlaceOut]))


def tree(nodes: list[PlaceOut]) -> list[Place]:
    """From the group down, each place after its parent, by name."""
    names = {node.id: node.name.casefold() for node in nodes}
    below = sorted(nodes, key=lambda node: [names.get(id, "") for id in node.path])
    return [
        Place(node.id, node.name, node.kind, sum(id in names for id in node.path) - 1, path)
        for node in below
        for path in [tuple(node.path)]
    ]


def sites_below(places: Iterable[Place], above: UUID | None) -> list[Place]:
    sites = [place for place in places if place.kind is NodeKind.SITE]
    return [site for site in sites if above is None or above in site.path]


def around(places: list[Place], here: UUID | None) -> list[Place]:
    """What to choose from, standing at a place: all; of very many, what is above, beside, below.

    From the top down every place is reached, a level at a time.
    """
    if len(places) <= MANY:
        return places
    path = next((place.path for place in places if place.id == here), ())
    opened = {*path} or {place.id for place in places if place.depth == 0}
    return [place for place in places if place.depth == 0 or place.path[-2] in opened]
