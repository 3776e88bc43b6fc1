"""Calendars that programs read at a secret address."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.schemas import In, Out


class FeedIn(In):
    """`place_id`: of one place only, and what is below it."""

    name: str = Field(min_length=2, max_length=100)
    place_id: UUID | None = None


class FeedOut(Out):
    id: UUID
    name: str
    place_id: UUID | None
    created_at: datetime
    read_at: datetime | None


class NewFeed(FeedOut):
    """The secret is shown this once."""

    secret: str
