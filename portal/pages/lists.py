"""Which columns a reader sees of a list. It is kept by their browser."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from portal.api import Refused
from portal.lists import BETWEEN, COOKIE, Listing
from portal.pages.actions import ACTIONS
from portal.pages.alerts import ALERTS
from portal.pages.audit import AUDITS
from portal.pages.auditors import AUDITORS
from portal.pages.certificates import CERTIFICATES
from portal.pages.findings import FINDINGS
from portal.pages.measurements import MEASUREMENTS
from portal.pages.policy import REVIEWS
from portal.pages.processes import PROCESSES
from portal.pages.programme import ENTRIES
from portal.pages.references import REFERENCES
from portal.pages.risk import RISKS
from portal.session import Visitor, inside
from portal.visits import A_YEAR

LISTS: Final[dict[str, Listing[Any]]] = {
    listing.name: listing
    for listing in (
        *(ACTIONS, AUDITS, AUDITORS, ENTRIES, CERTIFICATES, FINDINGS, RISKS),
        *(ALERTS, MEASUREMENTS, REVIEWS, PROCESSES, REFERENCES),
    )
}

router = APIRouter()


@router.post("/lists/{name}/columns")
async def choose_columns(visit: Visitor, name: str) -> Response:
    listing = LISTS.get(name)
    if listing is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such list.", {})
    wanted = {str(value) for value in visit.form.getlist("columns")}
    kept = BETWEEN.join(column.name for column in listing.columns if column.name in wanted)
    response = RedirectResponse(inside(str(visit.form.get("next", listing.path))), 303)
    response.set_cookie(COOKIE + name, kept, max_age=A_YEAR, httponly=True, samesite="lax")
    return response
