"""A calendar feed: an address that says who reads, without signing in, and nothing else.

Only a fingerprint of it is kept. Whoever has it sees the audits that its owner may read at that
moment, by the grants that this service knows of: a closed account or an ended grant ends the feed.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from icalendar import Calendar, Event

from services.audit.models import Audit
from services.audit.programme.certificate_models import Feed
from services.audit.programme.errors import NoFeedForOutsiders, TooManyFeeds, UnknownFeed
from services.audit.programme.feed_schemas import FeedIn
from services.audit.schemas import AuditStatus
from shared.auth import NOWHERE, SYSTEM, Actor
from shared.directory import names_of_people, names_of_places, person, within
from shared.errors import NotFound
from shared.held import grants_of
from shared.settings import settings
from shared.work import UnitOfWork, unit_of_work

MOST_FEEDS: Final = 5
ENTROPY_BYTES: Final = 32
BACK: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=400)
MOST_AUDITS: Final = 2_000
ONE_DAY: Final = timedelta(days=1)
READ_AGAIN: Final = timedelta(hours=6)
_STATUS: Final = {AuditStatus.CANCELLED: "CANCELLED"}


@dataclass(frozen=True)
class Subscription:
    """Whose feed an address is, as they are today, and what it is narrowed to."""

    actor: Actor
    place_id: UUID | None
    name: str


def make_feed(uow: UnitOfWork, data: FeedIn) -> tuple[Feed, str]:
    if uow.actor.is_outsider:
        raise NoFeedForOutsiders(permission=uow.permission)
    if data.place_id is not None:
        uow.require_place(data.place_id)
    held = len(own_feeds(uow))
    if held >= MOST_FEEDS:
        raise TooManyFeeds(count=held)
    secret = secrets.token_urlsafe(ENTROPY_BYTES)
    values = data.model_dump()
    feed = uow.add(Feed(**values, person_id=uow.actor.id, fingerprint=fingerprint(secret)))
    return feed, secret


def own_feeds(uow: UnitOfWork) -> Sequence[Feed]:
    mine = uow.select(Feed).where(Feed.person_id == uow.actor.id, Feed.revoked_at.is_(None))
    return uow.session.scalars(mine.order_by(Feed.id)).all()


def revoke_feed(uow: UnitOfWork, feed_id: UUID) -> None:
    feed = next((one for one in own_feeds(uow) if one.id == feed_id), None)
    if feed is None:
        raise NotFound(kind="Feed", id=feed_id)
    feed.revoked_at = uow.now
    uow.session.flush()


def fingerprint(secret: str) -> str:
    """It is random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def subscription(secret: str) -> Subscription:
    """Whose address this is. A wrong one, a revoked one and one of somebody gone look the same."""
    with unit_of_work("audit", SYSTEM) as uow:
        wanted = uow.select(Feed).where(Feed.fingerprint == fingerprint(secret))
        feed = uow.session.scalar(wanted.where(Feed.revoked_at.is_(None)))
        owner = person(uow, feed.person_id) if feed else None
        if feed is None or owner is None or not owner.active:
            raise UnknownFeed
        grants = grants_of(uow, owner.id, uow.now.date())
        actor = Actor(owner.id, owner.name, grants, owner.language, reads_only=True)
        if actor.is_outsider or actor.places("audit:read") == NOWHERE:
            raise UnknownFeed
        if feed.read_at is None or uow.now - feed.read_at > READ_AGAIN:
            feed.read_at = uow.now
        return Subscription(actor, feed.place_id, feed.name)


def calendar_of(uow: UnitOfWork, asked: Subscription) -> bytes:
    """The audits around today that the reader may see."""
    today = uow.now.date()
    rows = uow.select(Audit).where(Audit.planned_for.between(today - BACK, today + AHEAD))
    if asked.place_id is not None:
        rows = rows.where(within(uow, Audit, asked.place_id))
    found = uow.session.scalars(rows.order_by(Audit.planned_for, Audit.id).limit(MOST_AUDITS))
    return written(uow, found.all(), asked.name)


def written(uow: UnitOfWork, audits: Sequence[Audit], name: str) -> bytes:
    """Audits as a calendar: whole days, where, who; with a link to each."""
    places = names_of_places(uow)
    people = names_of_people(uow, {audit.lead_id for audit in audits if audit.lead_id})
    calendar = Calendar()
    calendar.add("prodid", "-//QSE//audits//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", READ_AGAIN, {"value": "DURATION"})
    for audit in audits:
        who = people.get(audit.lead_id, "") if audit.lead_id else ""
        calendar.add_component(_event(audit, places.get(audit.site_id, ""), who, uow.now))
    return bytes(calendar.to_ical())


def _event(audit: Audit, place: str, who: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{audit.id}@audits.qse")
    event.add("dtstamp", now)
    event.add("sequence", audit.version)
    event.add("dtstart", audit.planned_for)
    event.add("dtend", audit.until + ONE_DAY)
    event.add("summary", audit.title)
    event.add("location", place)
    event.add("description", "\n".join(part for part in (who, *audit.criteria) if part))
    event.add("url", f"{settings().base_url.rstrip('/')}/audits/{audit.id}")
    event.add("status", _STATUS.get(audit.status, "CONFIRMED"))
    return event
