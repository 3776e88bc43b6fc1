"""Calendars, as the services tell them."""

from datetime import date
from uuid import UUID

from shared.schemas import Out


class DayCount(Out):
    """How much there is of a kind on a day."""

    day: date
    kind: str
    count: int


class Entry(Out):
    """Something that has a day. What `waits` is late once the day passed."""

    kind: str
    day: date
    id: UUID
    title: str
    reference: str
    site_id: UUID
    waits: bool
