"""Which of those who are fit make up the team. Pure calculation.

First whoever covers most; among equals who audited these processes least recently, then who has
the lightest month, then who speaks the language of those audited.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.audit.auditors.schemas import TeamRole


@dataclass(frozen=True)
class Eligible:
    """Somebody fit to audit, and by what they are ranked."""

    id: UUID
    name: str
    may_lead: bool
    codes: frozenset[str]
    last_audited: date | None = None
    days: int = 0
    speaks: bool = True

    @property
    def rank(self) -> tuple[date, int, bool, str]:
        return self.last_audited or date.min, self.days, not self.speaks, self.name


def ranked(eligible: Iterable[Eligible]) -> list[Eligible]:
    return sorted(eligible, key=lambda one: one.rank)


def composed(eligible: Iterable[Eligible], codes: frozenset[str]) -> dict[UUID, TeamRole]:
    """A lead, and as few members as cover all references together; as far as anybody does."""
    waiting = ranked(eligible)
    team: dict[UUID, TeamRole] = {}
    leads = [one for one in waiting if one.may_lead]
    if leads:
        lead = max(leads, key=lambda one: len(one.codes))
        team[lead.id] = TeamRole.LEAD
        codes -= lead.codes
    while codes:
        others = [one for one in waiting if one.id not in team and one.codes & codes]
        if not others:
            break
        best = max(others, key=lambda one: len(one.codes & codes))
        team[best.id] = TeamRole.AUDITOR
        codes -= best.codes
    return team
