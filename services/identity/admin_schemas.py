"""What the administration of the tree, its people and their roles takes in and shows."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from services.identity.schemas import (
    Email,
    GrantIn,
    GrantOut,
    Language,
    PersonalTokenOut,
    PersonOut,
)
from shared.schemas import Change, In, Out

LONGEST_MONTHS = 24


class ProposalStatus(StrEnum):
    PENDING = "pending"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class SheetKind(StrEnum):
    """What a workbook lists."""

    PEOPLE = "people"
    PLACES = "places"


class FileFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


class NodeMove(Change):
    parent_id: UUID


class PersonChange(Change):
    name: str = Field(min_length=2, max_length=200)
    email: Email
    language: Language
    manager_email: Email | None = None
    """The address of who they report to; nobody if it is left out."""


class ProposalIn(GrantIn):
    """A coordinator's role for somebody. It takes effect when a second person confirms it."""


class RefusalIn(In):
    reason: str = Field(min_length=3, max_length=500)


class ProposalOut(GrantOut):
    proposed_by: UUID
    created_at: datetime
    expires_at: datetime
    status: ProposalStatus
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str


class PersonRow(PersonOut):
    """A person as the roster shows them: what they hold today and when they were last here."""

    grants: list[GrantOut]
    seen_at: datetime | None


class SessionShown(Out):
    id: UUID
    created_at: datetime
    seen_at: datetime
    agent: str


class PersonSheet(PersonOut):
    """All that an administrator needs of one person; roles that are over stay on record."""

    joined: bool
    """Whether they have a password. Who has none is invited."""
    manager: PersonOut | None
    """Whom they report to, if the caller may know of them."""
    grants: list[GrantOut]
    proposals: list[ProposalOut]
    sessions: list[SessionShown]
    tokens: list[PersonalTokenOut]
    seen_at: datetime | None
