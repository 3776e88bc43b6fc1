"""The team of an audit: proposed, chosen, and kept with it."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.audit.auditors.schemas import TeamRole
from shared.errors import Problem
from shared.schemas import Change, In, Out


class Candidate(Out):
    """Somebody weighed for a team: fit as what, proposed as what, and why not if not."""

    person_id: UUID
    name: str
    fit_as: TeamRole | None
    proposed_as: TeamRole | None
    qualified_for: list[str]
    reasons: list[Problem]
    last_audited: date | None
    days: int
    speaks: bool


class Proposal(Out):
    """A team for an audit. `missing`: the references that nobody available covers."""

    audit_id: UUID
    version: int
    codes: list[str]
    missing: list[str]
    candidates: list[Candidate]


class SeatIn(In):
    """A place in a team. A conflict of a small site is accepted with a reason, or not at all."""

    person_id: UUID
    role: TeamRole
    derogation: str = Field(default="", max_length=2000)


class TeamIn(Change):
    seats: list[SeatIn] = Field(min_length=1, max_length=30)
    reason: str = Field(default="", max_length=2000)
    """Why it is not the team that was proposed."""


class MemberOut(Out):
    person_id: UUID
    role: TeamRole
    derogation: str
    derogated_by: UUID | None


class Seated(MemberOut):
    """A member of a team, and what stands against them today."""

    reasons: list[Problem]


class RecordOut(Out):
    """What was proposed, who was chosen and why, as it was when the audit started."""

    members: list[MemberOut]
    candidates: list[Candidate]
    reason: str
    decided_by: UUID | None
    decided_at: datetime | None
    frozen_at: datetime


class TeamOut(Out):
    members: list[Seated]
    uncovered: list[str]
    record: RecordOut | None
