"""What was done to an object: asked for when somebody opens it, a page of changes at a time."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.changes import VERBS, changed_in, people_in
from portal.render import fragment, page
from portal.session import AUDIENCE, Visitor
from shared.schemas import HistoryEntry, Page

SHOWN: Final = 20
SERVICES: Final = tuple(name for name in AUDIENCE if name != "notifications")
"""What one was told is nobody else's concern."""

router = APIRouter()


@router.get("/history/{service}/{object_id}")
async def history(visit: Visitor, service: str, object_id: UUID, after: str = "") -> Response:
    if service not in SERVICES:
        raise Refused(404, "not_found", "There is no such history.", {})
    path = f"/{service}/history/{object_id}"
    found = await visit.api.get(path, Page[HistoryEntry], after=after, limit=SHOWN)
    context = {
        "service": service,
        "object_id": object_id,
        "told_changes": [(entry, VERBS[entry.action], changed_in(entry)) for entry in found.items],
        "next": found.next,
        "names": await visit.names(people_in(found.items)),
    }
    if visit.request.headers.get("hx-request"):
        return fragment(visit, "components/changes.html", context)
    return await page(visit, "history.html", context)
