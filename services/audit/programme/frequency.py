"""How often a process is audited at a site: proposed from risk and from past results.

The score adds up the criticality of the process (1 to 3), its open nonconformities (0 to 2), what
changed (0 to 2) and the age of its last audit (0 to 2); it gives the months between two audits. A
process that nobody rated has no score: it is asked for, and never taken for harmless.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.audit.programme.months import add_months


@dataclass(frozen=True)
class Method:
    """An edition of the rule. What was proposed by one keeps its number."""

    edition: int
    months: tuple[tuple[int, int], ...]
    """The highest score of each step, and the months between two audits."""
    many_open: int
    """From how many open minor nonconformities on they weigh as much as a major one."""
    ages: tuple[int, int]
    """Months after which the last audit counts 1, and 2."""


METHODS: Final = {1: Method(1, ((3, 36), (5, 24), (7, 12), (9, 6)), 3, (12, 24))}
CURRENT: Final = METHODS[1]
MOST: Final = 2


@dataclass(frozen=True)
class Facts:
    """What is known of a process at a site."""

    criticality: int
    changes: int
    open_minor: int
    open_major: int
    last_audit: date | None


@dataclass(frozen=True)
class Proposed:
    """The arithmetic: four terms, their sum, the interval, and when the next audit is due."""

    edition: int
    criticality: int
    nonconformities: int
    changes: int
    age: int
    score: int
    months: int
    due_on: date


def proposed(facts: Facts, today: date, method: Method = CURRENT) -> Proposed:
    nonconformities = _weight_of_open(facts, method)
    age = _weight_of_age(facts.last_audit, today, method)
    score = facts.criticality + nonconformities + facts.changes + age
    months = next(months for highest, months in method.months if score <= highest)
    due_on = today if facts.last_audit is None else add_months(facts.last_audit, months)
    return Proposed(
        method.edition,
        facts.criticality,
        nonconformities,
        facts.changes,
        age,
        score,
        months,
        due_on,
    )


def _weight_of_open(facts: Facts, method: Method) -> int:
    if facts.open_major or facts.open_minor >= method.many_open:
        return MOST
    return 1 if facts.open_minor else 0


def _weight_of_age(last: date | None, today: date, method: Method) -> int:
    if last is None:
        return MOST
    return sum(today > add_months(last, months) for months in method.ages)
