"""Programmes of audits: what is to be audited when, how far that is, and who approved it."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Response

from portal.api import Refused
from portal.exports import workbook
from portal.formats import today
from portal.forms import Form
from portal.i18n import N_
from portal.lists import Column, Listing
from portal.places import sites_below
from portal.render import page
from portal.session import Visit, Visitor
from portal.signed import signatures_of
from portal.stale import changed_by
from services.audit.programme.schemas import (
    Completion,
    EntryOut,
    EntryStatus,
    Figures,
    ProgrammeChange,
    ProgrammeIn,
    ProgrammeOut,
    ProgrammeStatus,
    StepIn,
)
from services.identity.admin_schemas import FileFormat
from shared.schemas import FIRST_DAY, LARGEST_PAGE, LAST_DAY, Page
from shared.schemas import ColumnKind as Kind

ENTRIES: Final = Listing(
    "entries",
    N_("Programme d'audits"),
    "/audit/entries",
    EntryOut,
    (
        Column("title", N_("Audit"), sort="title"),
        Column("month", N_("Mois"), Kind.DAY, sort="month"),
        Column("site_id", N_("Site"), Kind.SITE),
        Column("status", N_("État"), Kind.WORD, on_phone=True),
        Column("days", N_("Charge en jours"), Kind.NUMBER),
        Column("origin", N_("Demandé par"), Kind.WORD),
        Column("first_month", N_("Mois prévu à l'origine"), Kind.DAY, at_first=False),
        Column("type", N_("Type d'audit"), Kind.WORD, at_first=False),
        Column("party", N_("Qui audite"), Kind.WORD, at_first=False),
        Column("aim", N_("Ce qui le justifie"), at_first=False),
        Column("processes", N_("Processus"), at_first=False),
        Column("latest_on", N_("Au plus tard le"), Kind.DAY, at_first=False),
        Column("reason", N_("Motif"), at_first=False),
    ),
    "month",
)
YEAR: Final = re.compile("[0-9]{4}")
STEPS: Final = {"approve": "programme_approved", "close": "programme_closed"}

router = APIRouter()


@dataclass(frozen=True)
class Asked:
    """What the address narrows the lines to: a state, and a year."""

    status: str = ""
    year: str = ""

    @property
    def of(self) -> int:
        """The year looked at: within those whose neighbours are years as well."""
        year = int(self.year) if YEAR.fullmatch(self.year) else today().year
        return min(max(year, FIRST_DAY.year + 1), LAST_DAY.year - 1)

    @property
    def span(self) -> dict[str, object]:
        return {"since": date(self.of, 1, 1), "until": date(self.of, 12, 31)}

    @property
    def filters(self) -> dict[str, object]:
        return self.span | {"status": self.status}


Filtered = Annotated[Asked, Depends()]


@router.get("/entries")
async def entries(visit: Visitor, asked: Filtered) -> Response:
    """The lines of all programmes of a place, month by month."""
    view, found, done = await asyncio.gather(
        ENTRIES.look(visit, asked.filters),
        visit.api.get("/audit/programmes", Page[ProgrammeOut], place=visit.place),
        visit.api.get("/audit/completion", Completion, place=visit.place, **asked.span),
    )
    context = {
        "view": view,
        "programmes": found.items,
        "completion": done,
        "asked": asked,
        "states": list(EntryStatus),
        "names": {},
    }
    return await page(visit, "programme/entries.html", context)


@router.get("/entries/export.{format}")
async def export_entries(visit: Visitor, format: FileFormat, asked: Filtered) -> Response:
    return await workbook(visit, ENTRIES, asked.filters, format)


@router.get("/programmes/new")
async def new_programme(visit: Visitor) -> Response:
    next_year = today().year + 1
    first, last = date(next_year, 1, 1), date(next_year, 12, 1)
    form = Form.of(ProgrammeIn, id=uuid4(), site_id=visit.place, starts_on=first, ends_on=last)
    return await _drafting_page(visit, form)


@router.post("/programmes/new")
async def draft_programme(visit: Visitor) -> Response:
    form = Form.typed(ProgrammeIn, visit.form)
    data = form.read()
    if data is None:
        return await _drafting_page(visit, form)
    try:
        made = await visit.api.post("/audit/programmes", ProgrammeOut, data)
    except Refused as refused:
        return await _drafting_page(visit, form.refused(refused))
    return visit.go(f"/programmes/{made.id}", "programme_drafted")


@router.get("/programmes/{programme_id}")
async def programme(visit: Visitor, programme_id: UUID) -> Response:
    return await _programme_page(visit, programme_id)


@router.get("/programmes/{programme_id}/revise")
async def begin_revision(visit: Visitor, programme_id: UUID) -> Response:
    known = await _programme(visit, programme_id)
    told = known.model_dump(include={"title", "objectives", "risks", "version"})
    form = Form.of(ProgrammeChange, **told)
    form.values |= {f"days.{place}": str(days) for place, days in known.days.items()}
    return await _drafting_page(visit, form, known)


@router.post("/programmes/{programme_id}/revise")
async def revise_programme(visit: Visitor, programme_id: UUID) -> Response:
    known = await _programme(visit, programme_id)
    form = Form.typed(ProgrammeChange, visit.form)
    data = form.read()
    if data is None:
        return await _drafting_page(visit, form, known)
    try:
        await visit.api.change("PUT", f"/audit/programmes/{programme_id}", ProgrammeOut, data)
    except Refused as refused:
        return await _drafting_page(visit, form.refused(refused), known)
    return visit.go(f"/programmes/{programme_id}", "programme_revised")


@router.post("/programmes/{programme_id}/{step}")
async def take_step(visit: Visitor, programme_id: UUID, step: str) -> Response:
    if step not in STEPS:
        raise Refused(404, "not_found", "There is no such step.", {})
    form = Form.typed(StepIn, visit.form)
    try:
        path = f"/audit/programmes/{programme_id}/{step}"
        await visit.api.post(path, ProgrammeOut, form.read())
    except Refused as refused:
        return await _programme_page(visit, programme_id, form.refused(refused))
    return visit.go(f"/programmes/{programme_id}", STEPS[step])


async def _programme(visit: Visit, programme_id: UUID) -> ProgrammeOut:
    return await visit.api.get(f"/audit/programmes/{programme_id}", ProgrammeOut)


async def _programme_page(visit: Visit, programme_id: UUID, tried: Form | None = None) -> Response:
    programme, figures, found = await asyncio.gather(
        _programme(visit, programme_id),
        visit.api.get(f"/audit/programmes/{programme_id}/figures", Figures),
        visit.api.get(
            "/audit/entries", Page[EntryOut], programme_id=programme_id, limit=LARGEST_PAGE
        ),
    )
    refused = tried.refusal if tried else None
    signed = programme.status is not ProgrammeStatus.DRAFT
    context: dict[str, Any] = {
        "programme": programme,
        "figures": figures,
        "found": found,
        "most": max((load.days for load in figures.months), default=0),
        "writes": visit.may("audit:plan", programme.site_id),
        "approves": visit.actor.id not in programme.author_ids,
        "signed": await signatures_of(visit, "audit", programme_id, when=signed),
        "refused": refused,
        "changed": await changed_by(visit, "audit", programme_id, refused),
        "names": await visit.names([*programme.author_ids, programme.approved_by]),
    }
    return await page(visit, "programme/programme.html", context, tried.status if tried else 200)


async def _drafting_page(
    visit: Visit, form: Form, programme: ProgrammeOut | None = None
) -> Response:
    place = programme.site_id if programme else visit.place
    context = {
        "form": form,
        "programme": programme,
        "sites": sites_below(await visit.places(), place),
    }
    return await page(visit, "programme/draft.html", context, form.status)
