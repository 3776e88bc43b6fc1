"""The policy in force, and the reviews that the facts ask for."""

import asyncio
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.exports import workbook
from portal.forms import Form
from portal.i18n import N_
from portal.lists import Column, Listing
from portal.render import act, name_of, page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.identity.admin_schemas import FileFormat
from services.indicators.definition_schemas import DefinitionOut
from services.policy.schemas import (
    Decision,
    DecisionIn,
    PolicyOut,
    PolicyStatus,
    RequestStatus,
    ReviewRequestOut,
)
from shared.schemas import ColumnKind as Kind
from shared.schemas import Page

REVIEWS: Final = Listing(
    "review-requests",
    N_("Réexamens demandés"),
    "/policy/review-requests",
    ReviewRequestOut,
    (
        Column("indicator_code", N_("Indicateur")),
        Column("site_id", N_("Lieu"), Kind.SITE),
        Column("period", N_("Période"), Kind.DAY, sort="period"),
        Column("value", N_("Valeur"), Kind.NUMBER),
        Column("bound", N_("Limite"), Kind.NUMBER),
        Column("requested_at", N_("Demandé le"), Kind.DAY, sort="requested_at"),
        Column("status", N_("État"), Kind.WORD, on_phone=True),
        Column("decision", N_("Décision"), Kind.WORD, on_phone=True),
        Column("reason", N_("Raison"), at_first=False),
        Column("decided_by", N_("Décidé par"), Kind.PERSON, at_first=False),
        Column("decided_at", N_("Décidé le"), Kind.DAY, at_first=False),
    ),
    "-requested_at",
)

router = APIRouter()


@router.get("/policy")
async def policy(visit: Visitor, status: str = "pending", after: str = "") -> Response:
    query = {"place": visit.place, "status": "" if status == "all" else status, "after": after}
    editions, requests, definitions = await asyncio.gather(
        visit.api.get("/policy/policies", Page[PolicyOut]),
        visit.api.get("/policy/review-requests", Page[ReviewRequestOut], **query),
        visit.rows("/indicators/definitions", DefinitionOut, limit=200),
    )
    in_force = [p for p in editions.items if p.status is PolicyStatus.PUBLISHED]
    people = [id for p in editions.items for id in (p.owner_id, p.approved_by, p.author_id)]
    context = {
        "policy": in_force[0] if in_force else None,
        "editions": editions.items,
        "requests": requests,
        "status": status,
        "definitions": {definition.id: definition for definition in definitions.items},
        "names": await visit.names([*people, *(r.decided_by for r in requests.items)]),
    }
    return await page(visit, "policy/policy.html", context)


@router.get("/review-requests")
async def reviews(visit: Visitor, status: str = RequestStatus.PENDING.value) -> Response:
    view, definitions = await asyncio.gather(
        REVIEWS.look(visit, {"status": "" if status == "all" else status}),
        visit.rows("/indicators/definitions", DefinitionOut, limit=200),
    )
    context = {
        "view": view,
        "status": status,
        "definitions": {definition.id: definition for definition in definitions.items},
        "names": await visit.names(view.people),
    }
    return await page(visit, "policy/reviews.html", context)


@router.get("/review-requests/export.{format}")
async def export(
    visit: Visitor, format: FileFormat, status: str = RequestStatus.PENDING.value
) -> Response:
    return await workbook(visit, REVIEWS, {"status": "" if status == "all" else status}, format)


@router.get("/review-requests/{request_id}")
async def review(visit: Visitor, request_id: UUID) -> Response:
    return await _review_page(visit, request_id)


@router.get("/review-requests/{request_id}/act")
async def act_on(visit: Visitor, request_id: UUID) -> Response:
    request = await visit.api.get(f"/policy/review-requests/{request_id}", ReviewRequestOut)
    definition = await visit.api.get(
        f"/indicators/definitions/{request.definition_id}", DefinitionOut
    )
    shown = {"request": request, "definition": definition, "form": Form.of(DecisionIn)}
    about = {"title": name_of(definition, visit), "site_id": request.site_id}
    kind, path = N_("Réexamen de la politique"), f"/review-requests/{request_id}"
    return await act(visit, "policy/act.html", shown, kind=kind, path=path, **about)


@router.post("/review-requests/{request_id}/decide")
async def decide(visit: Visitor, request_id: UUID) -> Response:
    form = Form.typed(DecisionIn, visit.form)
    data = form.read()
    if data is None:
        return await _review_page(visit, request_id, form)
    try:
        path = f"/policy/review-requests/{request_id}/decide"
        await visit.api.post(path, ReviewRequestOut, data)
    except Refused as refused:
        return await _review_page(visit, request_id, form.refused(refused))
    return visit.go(f"/review-requests/{request_id}", "review_decided")


async def _review_page(visit: Visit, request_id: UUID, form: Form | None = None) -> Response:
    request = await visit.api.get(f"/policy/review-requests/{request_id}", ReviewRequestOut)
    definition, edition = await asyncio.gather(
        visit.api.get(f"/indicators/definitions/{request.definition_id}", DefinitionOut),
        _edition(visit, request.policy_id),
    )
    refused = form.refusal if form else None
    context = {
        "request": request,
        "pending": request.status is RequestStatus.PENDING,
        "definition": definition,
        "policy": edition,
        "decisions": list(Decision),
        "form": form or Form.of(DecisionIn),
        "refused": refused,
        "changed": await changed_by(visit, "policy", request_id, refused),
        "names": await visit.names([request.decided_by]),
    }
    return await page(visit, "policy/review.html", context, form.status if form else 200)


async def _edition(visit: Visit, policy_id: UUID | None) -> PolicyOut | None:
    if policy_id is None:
        return None
    return await visit.api.get(f"/policy/policies/{policy_id}", PolicyOut)
