"""The register of processes: what the group does, at which sites, and who pilots it there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.exports import workbook
from portal.forms import Form
from portal.i18n import N_
from portal.lists import Column, Listing
from portal.places import Place, sites_below
from portal.render import page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.identity.admin_schemas import FileFormat
from services.processes.schemas import Category, Pilot, ProcessChange, ProcessIn, ProcessOut
from shared.schemas import ColumnKind as Kind
from shared.schemas import Page

MOST: Final = 200
MOST_SITES: Final = 100
"""Of so many sites at once the service says who pilots there."""

PROCESSES: Final = Listing(
    "processes",
    N_("Processus"),
    "/processes/processes",
    ProcessOut,
    (
        Column("code", N_("Code"), sort="code"),
        Column("name_fr", N_("Nom en français"), sort="name_fr"),
        Column("name_en", N_("Nom en anglais")),
        Column("category", N_("Catégorie"), Kind.WORD, on_phone=True),
        Column("site_ids", N_("Sites"), Kind.SITE),
    ),
    "code",
    "processes:write",
)

router = APIRouter()


@dataclass(frozen=True)
class Piloted:
    """A site that runs a process, and who pilots it there; nobody, if no role says so."""

    site: Place
    pilots: Sequence[UUID]


@router.get("/processes")
async def processes(visit: Visitor, category: str = "") -> Response:
    view = await PROCESSES.look(visit, {"category": category})
    context = {"view": view, "category": category, "categories": list(Category)}
    return await page(visit, "processes/processes.html", context)


@router.get("/processes/export.{format}")
async def export(visit: Visitor, format: FileFormat, category: str = "") -> Response:
    return await workbook(visit, PROCESSES, {"category": category}, format)


@router.get("/processes/sites")
async def by_site(visit: Visitor, after: str = "") -> Response:
    """Which processes run at each site, and who pilots them: the holes are in sight."""
    sites = await _sites(visit, after)
    register, told = await asyncio.gather(
        visit.api.get("/processes/processes", Page[ProcessOut], limit=MOST),
        pilots_at(visit, [site.id for site in sites.items]),
    )
    context = {
        "processes": register.items,
        "sites": sites,
        "pilots": {(one.site_id, one.process_id): one.person_ids for one in told},
        "names": await visit.names(id for one in told for id in one.person_ids),
    }
    return await page(visit, "processes/sites.html", context)


@router.get("/processes/new")
async def new_process(visit: Visitor) -> Response:
    return await _adding_page(visit, Form.of(ProcessIn, id=uuid4()))


@router.post("/processes/new")
async def add_process(visit: Visitor) -> Response:
    form = Form.typed(ProcessIn, visit.form)
    data = form.read()
    if data is None:
        return await _adding_page(visit, form)
    try:
        process = await visit.api.post("/processes/processes", ProcessOut, data)
    except Refused as refused:
        return await _adding_page(visit, form.refused(refused))
    return visit.go(f"/processes/{process.id}", "process_added")


@router.get("/processes/{process_id}")
async def process(visit: Visitor, process_id: UUID) -> Response:
    return await _process_page(visit, process_id)


@router.post("/processes/{process_id}")
async def change_process(visit: Visitor, process_id: UUID) -> Response:
    form = Form.typed(ProcessChange, visit.form)
    data = form.read()
    if data is None:
        return await _process_page(visit, process_id, form)
    try:
        await visit.api.change("PUT", f"/processes/processes/{process_id}", ProcessOut, data)
    except Refused as refused:
        return await _process_page(visit, process_id, form.refused(refused))
    return visit.go(f"/processes/{process_id}", "process_changed")


async def pilots_at(
    visit: Visit, sites: Sequence[UUID], process_id: UUID | None = None
) -> list[Pilot]:
    """Who pilots what at these sites, by the roles that are held there today."""
    parts = (sites[n : n + MOST_SITES] for n in range(0, len(sites), MOST_SITES))
    asked = ({"sites": part, "process_id": process_id} for part in parts)
    told = await asyncio.gather(
        *(visit.api.get("/processes/pilots", list[Pilot], **one) for one in asked)
    )
    return [pilot for part in told for pilot in part]


async def _sites(visit: Visit, after: str) -> Page[Place]:
    """The sites of the place that is looked at, from the one after `after` on."""
    below = sites_below(await visit.places(), visit.place)
    ids = [str(site.id) for site in below]
    begin = ids.index(after) + 1 if after in ids else 0
    shown = below[begin : begin + MOST_SITES]
    more = len(below) > begin + MOST_SITES
    return Page(items=shown, next=str(shown[-1].id) if more else None)


async def _adding_page(visit: Visit, form: Form) -> Response:
    context = await _choices(visit) | {"form": form}
    return await page(visit, "processes/new.html", context, form.status)


async def _process_page(visit: Visit, process_id: UUID, form: Form | None = None) -> Response:
    process = await visit.api.get(f"/processes/processes/{process_id}", ProcessOut)
    sites = [s for s in sites_below(await visit.places(), None) if s.id in process.site_ids]
    told = await pilots_at(visit, [site.id for site in sites], process_id)
    piloted = {one.site_id: one.person_ids for one in told}
    shown = process.model_dump(mode="json", include=set(ProcessChange.model_fields))
    refused = form.refusal if form else None
    context = await _choices(visit) | {
        "process": process,
        "at": [Piloted(site, piloted.get(site.id, [])) for site in sites],
        "elsewhere": len(process.site_ids) - len(sites),
        "form": form or Form.of(ProcessChange, **shown),
        "refused": refused,
        "changed": await changed_by(visit, "processes", process_id, refused),
        "names": await visit.names(id for one in told for id in one.person_ids),
    }
    return await page(visit, "processes/process.html", context, form.status if form else 200)


async def _choices(visit: Visit) -> dict[str, object]:
    sites = sites_below(await visit.places(), None)
    return {"categories": list(Category), "all_sites": sites}
