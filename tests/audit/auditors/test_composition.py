"""Who makes up a team, of those who are fit."""

from datetime import date
from typing import Any
from uuid import UUID

from services.audit.auditors.composition import Eligible, composed, ranked
from services.audit.auditors.schemas import TeamRole

Q, E, S = "ISO 9001", "ISO 14001", "ISO 45001"


def one(number: int, *codes: str, **more: Any) -> Eligible:  # noqa: ANN401
    facts = {"may_lead": True} | more
    return Eligible(UUID(int=number), f"Person {number}", codes=frozenset(codes), **facts)


def roles(team: dict[UUID, TeamRole]) -> dict[int, str]:
    return {id.int: role.value for id, role in team.items()}


def test_one_who_covers_all_goes_alone() -> None:
    assert roles(composed([one(1, Q), one(2, Q, E, S)], frozenset({Q, E, S}))) == {2: "lead"}


def test_a_team_covers_all_references_together() -> None:
    team = composed([one(1, Q, E), one(2, S, may_lead=False), one(3, S, E)], frozenset({Q, E, S}))

    assert roles(team) == {1: "lead", 2: "auditor"}


def test_what_nobody_covers_stays_uncovered() -> None:
    assert roles(composed([one(1, Q)], frozenset({Q, E}))) == {1: "lead"}


def test_without_anybody_to_lead_members_are_proposed_all_the_same() -> None:
    assert roles(composed([one(1, Q, may_lead=False)], frozenset({Q}))) == {1: "auditor"}
    assert composed([], frozenset({Q})) == {}


def test_they_take_turns_then_the_lightest_month_then_the_language() -> None:
    people = [
        one(1, last_audited=date(2026, 5, 4)),
        one(2, last_audited=date(2025, 5, 4), days=4),
        one(3, last_audited=date(2025, 5, 4), days=2, speaks=False),
        one(4, last_audited=date(2025, 5, 4), days=2),
        one(5),
    ]

    assert [person.id.int for person in ranked(people)] == [5, 4, 3, 2, 1]
