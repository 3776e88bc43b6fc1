"""What a report says, before it is said in a language: the facts, with people's names."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import orjson

from services.audit.auditors.schemas import TeamRole
from services.audit.fieldwork.schemas import Verdict
from services.audit.reporting.schemas import Confidentiality
from services.audit.schemas import Grade, Method

SCHEMA: Final = "qse/audit-report/1"
GRADES: Final = (
    Grade.MAJOR,
    Grade.MINOR,
    Grade.OBSERVATION,
    Grade.IMPROVEMENT,
    Grade.STRENGTH,
)
"""From what weighs most to what is praised."""

CHAPTERS: Final = {
    Grade.STRENGTH: 0,
    Grade.MAJOR: 1,
    Grade.MINOR: 1,
    Grade.OBSERVATION: 1,
    Grade.IMPROVEMENT: 2,
}
"""What is praised, what is to be answered, what may be gained."""

_CITED = re.compile(r"^(?P<standard>.*?\d{4,5}(?:[:-]\d{4})?)[\s,;:§-]+(?P<clause>\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class AuditFacts:
    title: str
    site: str
    scope: str
    criteria: Sequence[str]
    objectives: str
    method: Method
    method_reason: str
    processes: Sequence[str]
    planned_for: date
    until: date
    started_on: date | None
    lead: str


@dataclass(frozen=True)
class Member:
    """Somebody of the team, and as what. Without a name: nobody who is known at the site now."""

    name: str
    role: TeamRole


@dataclass(frozen=True)
class Found:
    """A finding, with the number it has in this report."""

    grade: Grade
    process: str
    requirement: str
    statement: str
    evidence: str
    raised_on: date
    commitment: str = ""
    reason: str = ""
    number: int = 0

    @property
    def standard(self) -> str:
        return cited(self.requirement)[0]

    @property
    def clause(self) -> str:
        return cited(self.requirement)[1]

    @property
    def place(self) -> tuple[int, str, tuple[int, ...], int]:
        """Where it stands: in a chapter by its grade, there by criterion and clause."""
        steps = tuple(int(part) for part in self.clause.split(".")) if self.clause else ()
        return CHAPTERS[self.grade], self.standard, steps, GRADES.index(self.grade)


@dataclass(frozen=True)
class Checked:
    """A question of the checklist with the answer that stands.

    `verdict` is missing where nobody gave one, `dropped_for` says why a question was not asked.
    """

    standard: str
    clause: str
    requirement: str
    process: str
    question_fr: str
    question_en: str
    verdict: Verdict | None = None
    note: str = ""
    sample: str = ""
    reason: str = ""
    answered_by: str = ""
    dropped_for: str = ""


@dataclass(frozen=True)
class Content:
    reference: str
    edition: int
    corrected_for: str
    author: str
    audit: AuditFacts
    summary: str
    people_met: Sequence[str]
    deviations: str
    not_covered: str
    conformity: str
    effectiveness: str
    divergences: str
    confidentiality: Confidentiality
    readers: Sequence[str]
    policy_edition: int | None
    findings: Sequence[Found]
    team: Sequence[Member]
    checklist: Sequence[Checked]

    @property
    def digest(self) -> str:
        """A name for exactly this content."""
        return hashlib.sha256(orjson.dumps(self.told, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def told(self) -> dict[str, Any]:
        return {"schema": SCHEMA, **asdict(self)}

    def annex(self, at: datetime) -> Mapping[str, Any]:
        """The same for machines."""
        return {**self.told, "prepared_at": at}

    def of(self, *grades: Grade) -> list[Found]:
        return [finding for finding in self.findings if finding.grade in grades]


def cited(requirement: str) -> tuple[str, str]:
    """The standard and the clause that a requirement names; blank where it names none."""
    found = _CITED.match(requirement)
    return (found["standard"].strip(), found["clause"]) if found else ("", "")


def numbered(found: Iterable[Found]) -> list[Found]:
    """Findings as a reader comes to them, counted through."""
    in_order = sorted(found, key=lambda finding: finding.place)
    return [replace(finding, number=n) for n, finding in enumerate(in_order, start=1)]
