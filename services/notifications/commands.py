"""Telling people things, and what they do with what they were told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol
from uuid import UUID

import structlog
from sqlalchemy import update

from services.notifications import mail
from services.notifications.errors import PlaceNotKnownYet
from services.notifications.events import Notified
from services.notifications.invitations import invitation_of
from services.notifications.models import Notification
from services.notifications.queries import one_of_mine, only_if_here, told_today
from services.notifications.schemas import Kind
from services.notifications.sentences import known, title
from shared.directory import group, node, person
from shared.errors import NotFound
from shared.mail import is_set_up, send
from shared.schemas import JobState
from shared.work import UnitOfWork

log = structlog.get_logger()

MOST_OF_A_KIND: Final = 3
"""Alerts of an indicator that a person is told of one by one in a day."""


class JobEnded(Protocol):
    """What every service says when a job of its own has ended."""

    @property
    def job_id(self) -> UUID: ...

    @property
    def person_id(self) -> UUID: ...

    @property
    def kind(self) -> str: ...

    @property
    def state(self) -> JobState: ...


@dataclass(frozen=True)
class News:
    """What there is to tell: codes, numbers and dates, never what somebody wrote."""

    kind: Kind
    subject_id: UUID
    site_id: UUID
    facts: dict[str, Any]


def tell(uow: UnitOfWork, news: News, people: Iterable[UUID]) -> None:
    """Put the news of the event being handled in the inbox of each person, once."""
    site_name = _name_of_place(uow, news)
    told = list(dict.fromkeys(people))
    if not told:
        log.warning("nobody to tell", kind=news.kind, site_id=str(news.site_id))
    for person_id in told:
        _put_in_inbox(uow, news, site_name, person_id)


def tell_or_fold(uow: UnitOfWork, one: News, many: News, people: Iterable[UUID]) -> None:
    """Tell each person of one thing; after a few of the kind on a day, of all further ones as one.

    Their count rises, and they are read anew; nothing is mailed again.
    """
    site_name = _name_of_place(uow, one)
    for person_id in dict.fromkeys(people):
        there = told_today(uow, person_id, many.subject_id)
        folded = next((row for row in there if row.kind is many.kind), None)
        if len(there) < MOST_OF_A_KIND:
            _put_in_inbox(uow, one, site_name, person_id)
        elif folded is None:
            facts = many.facts | {"count": len(there) + 1, "day": uow.now.date().isoformat()}
            _put_in_inbox(uow, replace(many, facts=facts), site_name, person_id)
        else:
            folded.facts = folded.facts | {"count": folded.facts["count"] + 1}
            folded.place_id, folded.site_name = many.site_id, site_name
            folded.told_at, folded.read_at = uow.now, None


def _name_of_place(uow: UnitOfWork, news: News) -> str:
    place = node(uow, news.site_id)
    if place is None:
        raise PlaceNotKnownYet(place=news.site_id)
    return str(place.name)


def _put_in_inbox(uow: UnitOfWork, news: News, site_name: str, person_id: UUID) -> None:
    assert uow.cause is not None  # noqa: S101  only events bring news
    row = uow.add(
        Notification(
            event_id=uow.cause.id,
            person_id=person_id,
            kind=news.kind,
            subject_id=news.subject_id,
            place_id=news.site_id,
            site_name=site_name,
            facts=news.facts,
            told_at=uow.now,
        )
    )
    notified = Notified(notification_id=row.id, person_id=person_id, kind=news.kind)
    uow.publish(notified, about=row)


def tell_who_asked(uow: UnitOfWork, ended: JobEnded) -> None:
    """Something long ended. It belongs to no site, and so to the group."""
    facts = {"job": ended.kind, "state": ended.state}
    news = News(Kind.JOB_ENDED, ended.job_id, group(uow), facts)
    tell(uow, news, only_if_here(uow, ended.person_id))


def mark_read(uow: UnitOfWork, notification_id: UUID) -> Notification:
    """Note when it was first read. The row is the only record of it.

    The history that others at the site may read leaves it out: what somebody read, and when, is
    nobody else's concern.
    """
    _read(uow, Notification.id == notification_id)
    return one_of_mine(uow, notification_id)


def mark_all_read(uow: UnitOfWork) -> None:
    """Note all that was there when it was asked. What arrives meanwhile stays unread."""
    _read(uow, Notification.told_at <= uow.now)


def send_mail(uow: UnitOfWork, notification_id: UUID) -> None:
    """Send the e-mail of a notification.

    The row is not locked while the mail server is waited for: its owner may want to read it. The
    event's mark in the inbox keeps a second sender out, and the Message-ID is always the same.
    """
    row = uow.get(Notification, notification_id)
    reader = person(uow, row.person_id)
    if reader is None:
        raise NotFound(kind="person", id=row.person_id)
    if row.mailed_at is not None or not reader.active or not is_set_up():
        return
    letter = mail.Letter(
        id=row.id,
        to=reader.email,
        name=reader.name,
        language=known(reader.language),
        title=title(row.kind, row.facts, row.site_name, reader.language),
        page=mail.page_of(row.kind, row.subject_id),
        told_at=row.told_at,
        correlation_id=row.correlation_id,
        invitation=invitation_of(row.kind, row.facts),
    )
    send(mail.message_of(letter))
    sent = update(Notification).where(Notification.id == row.id)
    uow.session.execute(sent.values(mailed_at=uow.now))


def _read(uow: UnitOfWork, these: Any) -> None:  # noqa: ANN401  an SQL condition
    unread = (Notification.person_id == uow.actor.id) & Notification.read_at.is_(None)
    mark = update(Notification).where(unread, these)
    read = mark.values(read_at=uow.now, version=Notification.version + 1)
    uow.session.execute(read, execution_options={"synchronize_session": False})
