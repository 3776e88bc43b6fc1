"""Calendars for other programs: a feed at a secret address, and an audit as a file."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.audit.models import Audit
from services.audit.programme import feeds
from services.audit.programme.certificate_models import Feed
from services.audit.programme.errors import UnknownFeed
from services.audit.programme.feed_schemas import FeedIn, FeedOut, NewFeed
from shared.work import UnitOfWork, authorised, unit_of_work

Read = Annotated[UnitOfWork, authorised("audit:read")]
ICS: Final = "text/calendar; charset=utf-8"

router = APIRouter(tags=["calendar"])


@router.get("/feeds", response_model=list[FeedOut])
def list_feeds(uow: Read) -> list[Feed]:
    return list(feeds.own_feeds(uow))


@router.post("/feeds", status_code=201)
def make_feed(data: FeedIn, uow: Read) -> NewFeed:
    feed, secret = feeds.make_feed(uow, data)
    return NewFeed(**FeedOut.model_validate(feed).model_dump(), secret=secret)


@router.post("/feeds/{feed_id}/revoke", status_code=204, response_class=Response)
def revoke_feed(feed_id: UUID, uow: Read) -> None:
    feeds.revoke_feed(uow, feed_id)


@router.get("/audits/{audit_id}/calendar.ics", response_class=Response)
def read_audit_as_calendar(audit_id: UUID, uow: Read) -> Response:
    audit = uow.get(Audit, audit_id)
    return Response(feeds.written(uow, [audit], audit.title), media_type=ICS)


@router.get("/calendars/{secret}.ics", response_class=Response)
def read_feed(secret: str, request: Request) -> Response:
    """The feed of whoever holds the address. Guessing one is counted by where it comes from."""
    pace = request.app.state.pace
    try:
        asked = feeds.subscription(secret)
    except UnknownFeed:
        pace.keep(request.client.host if request.client else "", "GUESS")
        raise
    pace.keep(f"feed {asked.actor.id}", request.method)
    with unit_of_work("audit", asked.actor, permission="audit:read") as uow:
        content = feeds.calendar_of(uow, asked)
    return Response(content, media_type=ICS)
