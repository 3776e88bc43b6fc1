"""The list of alerts. Each alert's own page stands with its indicator."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from portal.chosen import Bulk, Choice, Tried, carry_out
from portal.exports import workbook
from portal.i18n import N_
from portal.lists import Column, Listing, asked_for
from portal.render import page
from portal.session import Visit, Visitor
from services.identity.admin_schemas import FileFormat
from services.indicators.alerting.schemas import AcknowledgeManyIn, AlertOut, AlertStatus
from services.indicators.definition_schemas import DefinitionOut
from shared.schemas import ColumnKind as Kind

BULKS: Final[Mapping[str, Bulk]] = {
    "acknowledge": Bulk(
        "/indicators/bulk/alerts/acknowledge", AcknowledgeManyIn, "alerts_acknowledged"
    ),
}

UNCLOSED: Final = "unclosed"

ALERTS: Final = Listing(
    "alerts",
    N_("Alertes"),
    "/indicators/alerts",
    AlertOut,
    (
        Column("code", N_("Indicateur"), sort="code"),
        Column("site_id", N_("Lieu"), Kind.SITE),
        Column("rule", N_("Surveillé pour"), Kind.WORD),
        Column("period", N_("Période"), Kind.DAY, sort="period"),
        Column("value", N_("Valeur"), Kind.NUMBER, on_phone=True),
        Column("bound", N_("Limite"), Kind.NUMBER),
        Column("raised_at", N_("Levée le"), Kind.DAY, sort="raised_at"),
        Column("status", N_("État"), Kind.WORD, on_phone=True),
        Column("back_at", N_("Revenue dans les limites le"), Kind.DAY, at_first=False),
        Column("closed_at", N_("Close le"), Kind.DAY, at_first=False),
        Column("reason", N_("Raison"), at_first=False),
    ),
    "-raised_at",
)

router = APIRouter()


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to in its address; at first, to what waits for an answer."""

    status: str = UNCLOSED
    definition_id: str = ""

    def query(self) -> dict[str, object]:
        return {
            "status": "" if self.status in (UNCLOSED, "all") else self.status,
            "unclosed": "true" if self.status == UNCLOSED else "",
            "definition_id": self.definition_id,
        }


Filtered = Annotated[Filters, Depends()]


@router.get("/alerts")
async def alerts(visit: Visitor, filters: Filtered) -> Response:
    return await _list_page(visit, filters)


@router.post("/alerts/chosen/{name}")
async def do_to_chosen(visit: Visitor, name: str, filters: Filtered) -> Response:
    tried = await carry_out(visit, BULKS, name)
    if tried is None:
        return visit.go("/alerts", BULKS[name].done, **asked_for(visit))
    return await _list_page(visit, filters, tried)


async def _list_page(visit: Visit, filters: Filters, tried: Tried | None = None) -> Response:
    view, definitions = await asyncio.gather(
        ALERTS.look(visit, filters.query()),
        visit.rows("/indicators/definitions", DefinitionOut, limit=200),
    )
    choice = Choice(
        "/alerts/chosen",
        frozenset(a.id for a in view.found.items if _may_choose(visit, a)),
        BULKS,
        tried,
    )
    context = {
        "view": view,
        "choice": choice,
        "here": ALERTS.path,
        "wanted": filters,
        "states": list(AlertStatus),
        "definitions": {definition.code: definition for definition in definitions.items},
    }
    return await page(visit, "indicators/alerts.html", context, choice.status)


def _may_choose(visit: Visit, alert: AlertOut) -> bool:
    """Whether an alert still waits for somebody to say that it was seen."""
    return alert.status is AlertStatus.RAISED and visit.may("indicators:measure", alert.site_id)


@router.get("/alerts/export.{format}")
async def export(visit: Visitor, filters: Filtered, format: FileFormat) -> Response:
    return await workbook(visit, ALERTS, filters.query(), format)
