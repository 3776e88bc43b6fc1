"""Indicators: where each place stands, how it got there, and the alerts."""

import asyncio
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from portal import charts
from portal.api import Refused
from portal.entering import parts_of
from portal.exports import as_file
from portal.forms import Form
from portal.i18n import N_, catalogue
from portal.places import Place, sites_below
from portal.render import act, name_of, page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from portal.words import word
from services.actions.schemas import ActionOut
from services.audit.schemas import Grade
from services.identity.admin_schemas import FileFormat
from services.indicators.alerting.schemas import AcknowledgeIn, AlertOut, CloseAlertIn
from services.indicators.definition_schemas import DefinitionOut, Row
from services.indicators.reading.schemas import Summary
from services.indicators.schemas import By, MeasurementIn, MeasurementOut, Part, Source, ValueOut
from shared.schemas import Page
from shared.tabular import Cell, Sheet

MOST_COLUMNS = 12
NEWEST = 6
MOST_ALERTS = 30

TAKEN: Final = (
    N_("Indicateur"),
    N_("Code"),
    N_("Unité"),
    N_("Cible"),
    N_("Limite"),
    N_("Alertes ouvertes"),
    N_("Période"),
    N_("État"),
)

DIVIDED_BY: Final = {
    By.GRADE: N_("Par grade"),
    By.CLAUSE: N_("Par exigence"),
    By.PROCESS: N_("Par processus"),
}

router = APIRouter()


@dataclass(frozen=True)
class Scorecard:
    """The latest figures of a place and, if it has any below, of its sites."""

    at: Place
    rows: list[Row]
    sites: list[Place]
    left_out: int
    values: dict[UUID, dict[UUID, ValueOut]]

    def figures(self, row: Row) -> list[Cell]:
        """The figure of the place, then that of each site."""
        below = (self.values[row.definition.id].get(site.id) for site in self.sites)
        return [one.value if one else None for one in (row.latest, *below)]


@router.get("/indicators")
async def indicators(visit: Visitor) -> Response:
    card = await _scorecard(visit)
    return await page(visit, "indicators/indicators.html", {"card": card})


@router.get("/indicators/export.{format}")
async def export(visit: Visitor, format: FileFormat) -> Response:
    """Take the scorecard away, a row for each indicator."""
    card, said = await _scorecard(visit), catalogue(visit.language).gettext
    head = [said(title) for title in TAKEN] + [card.at.name] + [site.name for site in card.sites]
    rows = [[*_taken(visit, row), *card.figures(row)] for row in card.rows]
    return await as_file(visit, "indicators", Sheet(said(N_("Indicateurs")), head, rows), format)


@router.get("/indicators/{definition_id}")
async def indicator(visit: Visitor, definition_id: UUID) -> Response:
    form = Form.of(MeasurementIn, id=uuid4())
    return await _indicator_page(visit, definition_id, form)


@router.post("/indicators/{definition_id}/measurements")
async def measure(visit: Visitor, definition_id: UUID) -> Response:
    form = Form.typed(MeasurementIn, visit.form)
    data = form.read()
    if data is None:
        return await _indicator_page(visit, definition_id, form)
    try:
        await visit.api.post("/indicators/measurements", MeasurementOut, data)
    except Refused as refused:
        return await _indicator_page(visit, definition_id, form.refused(refused))
    return visit.go(f"/indicators/{definition_id}", "measured")


@router.get("/alerts/{alert_id}")
async def alert(visit: Visitor, alert_id: UUID) -> Response:
    return await _alert_page(visit, alert_id)


@router.get("/alerts/{alert_id}/act")
async def act_on_alert(visit: Visitor, alert_id: UUID) -> Response:
    shown = await _alert(visit, alert_id)
    alert, definition = shown["alert"], shown["definition"]
    about = {"title": name_of(definition, visit), "kind": N_("Alerte"), "site_id": alert.site_id}
    return await act(visit, "indicators/act.html", shown, path=f"/alerts/{alert_id}", **about)


@router.get("/indicators/{definition_id}/act")
async def act_on_indicator(
    visit: Visitor, definition_id: UUID, site: UUID, period: date
) -> Response:
    """Report what a site has not reported of a period."""
    path = f"/indicators/definitions/{definition_id}"
    definition = await visit.api.get(path, DefinitionOut)
    form = Form.of(MeasurementIn, id=uuid4(), site_id=site, period=period)
    about = {"title": name_of(definition, visit), "kind": N_("Indicateur"), "site_id": site}
    parts = parts_of(definition, visit.language)
    shown = {"definition": definition, "form": form, "parts": parts}
    page_of_it = f"/indicators/{definition_id}"
    return await act(visit, "indicators/measure.html", shown, path=page_of_it, **about)


@router.post("/alerts/{alert_id}/acknowledge")
async def acknowledge(visit: Visitor, alert_id: UUID) -> Response:
    return await _answer(visit, alert_id, "acknowledge", Form.typed(AcknowledgeIn, visit.form))


@router.post("/alerts/{alert_id}/close")
async def close(visit: Visitor, alert_id: UUID) -> Response:
    return await _answer(visit, alert_id, "close", Form.typed(CloseAlertIn, visit.form))


async def _answer(visit: Visit, alert_id: UUID, verb: str, form: Form) -> Response:
    data = form.read()
    if data is None:
        return await _alert_page(visit, alert_id, form)
    try:
        await visit.api.post(f"/indicators/alerts/{alert_id}/{verb}", AlertOut, data)
    except Refused as refused:
        return await _alert_page(visit, alert_id, form.refused(refused))
    done = "alert_closed" if verb == "close" else "alert_acknowledged"
    return visit.go(f"/alerts/{alert_id}", done)


async def _alert_page(visit: Visit, alert_id: UUID, form: Form | None = None) -> Response:
    shown = await _alert(visit, alert_id, form)
    return await page(visit, "indicators/alert.html", shown, form.status if form else 200)


async def _alert(visit: Visit, alert_id: UUID, form: Form | None = None) -> dict[str, Any]:
    alert = await visit.api.get(f"/indicators/alerts/{alert_id}", AlertOut)
    definition, actions = await asyncio.gather(
        visit.api.get(f"/indicators/definitions/{alert.definition_id}", DefinitionOut),
        visit.rows("/actions/actions", ActionOut, place=alert.site_id, limit=100),
    )
    refused = form.refusal if form else None
    return {
        "alert": alert,
        "definition": definition,
        "actions": actions.items,
        "form": form if form and form.model is CloseAlertIn else Form.of(CloseAlertIn),
        "refused": refused,
        "changed": await changed_by(visit, "indicators", alert_id, refused),
    }


async def _indicator_page(visit: Visit, definition_id: UUID, form: Form) -> Response:
    here = await place_of(visit)
    path = f"/indicators/definitions/{definition_id}"
    of_it_here = {"definition_id": definition_id, "place": here.id}
    definition, values, summary, alerts, measured = await asyncio.gather(
        visit.api.get(path, DefinitionOut),
        visit.api.get(f"{path}/values", list[ValueOut], place=here.id),
        visit.api.get(f"{path}/summary", Summary, place=here.id),
        visit.api.get("/indicators/alerts", Page[AlertOut], **of_it_here, limit=MOST_ALERTS),
        visit.api.get("/indicators/measurements", Page[MeasurementOut], **of_it_here, limit=NEWEST),
    )
    latest = values[-1] if values else None
    context = {
        "at": here,
        "definition": definition,
        "values": values,
        "latest": latest,
        "summary": summary,
        "sites": await _sites(visit, definition_id, here, latest.period if latest else None),
        "divided": await _divided(visit, definition, here, latest),
        "chart": charts.line(values, definition, visit.language),
        "alerts": alerts,
        "measured": measured.items,
        "form": form,
        "parts": parts_of(definition, visit.language),
        "reported": definition.source is Source.REPORTED,
    }
    return await page(visit, "indicators/indicator.html", context, form.status)


async def _sites(
    visit: Visit, definition_id: UUID, here: Place, period: date | None
) -> list[ValueOut]:
    """What the figure of a group or division is made of."""
    below = {site.id for site in sites_below(await visit.places(), here.id)} - {here.id}
    if not below or period is None:
        return []
    path = f"/indicators/definitions/{definition_id}/by-site"
    values = await visit.api.get(path, list[ValueOut], period=period)
    return [value for value in values if value.site_id in below]


async def _divided(
    visit: Visit, of: DefinitionOut, here: Place, latest: ValueOut | None
) -> list[tuple[str, list[tuple[str, Part]]]]:
    """What the latest figure divides into, if it is made of findings: titles with named parts."""
    if latest is None or not of.source.is_of_findings:
        return []
    path = f"/indicators/definitions/{of.id}/parts"
    parts = await visit.api.get(path, list[Part], place=here.id, period=latest.period)
    by = {by: [(_named(visit, part), part) for part in parts if part.by is by] for by in By}
    return [(DIVIDED_BY[by], some) for by, some in by.items() if some]


def _named(visit: Visit, part: Part) -> str:
    said = catalogue(visit.language).gettext
    if part.by is By.GRADE:
        return said(word(Grade(part.key)).text)
    return part.key or said(N_("Non précisé"))


async def _scorecard(visit: Visit) -> Scorecard:
    here = await place_of(visit)
    places = await visit.places()
    sites = [s for s in sites_below(places, here.id) if visit.may("indicators:read", s.id)]
    rows = await visit.api.get("/indicators/scorecard", list[Row], place=here.id)
    values = await asyncio.gather(*(_by_site(visit, row) for row in rows))
    return Scorecard(
        here,
        rows,
        sites[:MOST_COLUMNS] if here not in sites else [],
        max(len(sites) - MOST_COLUMNS, 0),
        dict(zip((row.definition.id for row in rows), values, strict=True)),
    )


def _taken(visit: Visit, row: Row) -> list[Cell]:
    """What stands before the figures, as `TAKEN` names it."""
    of, latest, said = row.definition, row.latest, catalogue(visit.language).gettext
    state = said(word(latest.status).text) if latest else None
    period = latest.period if latest else None
    return [
        name_of(of, visit),
        of.code,
        of.unit,
        of.target,
        of.alert,
        row.open_alerts,
        period,
        state,
    ]


async def _by_site(visit: Visit, row: Row) -> dict[UUID, ValueOut]:
    if row.latest is None:
        return {}
    path = f"/indicators/definitions/{row.definition.id}/by-site"
    values = await visit.api.get(path, list[ValueOut], period=row.latest.period)
    return {value.site_id: value for value in values}


async def place_of(visit: Visit) -> Place:
    """The place looked at; if none was chosen, the highest that this person answers for."""
    places = await visit.places()
    mine = [place for place in places if visit.may("indicators:read", place.id)]
    chosen = [place for place in mine if place.id == visit.place]
    if not mine or (visit.place and not chosen):
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such place.", {})
    return (chosen or mine)[0]
