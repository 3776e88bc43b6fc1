"""Indicators: where each place stands, how it got there, and the alerts."""

import asyncio
from datetime import date
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Response

from portal import charts
from portal.api import Refused
from portal.forms import Form
from portal.i18n import N_
from portal.places import Place, sites_below
from portal.render import act, name_of, page
from portal.session import Visit, Visitor
from portal.stale import changed_by
from services.actions.schemas import ActionOut
from services.indicators.schemas import (
    AcknowledgeIn,
    AlertOut,
    CloseAlertIn,
    DefinitionOut,
    MeasurementIn,
    MeasurementOut,
    Row,
    Source,
    ValueOut,
)
from shared.schemas import Page

MOST_COLUMNS = 12
NEWEST = 6

router = APIRouter()


@router.get("/indicators")
async def indicators(visit: Visitor) -> Response:
    here = await _place(visit)
    places = await visit.places()
    sites = [s for s in sites_below(places, here.id) if visit.may("indicators:read", s.id)]
    rows = await visit.api.get("/indicators/scorecard", list[Row], place=here.id)
    values = await asyncio.gather(*(_by_site(visit, row) for row in rows))
    context = {
        "at": here,
        "rows": rows,
        "sites": sites[:MOST_COLUMNS] if here.id not in {site.id for site in sites} else [],
        "left_out": max(len(sites) - MOST_COLUMNS, 0),
        "values": dict(zip((row.definition.id for row in rows), values, strict=True)),
    }
    return await page(visit, "indicators/indicators.html", context)


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
    shown = {"definition": definition, "form": form}
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
    here = await _place(visit)
    path = f"/indicators/definitions/{definition_id}"
    measured_here = {"definition_id": definition_id, "place": here.id, "limit": NEWEST}
    definition, values, alerts, measured = await asyncio.gather(
        visit.api.get(path, DefinitionOut),
        visit.api.get(f"{path}/values", list[ValueOut], place=here.id),
        visit.api.get("/indicators/alerts", Page[AlertOut], place=here.id, limit=200),
        visit.api.get("/indicators/measurements", Page[MeasurementOut], **measured_here),
    )
    latest = values[-1] if values else None
    context = {
        "at": here,
        "definition": definition,
        "values": values,
        "latest": latest,
        "sites": await _sites(visit, definition_id, here, latest.period if latest else None),
        "chart": charts.line(values, definition, visit.language),
        "alerts": [alert for alert in alerts.items if alert.definition_id == definition_id],
        "measured": measured.items,
        "form": form,
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


async def _by_site(visit: Visit, row: Row) -> dict[UUID, ValueOut]:
    if row.latest is None:
        return {}
    path = f"/indicators/definitions/{row.definition.id}/by-site"
    values = await visit.api.get(path, list[ValueOut], period=row.latest.period)
    return {value.site_id: value for value in values}


async def _place(visit: Visit) -> Place:
    """The place looked at; if none was chosen, the highest that this person answers for."""
    places = await visit.places()
    mine = [place for place in places if visit.may("indicators:read", place.id)]
    chosen = [place for place in mine if place.id == visit.place]
    if not mine or (visit.place and not chosen):
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such place.", {})
    return (chosen or mine)[0]
