"""The list of what people reported, of all indicators or of one."""

import asyncio
from typing import Final

from fastapi import APIRouter, Response

from portal.exports import workbook
from portal.i18n import N_
from portal.lists import Column, Listing
from portal.render import page
from portal.session import Visitor
from services.identity.admin_schemas import FileFormat
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.schemas import MeasurementOut
from shared.schemas import ColumnKind as Kind

MEASUREMENTS: Final = Listing(
    "measurements",
    N_("Mesures"),
    "/indicators/measurements",
    MeasurementOut,
    (
        Column("code", N_("Indicateur"), sort="code"),
        Column("site_id", N_("Site"), Kind.SITE),
        Column("period", N_("Période"), Kind.DAY, sort="period", on_phone=True),
        Column("numerator", N_("Numérateur ou valeur"), Kind.NUMBER, on_phone=True),
        Column("denominator", N_("Dénominateur"), Kind.NUMBER),
        Column("comment", N_("Commentaire"), at_first=False),
        Column("reason", N_("Raison de la correction"), at_first=False),
    ),
    "-period",
    "indicators:measure",
)

router = APIRouter()


@router.get("/measurements")
async def measurements(visit: Visitor, definition_id: str = "") -> Response:
    view, definitions = await asyncio.gather(
        MEASUREMENTS.look(visit, {"definition_id": definition_id}),
        visit.rows("/indicators/definitions", DefinitionOut, limit=200),
    )
    known = {definition.code: definition for definition in definitions.items}
    context = {"view": view, "definitions": known, "definition_id": definition_id}
    return await page(visit, "indicators/measurements.html", context)


@router.get("/measurements/export.{format}")
async def export(visit: Visitor, format: FileFormat, definition_id: str = "") -> Response:
    return await workbook(visit, MEASUREMENTS, {"definition_id": definition_id}, format)
