"""What the sealed record shows of itself, and the work that people ask for on it."""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.schemas import Out

LONGEST_WAIT_S: Final = 60
MOST_WAITING: Final = 100
"""A change waits for its checkpoint for so long, or for so many changes: see runtime/record."""

KEPT_HOURS: Final = 24
MOST_UNDER_WAY: Final = 3


class JobStatus(StrEnum):
    WAITING = "waiting"
    UNDER_WAY = "under_way"
    DONE = "done"
    FAILED = "failed"


class Problem(StrEnum):
    """Why a job came to nothing."""

    STOPPED = "stopped"
    """The worker failed, or took longer than a job may."""
    NOT_YOURS = "not_yours"
    TOO_LARGE = "too_large"
    DISAGREEMENT = "disagreement"
    """The record does not continue what was signed: nothing can be proved until it does."""


class CheckpointOut(Out):
    """A checkpoint as it was signed: a text that says nothing of any site."""

    number: int
    made_at: datetime
    note: str


class RecordOut(Out):
    """How the sealing goes."""

    waiting: int
    """Changes that no checkpoint covers yet."""
    looked_at: datetime | None
    """When the sealer last looked. Long ago: nothing is sealed."""
    disagreement: str | None
    """Why nothing is sealed, for those who see the whole group."""
    disagrees: bool
    newest: CheckpointOut | None
    verifying: bool
    """Whether somebody asked for a verification that is not over."""


class JobOut(Out):
    id: UUID
    status: JobStatus
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    problem: Problem | None


class VerificationOut(JobOut):
    """What was found, in numbers and sentences for those who see the whole group."""

    person_id: UUID
    intact: bool | None = None
    """None while it is under way, and if it came to nothing."""
    rows: int | None
    checkpoints: int | None
    found: int | None
    findings: list[str]


class ProofOut(JobOut):
    """One site's record, asked for by the person who reads this."""

    node_id: UUID
    expires_at: datetime | None
    rows: int | None
    checkpoint: int | None
    size: int | None
