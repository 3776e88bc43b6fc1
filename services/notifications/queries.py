from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from services.notifications.models import Notification
from services.notifications.schemas import Kind
from shared.directory import holders, manager_of, person
from shared.errors import NotFound
from shared.work import UnitOfWork

OWNER, SITE = 1, 2


def inbox(uow: UnitOfWork, *, unread: bool = False) -> Select[Notification]:
    """Find what the actor was told. Every read starts here, so that nobody reads another's."""
    mine = uow.select(Notification).where(Notification.person_id == uow.actor.id)
    return mine.where(Notification.read_at.is_(None)) if unread else mine


def one_of_mine(uow: UnitOfWork, notification_id: UUID) -> Notification:
    row = uow.session.scalar(inbox(uow).where(Notification.id == notification_id))
    if row is None:
        raise NotFound(kind="Notification", id=notification_id)
    return row


def unread(uow: UnitOfWork) -> int:
    waiting = select(func.count()).select_from(inbox(uow, unread=True).subquery())
    return uow.session.scalar(waiting) or 0


def told_today(uow: UnitOfWork, person_id: UUID, definition_id: UUID) -> Sequence[Notification]:
    """What a person was told today of the alerts of an indicator, held until this is over."""
    since = uow.now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = uow.select(Notification).where(
        Notification.person_id == person_id,
        Notification.told_at >= since,
        Notification.kind.in_((Kind.ALERT_RAISED, Kind.ALERTS_RAISED)),
        Notification.facts["definition_id"].astext == str(definition_id),
    )
    return uow.session.scalars(rows.with_for_update()).all()


def only_if_here(uow: UnitOfWork, person_id: UUID | None) -> list[UUID]:
    """One person, or nobody: not named, or known to have left."""
    if person_id is None:
        return []
    known = person(uow, person_id)
    return [] if known is not None and not known.active else [person_id]


def those_here(uow: UnitOfWork, people: Sequence[UUID]) -> list[UUID]:
    return [id for one in people for id in only_if_here(uow, one)]


def owner_or_coordinators(uow: UnitOfWork, owner_id: UUID | None, place: UUID) -> Sequence[UUID]:
    """Whoever is to act; where there is nobody, those who can name somebody."""
    return only_if_here(uow, owner_id) or site_coordinators(uow, place)


def owners_or_coordinators(
    uow: UnitOfWork, owner_ids: Sequence[UUID], place: UUID
) -> Sequence[UUID]:
    here = [id for owner in owner_ids for id in only_if_here(uow, owner)]
    return here or site_coordinators(uow, place)


def owner_or_group(uow: UnitOfWork, owner_id: UUID | None, place: UUID) -> Sequence[UUID]:
    return only_if_here(uow, owner_id) or group_coordinators(uow, place)


def step_of_the_ladder(
    uow: UnitOfWork, level: int, owner_id: UUID | None, place: UUID
) -> Sequence[UUID]:
    """Who is told of a late action: its owner and whom they report to, then site, then group."""
    if level <= OWNER:
        superior = owner_id and manager_of(uow, owner_id)
        return [*owner_or_coordinators(uow, owner_id, place), *only_if_here(uow, superior)]
    return site_coordinators(uow, place) if level == SITE else group_coordinators(uow, place)


def site_coordinators(
    uow: UnitOfWork, place: UUID, *, besides: UUID | None = None
) -> Sequence[UUID]:
    """Find the nearest who coordinate a site: its own, else its division's, else the group's."""
    found = _holders(uow, "site_coordinator", place, besides)
    nearest = [row.person_id for row in found if row.node_id == found[0].node_id]
    return nearest or group_coordinators(uow, place, besides=besides)


def group_coordinators(
    uow: UnitOfWork, place: UUID, *, besides: UUID | None = None
) -> Sequence[UUID]:
    return [row.person_id for row in _holders(uow, "group_coordinator", place, besides)]


def whoever_did_it(uow: UnitOfWork) -> UUID | None:
    return uow.cause.actorid if uow.cause else None


def _holders(uow: UnitOfWork, role: str, place: UUID, besides: UUID | None) -> list[Any]:
    found = holders(uow, role, place, uow.now.date())
    return [row for row in found if row.person_id != besides]
