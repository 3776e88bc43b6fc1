"""A requirement, and what answers it in other references; standards side by side, by theme."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.library import (
    Drift,
    compared,
    contents_of,
    references_in_force,
    requirements_of,
    themes_above,
)
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.compliance.schemas import (
    ReferenceKind,
    ReferenceOut,
    RequirementChange,
    RequirementOut,
    StepIn,
    Theme,
)
from shared.schemas import LARGEST_PAGE

MOST_STANDARDS = 8
"""So many columns side by side are still read."""

router = APIRouter()


@router.get("/references/mapping")
async def mapping(visit: Visitor, shared: str = "") -> Response:
    """Which requirements of the standards in force are about the same: answered once for all."""
    found = await references_in_force(visit)
    standards = [one for one in found if one.kind is ReferenceKind.STANDARD][:MOST_STANDARDS]
    contents = await contents_of(visit, [one.id for one in standards])
    rows = []
    for theme in Theme:
        cells = [_about(theme, requirements) for _, requirements in contents]
        answered = sum(map(bool, cells))
        if answered > 1 or (answered and not shared):
            rows.append((theme, cells))
    context = {"standards": standards, "rows": rows, "shared": shared}
    return await page(visit, "references/mapping.html", context)


@router.get("/references/{reference_id}/compare/{other_id}")
async def compare(
    visit: Visitor, reference_id: UUID, other_id: UUID, everything: str = ""
) -> Response:
    """Two editions side by side: what is new, what is gone, what is called otherwise."""
    (old, before), (new, after) = await contents_of(visit, [reference_id, other_id])
    if old.in_force_from > new.in_force_from:
        (old, before), (new, after) = (new, after), (old, before)
    rows = compared(before, after, visit.language)
    counts = {drift: sum(row.drift is drift for row in rows) for drift in Drift}
    context = {
        "old": old,
        "new": new,
        "rows": [row for row in rows if everything or row.drift is not Drift.SAME],
        "counts": counts,
        "everything": everything,
        "here": f"/references/{reference_id}/compare/{other_id}",
    }
    return await page(visit, "references/compare.html", context)


@router.get("/requirements/{requirement_id}")
async def requirement(visit: Visitor, requirement_id: UUID) -> Response:
    return await _requirement_page(visit, requirement_id)


@router.post("/requirements/{requirement_id}")
async def revise(visit: Visitor, requirement_id: UUID) -> Response:
    form = Form.typed(RequirementChange, visit.form)
    data = form.read()
    if data is None:
        return await _requirement_page(visit, requirement_id, form)
    path = f"/compliance/requirements/{requirement_id}"
    try:
        row = await visit.api.change("PUT", path, RequirementOut, data)
    except Refused as refused:
        return await _requirement_page(visit, requirement_id, form.refused(refused))
    return visit.go(f"/references/{row.reference_id}", "requirement_revised")


@router.post("/requirements/{requirement_id}/remove")
async def remove(visit: Visitor, requirement_id: UUID) -> Response:
    form = Form.typed(StepIn, visit.form)
    path = f"/compliance/requirements/{requirement_id}/remove"
    try:
        row = await visit.api.post(path, RequirementOut, form.read())
    except Refused as refused:
        return await _requirement_page(visit, requirement_id, form.refused(refused))
    return visit.go(f"/references/{row.reference_id}", "requirement_removed")


def _about(theme: Theme, rows: list[RequirementOut]) -> list[RequirementOut]:
    return [row for row in rows if theme in (row.theme, *row.also)]


async def _requirement_page(
    visit: Visit, requirement_id: UUID, form: Form | None = None
) -> Response:
    row = await visit.api.get(f"/compliance/requirements/{requirement_id}", RequirementOut)
    reference, rows = await asyncio.gather(
        visit.api.get(f"/compliance/references/{row.reference_id}", ReferenceOut),
        requirements_of(visit, row.reference_id),
    )
    themes = themes_above(row, rows)
    refused = form.refusal if form else None
    context = {
        "requirement": row,
        "reference": reference,
        "below": [one for one in rows if one.parent_id == row.id],
        "above": next((one for one in rows if one.id == row.parent_id), None),
        "themes_of_it": themes,
        "likes": await _likes(visit, row, themes),
        "themes": list(Theme),
        "form": form if form and form.model is RequirementChange else _as_it_is(row),
        "refused": refused,
        "changed": await changed_by(visit, "compliance", requirement_id, refused),
    }
    status = form.status if form else 200
    return await page(visit, "references/requirement.html", context, status)


def _as_it_is(row: RequirementOut) -> Form:
    shown = row.model_dump(mode="json", include=set(RequirementChange.model_fields))
    return Form.of(RequirementChange, **shown)


async def _likes(
    visit: Visit, row: RequirementOut, themes: list[Theme]
) -> list[tuple[ReferenceOut, RequirementOut]]:
    """What other references in force ask for about the same."""
    known = {one.id: one for one in await references_in_force(visit)}
    asked = ({"theme": theme, "limit": LARGEST_PAGE} for theme in themes)
    found = await asyncio.gather(
        *(visit.rows("/compliance/requirements", RequirementOut, **one) for one in asked)
    )
    likes = {one.id: one for part in found for one in part.items}
    return sorted(
        (
            (known[one.reference_id], one)
            for one in likes.values()
            if one.reference_id in known and one.reference_id != row.reference_id
        ),
        key=lambda pair: (pair[0].code, pair[0].edition, pair[1].position),
    )
