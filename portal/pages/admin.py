"""Administration: places, processes, roles that wait for a second person, how one signs in."""

from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.places import branches, visible_nodes
from portal.render import page
from portal.session import Visit, Visitor
from services.identity.admin_schemas import NodeMove, ProposalOut, RefusalIn
from services.identity.schemas import (
    NodeChange,
    NodeIn,
    NodeKind,
    NodeOut,
    ProcessIn,
    ProcessOut,
)
from shared.schemas import Page
from shared.settings import settings

BELOW = {
    NodeKind.GROUP: (NodeKind.DIVISION, NodeKind.SITE),
    NodeKind.DIVISION: (NodeKind.SITE,),
    NodeKind.SITE: (NodeKind.WORK_UNIT,),
    NodeKind.WORK_UNIT: (),
}
"""What may be opened below a place of a kind."""
MOST_PROCESSES = 200

router = APIRouter(prefix="/admin")


@router.get("/places")
async def places(visit: Visitor, edit: UUID | None = None) -> Response:
    return await _places_page(visit, edit)


@router.post("/places/{node_id}/below")
async def open_place(visit: Visitor, node_id: UUID) -> Response:
    form = Form.typed(NodeIn, visit.form)
    data = form.read()
    if data is None:
        return await _places_page(visit, node_id, add=form)
    try:
        await visit.api.post("/identity/nodes", NodeOut, data)
    except Refused as refused:
        return await _places_page(visit, node_id, add=form.refused(refused))
    return visit.go("/admin/places", "place_opened")


@router.post("/places/{node_id}")
async def rename_place(visit: Visitor, node_id: UUID) -> Response:
    form = Form.typed(NodeChange, visit.form)
    data = form.read()
    if data is None:
        return await _places_page(visit, node_id, rename=form)
    try:
        await visit.api.change("PUT", f"/identity/nodes/{node_id}", NodeOut, data)
    except Refused as refused:
        return await _places_page(visit, node_id, rename=form.refused(refused))
    return visit.go("/admin/places", "place_changed")


@router.post("/places/{node_id}/move")
async def move_place(visit: Visitor, node_id: UUID) -> Response:
    form = Form.typed(NodeMove, visit.form)
    data = form.read()
    if data is None:
        return await _places_page(visit, node_id, move=form)
    try:
        await visit.api.post(f"/identity/nodes/{node_id}/move", NodeOut, data)
    except Refused as refused:
        return await _places_page(visit, node_id, move=form.refused(refused))
    return visit.go("/admin/places", "place_changed")


@router.get("/processes")
async def processes(visit: Visitor) -> Response:
    return await _processes_page(visit, Form.of(ProcessIn))


@router.post("/processes")
async def add_process(visit: Visitor) -> Response:
    form = Form.typed(ProcessIn, visit.form)
    data = form.read()
    if data is None:
        return await _processes_page(visit, form)
    try:
        await visit.api.post("/identity/processes", ProcessOut, data)
    except Refused as refused:
        return await _processes_page(visit, form.refused(refused))
    return visit.go("/admin/processes", "process_added")


@router.get("/proposals")
async def proposals(visit: Visitor, after: str = "") -> Response:
    return await _proposals_page(visit, after)


@router.post("/proposals/{proposal_id}/confirm")
async def confirm(visit: Visitor, proposal_id: UUID) -> Response:
    return await _decide(visit, proposal_id, "confirm", "proposal_confirmed")


@router.post("/proposals/{proposal_id}/withdraw")
async def withdraw(visit: Visitor, proposal_id: UUID) -> Response:
    return await _decide(visit, proposal_id, "withdraw", "proposal_withdrawn")


@router.post("/proposals/{proposal_id}/refuse")
async def refuse(visit: Visitor, proposal_id: UUID) -> Response:
    form = Form.typed(RefusalIn, visit.form)
    data = form.read()
    if data is None:
        return await _proposals_page(visit, form=form, refusing=proposal_id)
    try:
        await visit.api.post(f"/identity/proposals/{proposal_id}/refuse", ProposalOut, data)
    except Refused as refused:
        return await _proposals_page(visit, form=form.refused(refused), refusing=proposal_id)
    return visit.go("/admin/proposals", "proposal_refused")


@router.get("/identity-provider")
async def identity_provider(visit: Visitor) -> Response:
    """What the operator has set, to be looked at; it is changed where the platform is run."""
    context = {"issuer": getattr(settings(), "oidc_issuer", None)}
    return await page(visit, "admin/identity_provider.html", context)


async def _processes_page(visit: Visit, form: Form) -> Response:
    found = await visit.api.get("/identity/processes", Page[ProcessOut], limit=MOST_PROCESSES)
    context = {"found": found.items, "form": form}
    return await page(visit, "admin/processes.html", context, form.status)


async def _decide(visit: Visit, proposal_id: UUID, step: str, done: str) -> Response:
    try:
        await visit.api.post(f"/identity/proposals/{proposal_id}/{step}", ProposalOut)
    except Refused as refused:
        return await _proposals_page(visit, refused=refused)
    return visit.go("/admin/proposals", done)


async def _proposals_page(
    visit: Visit,
    after: str = "",
    form: Form | None = None,
    refusing: UUID | None = None,
    refused: Refused | None = None,
) -> Response:
    found = await visit.api.get("/identity/proposals", Page[ProposalOut], after=after)
    ids = [id for one in found.items for id in (one.person_id, one.proposed_by)]
    refused = form.refusal if form else refused
    context = {
        "found": found,
        "form": form,
        "blank": Form.of(RefusalIn),
        "refusing": refusing,
        "names": await visit.names(ids),
        "refused": refused,
    }
    status = form.status if form else refused.status if refused else 200
    return await page(visit, "admin/proposals.html", context, status)


async def _places_page(
    visit: Visit,
    edit: UUID | None = None,
    add: Form | None = None,
    rename: Form | None = None,
    move: Form | None = None,
) -> Response:
    nodes = await visible_nodes(visit.api)
    node = next((node for node in nodes if node.id == edit), None)
    wrong = add or rename or move
    context = {
        "branches": branches(nodes),
        "edited": node,
        "below": BELOW,
        "add": add or Form.of(NodeIn, id=uuid4()),
        "rename": rename or Form.of(NodeChange, name=node and node.name, code=node and node.code),
        "move": move or Form.of(NodeMove, parent_id=node and node.parent_id),
        "refused": wrong.refusal if wrong else None,
    }
    return await page(visit, "admin/places.html", context, wrong.status if wrong else 200)
