from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, synonym

from services.notifications.schemas import Kind
from shared.db import Entity, Traced, schema
from shared.directory import add_directory


class Model(Entity, DeclarativeBase):
    metadata = schema("notifications")


add_directory(Model.metadata)


class Notification(Traced, Model):
    """One thing one person is told, once.

    It belongs to the person and to no place: whoever owns an action reads of it, also where no
    grant of theirs reaches. The place is a fact about it, to be named and for the timeline.
    Row-level security compares the person (migration 0001), not the place.
    """

    __tablename__ = "notification"

    event_id: Mapped[UUID]
    person_id: Mapped[UUID]
    kind: Mapped[Kind]
    subject_id: Mapped[UUID]
    place_id: Mapped[UUID]
    site_id: Mapped[UUID] = synonym("place_id")
    site_name: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, info={"secret": True})
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None] = mapped_column(info={"unrecorded": True})
    mailed_at: Mapped[datetime | None]


UniqueConstraint(Notification.event_id, Notification.person_id)
Index("ix_notification_inbox", Notification.person_id, Notification.told_at, Notification.id)
Index(
    "ix_notification_unread",
    Notification.person_id,
    Notification.told_at,
    Notification.id,
    postgresql_where=Notification.read_at.is_(None),
)
