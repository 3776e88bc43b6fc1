"""Administration: roles that wait for a second person, how one signs in."""

from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from services.identity.admin_schemas import ProposalOut, RefusalIn
from shared.schemas import Page
from shared.settings import settings

router = APIRouter(prefix="/admin")


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
