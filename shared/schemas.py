"""The manners of everything that crosses HTTP."""

import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictInt,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

T = TypeVar("T")

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
WRITTEN_DAY = re.compile(r"\s*\d{4}-\d\d-\d\d\s*", re.ASCII)


def _written_out(value: object) -> object:
    """Refuse a number for a date: it would be read as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and WRITTEN_DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("date_parsing", "A day is written like 2026-03-31.")


Day = Annotated[date, BeforeValidator(_written_out), Field(ge=FIRST_DAY, le=LAST_DAY)]
"""A day that a client names, in centuries in which there is something to compute with it."""


def _as_clocks_say(value: object) -> object:
    if isinstance(value, time) or (isinstance(value, str) and CLOCK.fullmatch(value)):
        return value
    raise PydanticCustomError("time_parsing", "A time is written like 08:30.")


TimeOfDay = Annotated[
    time,
    BeforeValidator(_as_clocks_say),
    WithJsonSchema({"type": "string", "pattern": f"^{CLOCK.pattern}$"}),
]
"""A time at the place it is about: without the zone that JSON Schema's format `time` asks for."""


class In(BaseModel):
    """What a client sends. A field we do not know is a mistake to be told, not to be ignored."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="before")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        """PostgreSQL keeps every character but this one, which pasted texts do hold at times."""
        texts = value if isinstance(value, list) else [value]
        if any(isinstance(text, str) and "\0" in text for text in texts):
            raise PydanticCustomError("nul", "A text cannot hold the character NUL.")
        return value


class Out(BaseModel):
    """What a service answers, read from a row."""

    model_config = ConfigDict(from_attributes=True)


LARGEST_PAGE = 200


class Page(BaseModel, Generic[T]):
    """Some rows, and where the next ones start. No `next`: these were the last."""

    items: list[T]
    next: str | None = None


class Hit(BaseModel):
    """Something that a search found. `reference`: its number, code or address, if it has one."""

    kind: str
    id: UUID
    title: str
    reference: str
    site_id: UUID | None


class Change(In):
    """A change of a row that was on somebody's screen: it says which version was."""

    version: StrictInt


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


class Meaning(StrEnum):
    """What a signature says."""

    APPROVED = "approved"
    ISSUED = "issued"
    VERIFIED = "verified"
    CLOSED = "closed"

    @property
    def needs_other_hands(self) -> bool:
        """Whoever made it may issue what others approved; they judge nothing of their own."""
        return self is not Meaning.ISSUED


class SignatureOut(BaseModel):
    """Who signed what, when, as what; and whether that still holds.

    `intact`: neither the signature nor what was signed was altered. `current`: the record still
    says what was signed.
    """

    id: UUID
    meaning: Meaning
    record_version: int
    content_hash: str
    signer_id: UUID
    signer_name: str
    roles: list[str]
    confirmed_at: datetime | None
    signed_at: datetime
    hash: str
    intact: bool
    current: bool


class Reading(BaseModel):
    """What somebody from outside asked a service for. They were not always given it."""

    id: UUID
    at: datetime
    person_id: UUID
    person_name: str
    session_id: UUID | None
    correlation_id: UUID
    method: str
    route: str
    ids: dict[str, str]
    query: str


class EvidenceOut(Out):
    """A file put with an object, as it was sent."""

    id: UUID
    version: int
    object_id: UUID
    site_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    uploaded_by: UUID
    uploaded_at: datetime
    superseded_by: UUID | None
    superseded_for: str


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


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobOut(Out):
    """Something long that the caller asked for. `file` is fetched at its result."""

    id: UUID
    kind: str
    label: str
    state: JobState
    cancel_asked: bool
    attempts: int
    done: int
    total: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    kept_until: datetime
    facts: dict[str, Any] | None
    error: dict[str, Any] | None
    file: str | None


class Asked(Out):
    """The job that was made of what was asked for."""

    job_id: UUID


class ColumnKind(StrEnum):
    """What a column of a list holds, and so how it is said on a page and in a workbook."""

    TEXT = "text"
    NUMBER = "number"
    WORD = "word"
    DAY = "day"
    SITE = "site"
    PERSON = "person"


class ColumnIn(In):
    """A field of the rows as its reader sees it; `words` says its values in their language."""

    name: str = Field(max_length=40)
    title: str = Field(max_length=200)
    kind: ColumnKind
    words: dict[str, Annotated[str, Field(max_length=200)]] = Field(default={}, max_length=100)


Columns = Annotated[list[ColumnIn], Field(min_length=1, max_length=40)]
About = Annotated[tuple[tuple[str, str | None], ...], Field(max_length=30)]


class ExportIn(In):
    """A list to be made into a file. In `about`, nothing for a value stands for how many rows."""

    list: str = Field(max_length=40)
    title: str = Field(pattern=r"^[^\[\]:*?/\\']{1,31}$")
    format: Literal["xlsx", "csv"]
    filters: dict[str, Annotated[str, Field(max_length=200)]] = Field(default={}, max_length=20)
    sort: str = Field(max_length=40)
    columns: Columns
    somebody: str = Field(max_length=200)
    about_title: str = Field(pattern=r"^[^\[\]:*?/\\']{1,31}$")
    about: About = ()
