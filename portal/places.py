"""The tree of places as a visitor may see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from portal.api import Api
from services.identity.schemas import NodeKind, NodeOut
from shared.schemas import Page

MOST_PAGES = 10


@dataclass(frozen=True)
class Place:
    """A node of the tree, below its parents. Those above one's own are shown but hold nothing."""

    id: UUID
    name: str
    kind: NodeKind
    depth: int
    path: tuple[UUID, ...]


async def visible_places(api: Api) -> list[Place]:
    return tree(await visible_nodes(api))


async def visible_nodes(api: Api) -> list[NodeOut]:
    nodes: list[NodeOut] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        answer = await api.get("/identity/nodes", Page[NodeOut], limit=200, after=after)
        nodes += answer.items
        after = answer.next
        if after is None:
            break
    return nodes


def branches(nodes: list[NodeOut]) -> list[tuple[int, NodeOut]]:
    """All of the tree from the top down, work units too, each with how deep it stands."""
    names = {node.id: node.name.casefold() for node in nodes}
    below = sorted(nodes, key=lambda node: [names.get(id, "") for id in node.path])
    return [(sum(id in names for id in node.path) - 1, node) for node in below]


def tree(nodes: list[NodeOut]) -> list[Place]:
    """From the group down, each place after its parent, by name. Work units are not chosen here."""
    names = {node.id: node.name.casefold() for node in nodes}
    shown = [node for node in nodes if node.kind is not NodeKind.WORK_UNIT]
    shown.sort(key=lambda node: [names.get(id, "") for id in node.path])
    known = {node.id for node in shown}
    return [
        Place(
            node.id,
            node.name,
            node.kind,
            sum(id in known for id in node.path) - 1,
            tuple(node.path),
        )
        for node in shown
    ]


def sites_below(places: Iterable[Place], above: UUID | None) -> list[Place]:
    sites = [place for place in places if place.kind is NodeKind.SITE]
    return [site for site in sites if above is None or above in site.path]
