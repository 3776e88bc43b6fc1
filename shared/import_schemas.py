"""What a workbook that fills a register would do, and how far it is."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.schemas import JobOut


class ImportState(StrEnum):
    """How far a workbook is that somebody sent to fill a register."""

    SENT = "sent"
    LOOKED_THROUGH = "looked_through"
    CARRIED_OUT = "carried_out"
    UNDONE = "undone"


class CellError(BaseModel):
    """What is wrong with one cell, as a refusal is told."""

    column: str
    type: str
    detail: str
    facts: dict[str, Any]


class RowOutcome(BaseModel):
    """What a row of a workbook would do."""

    number: int
    title: str
    does: list[str]
    errors: list[CellError]


class ImportOutcome(BaseModel):
    """What a workbook would do: how many rows, changes by their kind, wrong cells; and some rows.

    Where cells are wrong, the rows shown are those that hold them.
    """

    rows: int
    changes: dict[str, int]
    errors: int
    shown: list[RowOutcome]

    @property
    def can_be_done(self) -> bool:
        return bool(self.changes) and not self.errors


class ImportOut(BaseModel):
    """A workbook that somebody sent, and the last that was asked for with it."""

    id: UUID
    register_name: str
    name: str
    state: ImportState
    created_at: datetime
    outcome: ImportOutcome | None
    job: JobOut
