"""How often each process is to be audited at each site, term by term."""

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from services.audit.programme.schemas import FrequencyOut, RatingIn, RatingOut

MOST = 300
"""More lines than this are for a smaller place: the page says so."""

router = APIRouter()


@router.get("/frequencies")
async def frequencies(visit: Visitor) -> Response:
    return await _page(visit)


@router.post("/frequencies")
async def rate(visit: Visitor) -> Response:
    form = Form.typed(RatingIn, visit.form)
    data = form.read()
    if data is None:
        return await _page(visit, form)
    try:
        await visit.api.post("/audit/process-ratings", RatingOut, data)
    except Refused as refused:
        return await _page(visit, form.refused(refused))
    return visit.go("/frequencies", "process_rated")


async def _page(visit: Visit, form: Form | None = None) -> Response:
    lines = await visit.api.get("/audit/frequencies", list[FrequencyOut], place=visit.place)
    asked = visit.request.query_params
    blank = Form.of(RatingIn, site_id=asked.get("site"), process=asked.get("process"))
    context = {"lines": lines[:MOST], "left": len(lines) - MOST, "form": form or blank}
    return await page(visit, "programme/frequencies.html", context, form.status if form else 200)
