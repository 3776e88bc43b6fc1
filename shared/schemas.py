"""The manners of everything that crosses HTTP."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer

T = TypeVar("T")


class In(BaseModel):
    """What a client sends. A field we do not know is a mistake to be told, not to be ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Out(BaseModel):
    """What a service answers, read from a row."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """Some rows, and where the next ones start. No `next`: these were the last."""

    items: list[T]
    next: str | None = None


class Change(In):
    """A change of a row that was on somebody's screen: it says which version was."""

    version: int


def plain(quantity: Decimal) -> str:
    """An exact decimal as people write it: neither trailing zeros nor powers of ten."""
    return format(quantity.normalize(), "f")


Quantity = Annotated[Decimal, PlainSerializer(plain, return_type=str, when_used="json")]
"""A measured or computed quantity in an answer: an exact decimal, as a string."""


class Step(BaseModel):
    """Something a service announced in the course of a story."""

    id: UUID
    topic: str
    subject: UUID | None
    site_id: UUID | None
    actor_id: UUID
    actor_name: str
    occurred_at: datetime
    causation_id: UUID | None
    payload: dict[str, Any]

    @property
    def service(self) -> str:
        return self.topic.partition(".")[0]


class HistoryEntry(BaseModel):
    """What one person or process did to one row, at one moment, and why if a reason was asked."""

    seq: int
    at: datetime
    actor_id: UUID
    actor_name: str
    on_behalf_of: UUID | None
    session_id: UUID | None
    correlation_id: UUID
    causation_id: UUID | None
    reason: str
    action: str
    object_type: str
    object_id: UUID
    site_id: UUID | None
    version: int | None
    diff: dict[str, Any]
