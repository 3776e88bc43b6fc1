"""Certification bodies with their scales, and answers to findings, as they are shown."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from services.audit.schemas import AnswerState, FindingStatus, Grade
from shared.schemas import Change, Day, In, Out

INTERNAL: Final = "INTERNE"


class Clock(StrEnum):
    """What a nonconformity is given time for: an answer, then evidence that it is dealt with."""

    ANSWER = "answer"
    CLOSING = "closing"


class ScaleGrade(In):
    """A grade of a body's own scale, which of the five kinds it stands for, and its delays.

    No delay: none is set. `working_days` has both counted without weekends and holidays.
    """

    code: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,19}$")
    kind: Grade
    title_fr: str = Field(min_length=2, max_length=80)
    title_en: str = Field(min_length=2, max_length=80)
    definition_fr: str = Field(default="", max_length=500)
    definition_en: str = Field(default="", max_length=500)
    obliges: StrictBool = False
    blocks: StrictBool = False
    answer_days: StrictInt | None = Field(default=None, ge=1, le=730)
    closing_days: StrictInt | None = Field(default=None, ge=1, le=1095)
    working_days: StrictBool = False


class BodyIn(In):
    code: str = Field(pattern=r"^[A-Z][A-Z0-9_]{1,39}$")
    name: str = Field(min_length=2, max_length=200)
    grades: list[ScaleGrade] = Field(min_length=1, max_length=20)


class BodyOut(Out):
    id: UUID
    version: int
    code: str
    edition: int
    name: str
    grades: list[ScaleGrade]
    superseded_at: datetime | None

    @property
    def is_internal(self) -> bool:
        """Whether the body stands for the group itself: its scale is that of every other audit."""
        return self.code == INTERNAL

    def grade(self, code: str) -> ScaleGrade:
        return next(grade for grade in self.grades if grade.code == code)


class AnswerIn(In):
    """What the audited say to a finding. A nonconformity needs correction, cause and plan."""

    version: StrictInt
    correction: str = Field(default="", max_length=4000)
    extent: str = Field(default="", max_length=4000)
    root_cause: str = Field(default="", max_length=4000)
    plan: str = Field(default="", max_length=4000)
    owner_id: UUID | None = None
    due_on: Day | None = None
    proof: str = Field(default="", max_length=4000)


class AcceptIn(Change):
    """The answer is accepted on the version that was shown."""


class SendBackIn(Change):
    reason: str = Field(min_length=5, max_length=2000)


class EvidenceIn(Change):
    brought: str = Field(min_length=5, max_length=4000)


class AnswerOut(Out):
    """A round: what was answered, and what the reviewer made of it. None is ever rewritten."""

    id: UUID
    version: int
    finding_id: UUID
    site_id: UUID
    round: int
    correction: str
    extent: str
    root_cause: str
    plan: str
    owner_id: UUID | None
    due_on: date | None
    proof: str
    action_ids: list[UUID]
    state: AnswerState
    answered_by: UUID
    answered_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    reason: str
    brought: str
    brought_by: UUID | None
    brought_at: datetime | None


class Part(Out):
    """What the caller may do with the answer to a finding."""

    may_answer: bool
    may_review: bool


class Earlier(Out):
    """The same requirement, found wanting before."""

    finding_id: UUID
    audit_id: UUID
    audit: str
    site_id: UUID
    process: str
    grade: Grade
    statement: str
    raised_on: date
    status: FindingStatus


class Repeats(Out):
    """What was found before against a requirement: here, and at other sites the caller may see.

    `proposed` is the grade that follows when a minor nonconformity was not lifted by this audit.
    """

    here: list[Earlier]
    elsewhere: list[Earlier]
    proposed: Grade | None


class By(StrEnum):
    """What findings are counted by."""

    REQUIREMENT = "requirement"
    PROCESS = "process"
    SITE = "site"
    YEAR = "year"


class Tally(Out):
    """How many findings of a grade there are of a clause, a process, a site or a year."""

    by: By
    key: str
    grade: Grade
    count: int


class Recurrence(Out):
    """Of what was found wanting in a year, how much had been found before."""

    year: int
    found: int
    repeated: int


class Ages(Out):
    """How long nonconformities that are open have been so: how many up to so many days."""

    up_to: int | None
    count: int


class Timeliness(Out):
    """How answers came in: in time, late; and those that are waited for, still in time or not."""

    in_time: int
    late: int
    waited_for: int
    overdue: int


class Statistics(Out):
    tallies: list[Tally]
    recurrence: list[Recurrence]
    ages: list[Ages]
    mean_age: float | None
    timeliness: Timeliness
