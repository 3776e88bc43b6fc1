"""What audits cover in a cycle, where the holes are, and what would fill them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.audit.programme.schemas import Days, EntryOrigin, EntryStatus, Month
from services.audit.schemas import AuditStatus, AuditType, Party
from shared.schemas import Change, In, Out, Quantity


class By(StrEnum):
    """What stands against what."""

    CLAUSE_SITE = "clause_site"
    PROCESS_SITE = "process_site"
    CLAUSE_PROCESS = "clause_process"


class Cover(StrEnum):
    """How well a cell is covered, the weakest first."""

    NOT_APPLICABLE = "not_applicable"
    HOLE = "hole"
    PROGRAMMED = "programmed"
    PLANNED = "planned"
    HELD = "held"
    PROVEN = "proven"


class Axis(Out):
    """A row or a column: `key` is an id, or the code of a process."""

    key: str
    name_fr: str
    name_en: str
    group: str = ""


class Matrix(Out):
    """`cells`: for each row, how each column is covered, by its place in `Cover`."""

    by: By
    since: date
    until: date
    rows: list[Axis]
    columns: list[Axis]
    cells: list[list[int]]
    counts: dict[Cover, int]


class Covering(Out):
    """What covers a cell: an audit, or an entry of a programme that has none yet."""

    audit_id: UUID | None
    entry_id: UUID | None
    site_id: UUID
    title: str
    day: date
    status: AuditStatus | EntryStatus
    findings: list[UUID]


class Line(Out):
    """An entry that a proposal would make, and what asks for it."""

    key: UUID
    site_id: UUID
    origin: EntryOrigin
    type: AuditType
    party: Party
    reference_ids: list[UUID]
    processes: list[str]
    month: date
    latest_on: date | None
    days: Quantity
    window_id: UUID | None
    holes: int
    facts: dict[str, str | int | None]


class Proposal(Out):
    """`basis`: what it was computed from. It is accepted as long as that has not changed."""

    programme_id: UUID
    version: int
    basis: str
    lines: list[Line]
    unrated: int


class LineIn(In):
    """A line as its reader wants it. Those that are left out are taken out."""

    key: UUID
    month: Month
    days: Days
    aim: str = Field(min_length=5, max_length=2000)


class AcceptIn(Change):
    basis: str = Field(max_length=64)
    reason: str = Field(default="", max_length=2000)
    lines: list[LineIn] = Field(min_length=1, max_length=500)
