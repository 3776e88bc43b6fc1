"""What the series of an indicator says: its control chart, signals, trend and forecast."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal import charts
from portal.api import Refused
from portal.forms import Form
from portal.i18n import N_
from portal.pages.indicators import place_of
from portal.render import page
from portal.session import Visit, Visitor
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.reading.schemas import ControlOut, PhaseIn, PhaseOut

RULES: Final[Mapping[str, str]] = {
    "nelson_1": N_("Un point au-delà des limites"),
    "nelson_2": N_("Neuf points du même côté de la moyenne"),
    "nelson_3": N_("Six points qui montent ou qui descendent"),
    "nelson_4": N_("Quatorze points en dents de scie"),
    "nelson_5": N_("Deux points sur trois loin de la moyenne, du même côté"),
    "nelson_6": N_("Quatre points sur cinq à l'écart de la moyenne, du même côté"),
    "nelson_7": N_("Quinze points serrés contre la moyenne"),
    "nelson_8": N_("Huit points à l'écart de la moyenne, des deux côtés"),
}
CAUTIONS: Final[Mapping[str, str]] = {
    "too_few_points": N_("Moins de douze points : les limites ne sont qu'une indication."),
    "few_points": N_("Moins de vingt points : les limites restent à confirmer."),
    "no_variation": N_("Les points sont tous égaux : il n'y a pas de limites."),
}
VERDICTS: Final[Mapping[str, str]] = {
    "increasing": N_("En hausse"),
    "decreasing": N_("En baisse"),
    "stable": N_("Stable"),
}
OUTLOOKS: Final[Mapping[str, str]] = {
    "reached": N_("La cible sera tenue"),
    "uncertain": N_("La cible est incertaine"),
    "out_of_reach": N_("La cible est hors d'atteinte à ce rythme"),
}

router = APIRouter(prefix="/indicators/{definition_id}/control")


@router.get("")
async def control(visit: Visitor, definition_id: UUID) -> Response:
    return await _control_page(visit, definition_id)


@router.post("")
async def begin_phase(visit: Visitor, definition_id: UUID) -> Response:
    """Have the limits computed anew from a period on."""
    form = Form.typed(PhaseIn, visit.form)
    data = form.read()
    if data is None:
        return await _control_page(visit, definition_id, form)
    try:
        await visit.api.post(f"/indicators/definitions/{definition_id}/phases", PhaseOut, data)
    except Refused as refused:
        return await _control_page(visit, definition_id, form.refused(refused))
    return visit.go(f"/indicators/{definition_id}/control", "phase_begun")


async def _control_page(visit: Visit, definition_id: UUID, form: Form | None = None) -> Response:
    here = await place_of(visit)
    path = f"/indicators/definitions/{definition_id}"
    definition, found, phases = await asyncio.gather(
        visit.api.get(path, DefinitionOut),
        visit.api.get(f"{path}/control", ControlOut, place=here.id),
        visit.api.get(f"{path}/phases", list[PhaseOut], place=here.id),
    )
    context: dict[str, Any] = {
        "at": here,
        "definition": definition,
        "found": found,
        "phases": phases,
        "names": await visit.names(phase.decided_by for phase in phases),
        "chart": charts.control(found, definition, visit.language),
        "form": form or Form.of(PhaseIn, site_id=here.id),
        "rules": RULES,
        "cautions": CAUTIONS,
        "verdicts": VERDICTS,
        "outlooks": OUTLOOKS,
    }
    return await page(visit, "indicators/control.html", context, form.status if form else 200)
