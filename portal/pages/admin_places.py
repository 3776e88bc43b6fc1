"""The tree of places, a branch at a time: where each stands, what is opened below it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from portal.api import Refused
from portal.forms import Form
from portal.places import MANY
from portal.render import fragment, page
from portal.session import Visit, Visitor
from services.identity.admin_schemas import NodeMove
from services.identity.schemas import NodeChange, NodeIn, NodeKind, NodeOut, NodeRow
from shared.schemas import LARGEST_PAGE, Hit, Page

BELOW: Final[Mapping[NodeKind, tuple[NodeKind, ...]]] = {
    NodeKind.GROUP: (NodeKind.DIVISION, NodeKind.SITE),
    NodeKind.DIVISION: (NodeKind.SITE,),
    NodeKind.SITE: (NodeKind.WORK_UNIT,),
    NodeKind.WORK_UNIT: (),
}
"""What may be opened below a place of a kind."""
AT_ONCE: Final = 100
LONGEST: Final = 100
SHORTEST: Final = 2

router = APIRouter(prefix="/admin/places")


@dataclass(frozen=True)
class Asked:
    """What the address says: the node to change or to look below, from where, and a name."""

    edit: UUID | None = None
    below: UUID | None = None
    after: str = ""
    q: str = ""

    @property
    def node(self) -> UUID | None:
        return self.edit or self.below

    @property
    def name(self) -> str:
        return " ".join(self.q[:LONGEST].replace("\0", "").split())


@router.get("")
async def places(visit: Visitor, asked: Annotated[Asked, Depends()]) -> Response:
    return await _places_page(visit, asked)


@router.get("/{node_id}/below")
async def below(visit: Visitor, node_id: UUID, after: str = "") -> Response:
    """What is right below a place, to be put into the tree that is being looked at."""
    found = await _right_below(visit, node_id, after)
    context = {"found": found, "parent": node_id, "places": await visit.places()}
    return fragment(visit, "admin/branch.html", context)


@router.post("/{node_id}/below")
async def open_place(visit: Visitor, node_id: UUID) -> Response:
    form = Form.typed(NodeIn, visit.form)
    data = form.read()
    if data is None:
        return await _places_page(visit, Asked(node_id), add=form)
    try:
        await visit.api.post("/identity/nodes", NodeOut, data)
    except Refused as refused:
        return await _places_page(visit, Asked(node_id), add=form.refused(refused))
    return visit.go("/admin/places", "place_opened", below=node_id)


@router.post("/{node_id}")
async def rename_place(visit: Visitor, node_id: UUID) -> Response:
    form = Form.typed(NodeChange, visit.form)
    data = form.read()
    if data is None:
        return await _places_page(visit, Asked(node_id), rename=form)
    try:
        await visit.api.change("PUT", f"/identity/nodes/{node_id}", NodeOut, data)
    except Refused as refused:
        return await _places_page(visit, Asked(node_id), rename=form.refused(refused))
    return visit.go("/admin/places", "place_changed", below=node_id)


@router.post("/{node_id}/move")
async def move_place(visit: Visitor, node_id: UUID) -> Response:
    form = Form.typed(NodeMove, visit.form)
    data = form.read()
    if data is None:
        return await _places_page(visit, Asked(node_id), move=form)
    try:
        await visit.api.post(f"/identity/nodes/{node_id}/move", NodeOut, data)
    except Refused as refused:
        return await _places_page(visit, Asked(node_id), move=form.refused(refused))
    return visit.go("/admin/places", "place_changed", below=node_id)


async def _places_page(
    visit: Visit,
    asked: Asked,
    add: Form | None = None,
    rename: Form | None = None,
    move: Form | None = None,
) -> Response:
    tree, hits = await asyncio.gather(_tree(visit, asked), _named(visit, asked.name))
    node = tree.node
    wrong = add or rename or move
    context = {
        "tops": tree.tops,
        "opened": tree.opened,
        "asked": asked.name,
        "hits": hits,
        "edited": node if asked.edit else None,
        "below": BELOW,
        "add": add or Form.of(NodeIn, id=uuid4()),
        "rename": rename or Form.of(NodeChange, name=node and node.name, code=node and node.code),
        "move": move or Form.of(NodeMove, parent_id=node and node.parent_id),
        "refused": wrong.refusal if wrong else None,
    }
    return await page(visit, "admin/places.html", context, wrong.status if wrong else 200)


@dataclass(frozen=True)
class Tree:
    """The tree as it is looked at: where it starts, what stands open, the node in question."""

    tops: list[NodeRow]
    opened: dict[UUID, Page[NodeRow]]
    node: NodeRow | None


async def _tree(visit: Visit, asked: Asked) -> Tree:
    """A small tree open down to its sites, a large one along the way to what is looked at."""
    places = await visit.places()
    tops = [place.id for place in places if place.depth == 0]
    known = [place.id for place in places] if len(places) <= MANY else tops
    rows = await _rows(visit, [*known, *([asked.node] if asked.node else [])])
    node = rows.get(asked.node) if asked.node else None
    opened: dict[UUID, Page[NodeRow]] = {}
    for id in known:
        if id in rows and (above := rows[id].parent_id) is not None:
            opened.setdefault(above, Page(items=[])).items.append(rows[id])
    asked_for = node.path if node else [id for id in tops if id not in opened]
    starts = {node.id: asked.after} if node else {}
    pages = await asyncio.gather(*(_right_below(visit, id, starts.get(id, "")) for id in asked_for))
    found = dict(zip(asked_for, pages, strict=True))
    return Tree([rows[id] for id in tops if id in rows], opened | found, node)


async def _rows(visit: Visit, ids: list[UUID]) -> dict[UUID, NodeRow]:
    if not ids:
        return {}
    found = await visit.api.get("/identity/nodes", Page[NodeRow], ids=ids, limit=LARGEST_PAGE)
    return {node.id: node for node in found.items}


async def _right_below(visit: Visit, id: UUID, after: str) -> Page[NodeRow]:
    query = {"parent_id": id, "after": after, "limit": AT_ONCE}
    return await visit.api.get("/identity/nodes", Page[NodeRow], **query)


async def _named(visit: Visit, asked: str) -> list[Hit]:
    """The places that are called so, or nearly."""
    if len(asked) < SHORTEST:
        return []
    hits = await visit.api.get("/identity/search", list[Hit], q=asked)
    return [hit for hit in hits if hit.kind == "place"]
