"""Calendars that other programs read: one's own feeds, and an audit as a file."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from services.audit.programme.feed_schemas import FeedIn, FeedOut, NewFeed
from shared.settings import settings

FEED: Final = "/api/v1/audit/calendars/{secret}.ics"

router = APIRouter()


@router.get("/calendar/feeds")
async def feeds(visit: Visitor) -> Response:
    return await _page(visit)


@router.post("/calendar/feeds")
async def make_feed(visit: Visitor) -> Response:
    """The one page that shows the address: only a fingerprint of it is kept."""
    form = Form.typed(FeedIn, visit.form)
    data = form.read()
    if data is None:
        return await _page(visit, form=form)
    try:
        made = await visit.api.post("/audit/feeds", NewFeed, data)
    except Refused as refused:
        return await _page(visit, form=form.refused(refused))
    return await _page(visit, made=made)


@router.post("/calendar/feeds/{feed_id}/revoke")
async def revoke_feed(visit: Visitor, feed_id: UUID) -> Response:
    await visit.api.tell(f"/audit/feeds/{feed_id}/revoke")
    return visit.go("/calendar/feeds", "feed_revoked")


@router.get("/audits/{audit_id}/calendar.ics")
async def audit_as_calendar(visit: Visitor, audit_id: UUID) -> Response:
    content = await visit.api.fetch(f"/audit/audits/{audit_id}/calendar.ics")
    headers = {"Content-Disposition": f'attachment; filename="audit-{audit_id}.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


async def _page(visit: Visit, made: NewFeed | None = None, form: Form | None = None) -> Response:
    held = await visit.all_of("/audit/feeds", FeedOut)
    base = settings().base_url.rstrip("/")
    context = {
        "feeds": held,
        "form": form or Form.of(FeedIn, place_id=visit.place),
        "address": base + FEED.format(secret=made.secret) if made else None,
    }
    return await page(visit, "calendar/feeds.html", context, form.status if form else 200)
