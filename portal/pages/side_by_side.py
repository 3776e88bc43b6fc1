"""An indicator of all sites side by side, period by period: where it is warm, one sees at once."""

from datetime import date
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.pages.indicators import place_of
from portal.places import Place, sites_below
from portal.render import page
from portal.session import Visit, Visitor
from services.indicators.definition_schemas import DefinitionOut
from services.indicators.schemas import SideBySide, Status, ValueOut
from shared.schemas import Page

MOST_SITES: Final = 50
PERIODS: Final = (12, 24)

router = APIRouter()


@router.get("/indicators/{definition_id}/sites")
async def side_by_side(
    visit: Visitor, definition_id: UUID, periods: int = PERIODS[0], after: str = ""
) -> Response:
    here = await place_of(visit)
    most = periods if periods in PERIODS else PERIODS[0]
    path = f"/indicators/definitions/{definition_id}"
    definition = await visit.api.get(path, DefinitionOut)
    sites = await _sites(visit, here, after)
    places = [here, *(site for site in sites.items if site != here)]
    asked = {"places": [place.id for place in places], "periods": most}
    found = await visit.api.get(f"{path}/side-by-side", SideBySide, **asked)
    newest_first = found.periods[::-1]
    context = {
        "at": here,
        "definition": definition,
        "columns": newest_first,
        "rows": _rows(places, newest_first, found.values),
        "sites": sites,
        "choices": PERIODS,
        "periods": most,
        "states": list(Status),
    }
    return await page(visit, "indicators/sites.html", context)


async def _sites(visit: Visit, here: Place, after: str) -> Page[Place]:
    """The sites that the reader may read of, from the one after `after` on."""
    below = sites_below(await visit.places(), here.id)
    mine = [site for site in below if visit.may("indicators:read", site.id)]
    ids = [str(site.id) for site in mine]
    begin = ids.index(after) + 1 if after in ids else 0
    shown = mine[begin : begin + MOST_SITES]
    more = len(mine) > begin + MOST_SITES
    return Page(items=shown, next=str(shown[-1].id) if more else None)


def _rows(
    places: list[Place], periods: list[date], values: list[ValueOut]
) -> list[tuple[Place, list[object]]]:
    """Of each place its figure and state in every period; what nobody reported is not zero."""
    known = {(one.site_id, one.period): (one.value, one.status) for one in values}
    nothing = (None, Status.GREY)
    return [
        (place, [known.get((place.id, period), nothing) for period in periods]) for place in places
    ]
