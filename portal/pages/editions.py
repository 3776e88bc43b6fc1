"""An edition of the policy: written, submitted, approved and put in force, each by who may."""

from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from portal.signed import signatures_of
from portal.stale import changed_by
from services.policy.schemas import PolicyChange, PolicyIn, PolicyOut, PolicyStatus, StepIn

DONE: Final = {
    "submit": "edition_submitted",
    "approve": "edition_approved",
    "publish": "edition_published",
}
SIGNED: Final = (PolicyStatus.APPROVED, PolicyStatus.PUBLISHED, PolicyStatus.SUPERSEDED)

router = APIRouter(prefix="/policy")


@router.get("/new")
async def new_policy(visit: Visitor) -> Response:
    form = Form.of(PolicyIn, id=uuid4(), owner_id=visit.actor.id)
    return await _writing_page(visit, form)


@router.post("/new")
async def draft_policy(visit: Visitor) -> Response:
    form = Form.typed(PolicyIn, visit.form)
    data = form.read()
    if data is None:
        return await _writing_page(visit, form)
    try:
        drafted = await visit.api.post("/policy/policies", PolicyOut, data)
    except Refused as refused:
        return await _writing_page(visit, form.refused(refused))
    return visit.go(f"/policy/editions/{drafted.id}", "edition_drafted")


@router.get("/editions/{policy_id}")
async def edition(visit: Visitor, policy_id: UUID) -> Response:
    return await _edition_page(visit, policy_id)


@router.post("/editions/{policy_id}/revise")
async def revise(visit: Visitor, policy_id: UUID) -> Response:
    form = Form.typed(PolicyChange, visit.form)
    data = form.read()
    if data is None:
        return await _edition_page(visit, policy_id, form)
    try:
        await visit.api.change("PUT", f"/policy/policies/{policy_id}", PolicyOut, data)
    except Refused as refused:
        return await _edition_page(visit, policy_id, form.refused(refused))
    return visit.go(f"/policy/editions/{policy_id}", "edition_revised")


@router.post("/editions/{policy_id}/new-edition")
async def new_edition(visit: Visitor, policy_id: UUID) -> Response:
    drafted = await visit.api.post(f"/policy/policies/{policy_id}/new-edition", PolicyOut)
    return visit.go(f"/policy/editions/{drafted.id}", "edition_drafted")


@router.post("/editions/{policy_id}/{step}")
async def take_step(visit: Visitor, policy_id: UUID, step: str) -> Response:
    if step not in DONE:
        raise Refused(404, "not_found", "There is no such step.", {})
    form = Form.typed(StepIn, visit.form)
    try:
        await visit.api.post(f"/policy/policies/{policy_id}/{step}", PolicyOut, form.read())
    except Refused as refused:
        return await _edition_page(visit, policy_id, form.refused(refused))
    return visit.go(f"/policy/editions/{policy_id}", DONE[step])


async def _edition_page(visit: Visit, policy_id: UUID, tried: Form | None = None) -> Response:
    policy = await visit.api.get(f"/policy/policies/{policy_id}", PolicyOut)
    refused = tried.refusal if tried else None
    written = tried is not None and tried.model is PolicyChange
    context = {
        "policy": policy,
        "form": tried if written else _as_it_is(policy),
        "writes": visit.may("policy:write"),
        "approves": visit.may("policy:approve") and visit.actor.id != policy.author_id,
        "signed": await signatures_of(visit, "policy", policy_id, when=policy.status in SIGNED),
        "refused": refused,
        "changed": await changed_by(visit, "policy", policy_id, refused),
        "names": await visit.names([policy.owner_id, policy.author_id, policy.approved_by]),
    }
    return await page(visit, "policy/edition.html", context, tried.status if tried else 200)


def _as_it_is(policy: PolicyOut) -> Form:
    told = policy.model_dump(include={"title", "text", "domains", "commitments"}, mode="json")
    return Form.of(PolicyChange, **told)


async def _writing_page(visit: Visit, form: Form) -> Response:
    context = {"form": form, "people": await visit.who_may("policy:read", visit.place)}
    return await page(visit, "policy/new.html", context, form.status)
