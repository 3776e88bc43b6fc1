"""Entering a site's figures of a year, as in a spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Response
from pydantic import ValidationError

from portal.api import Refused
from portal.entering import Figure, Texts, block_of, figures_of
from portal.formats import today
from portal.forms import MESSAGES, WRONG
from portal.i18n import N_, catalogue
from portal.places import Place
from portal.refusals import sentence
from portal.render import name_of, page
from portal.session import Visit, Visitor
from services.indicators.entry.schemas import (
    MOST_FIGURES,
    Entered,
    EntryIn,
    EntryOutcome,
    GridLine,
)

YEARS_BACK: Final = 5

router = APIRouter(prefix="/indicators/entry")


@dataclass(frozen=True)
class Wrong:
    """Why a figure was not kept, and the fields to mend."""

    what: str
    why: str
    fields: tuple[str, ...]


@router.get("")
async def entry(visit: Visitor, site: str = "", year: int = 0) -> Response:
    return await _grid_page(visit, site, year)


@router.post("")
async def enter(visit: Visitor, site: str = "", year: int = 0) -> Response:
    """Send what was changed. What was refused stays as it was typed, with the reason above it."""
    here, chosen = _site(await _sites(visit), site), _year(year)
    if here is None:
        return await _grid_page(visit, site, year)
    typed = {name: str(text).strip() for name, text in visit.form.multi_items()}
    changed = [f for f in figures_of(await _lines(visit, here, chosen), typed) if f.is_changed]
    wrong = await _sent(visit, here, changed, typed.get("reason", ""))
    if wrong:
        return await _grid_page(visit, site, year, typed, wrong)
    path = f"/indicators/entry?site={here.id}&year={chosen}"
    return visit.go(path, "figures_entered" if changed else "figures_unchanged")


async def _sent(visit: Visit, here: Place, changed: Sequence[Figure], reason: str) -> list[Wrong]:
    """Send the figures that can be read; say of the others, and of those refused, what is wrong."""
    wrong: list[Wrong] = []
    figures: list[Entered] = []
    for figure in changed:
        if figure.unreadable:
            wrong.append(_about(visit, figure, MESSAGES["decimal_parsing"]))
            continue
        try:
            figures.append(figure.read())
        except ValidationError as invalid:
            kind = invalid.errors()[0]["type"]
            wrong.append(_about(visit, figure, MESSAGES.get(kind, WRONG)))
    if not figures:
        return wrong
    if len(figures) > MOST_FIGURES:
        most = N_("Trop de valeurs à la fois : enregistrez-en une partie, puis le reste.")
        return [Wrong("", catalogue(visit.language).gettext(most), ())]
    data = EntryIn(site_id=here.id, reason=reason, figures=figures)
    outcomes = await visit.api.post("/indicators/grid", list[EntryOutcome], data)
    sent = {(one.line.definition.code, one.period): one for one in changed}
    for one in outcomes:
        if one.refused is not None:
            refused = Refused(
                HTTPStatus.CONFLICT, one.refused.type, one.refused.detail, one.refused.facts
            )
            why = sentence(refused, visit.language)
            wrong.append(_about(visit, sent[one.code, one.period], why))
    return wrong


def _about(visit: Visit, figure: Figure, why: str) -> Wrong:
    what = f"{name_of(figure.line.definition, visit)}, {figure.period:%m/%Y}"
    fields = tuple(figure.unreadable) or (figure.name,)
    return Wrong(what, catalogue(visit.language).gettext(why), fields)


async def _grid_page(
    visit: Visit,
    site: str,
    year: int,
    typed: Texts | None = None,
    wrong: Sequence[Wrong] = (),
) -> Response:
    sites = await _sites(visit)
    here, chosen = _site(sites, site), _year(year)
    lines = await _lines(visit, here, chosen) if here else []
    marked = [name for one in wrong for name in one.fields]
    texts = typed or {}
    context = {
        "sites": sites,
        "at": here,
        "year": chosen,
        "years": [today().year - back for back in range(YEARS_BACK + 1)],
        "months": [date(chosen, month, 1) for month in range(1, 13)],
        "blocks": [block_of(line, chosen, texts, marked, visit.language) for line in lines],
        "reason": texts.get("reason", ""),
        "wrong": wrong,
    }
    return await page(visit, "indicators/entry.html", context, 422 if wrong else 200)


async def _sites(visit: Visit) -> list[Place]:
    places = await visit.places()
    return [p for p in places if p.kind.value == "site" and visit.may("indicators:measure", p.id)]


def _site(sites: Sequence[Place], wanted: str) -> Place | None:
    chosen = next((site for site in sites if str(site.id) == wanted), None)
    return chosen or next(iter(sites), None)


def _year(wanted: int) -> int:
    now = today().year
    return wanted if now - YEARS_BACK <= wanted <= now else now


async def _lines(visit: Visit, here: Place, year: int) -> list[GridLine]:
    return await visit.api.get("/indicators/grid", list[GridLine], site_id=here.id, year=year)
