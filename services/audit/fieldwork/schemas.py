"""The fieldwork of an audit: its plan, its checklist, and what is answered in the audit room."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt

from services.audit.schemas import Grade, Method, SlotKind
from shared.schemas import Change, Day, EvidenceOut, In, Out, TimeOfDay

Code = Annotated[str, Field(min_length=1, max_length=40)]


class Verdict(StrEnum):
    """What an auditor answers. There is no answer that a question starts with."""

    CONFORM = "conform"
    NONCONFORMITY = "nonconformity"
    OBSERVATION = "observation"
    IMPROVEMENT = "improvement"
    STRENGTH = "strength"
    NOT_AUDITED = "not_audited"
    NOT_APPLICABLE = "not_applicable"

    @property
    def needs_reason(self) -> bool:
        """Nothing was looked at: whoever reads the report asks why."""
        return self in (Verdict.NOT_AUDITED, Verdict.NOT_APPLICABLE)


class PreparationIn(Change):
    """What is settled before an audit starts."""

    scope: str = Field(default="", max_length=4000)
    criteria: list[str] = Field(default=[], max_length=20)
    objectives: str = Field(default="", max_length=4000)
    method: Method
    method_reason: str = Field(default="", max_length=2000)
    reference_ids: list[UUID] = Field(default=[], max_length=20)
    processes: list[Code] = Field(default=[], max_length=40)


class SlotIn(In):
    """When, where and whom an auditor meets. Without an auditor the whole team is there."""

    id: UUID | None = None
    kind: SlotKind
    day: Day
    starts: TimeOfDay
    ends: TimeOfDay
    place: str = Field(default="", max_length=200)
    process: str = Field(default="", max_length=40)
    auditor_id: UUID | None = None
    people: list[UUID] = Field(default=[], max_length=30)
    functions: list[Annotated[str, Field(max_length=120)]] = Field(default=[], max_length=20)


class SlotChange(SlotIn, Change):
    """The slot anew; its id is in the address."""


class SlotOut(Out):
    """`sequence` counts the invitations to it; none was sent while it is null."""

    id: UUID
    version: int
    audit_id: UUID
    site_id: UUID
    kind: SlotKind
    day: date
    starts: TimeOfDay
    ends: TimeOfDay
    place: str
    process: str
    auditor_id: UUID | None
    people: list[UUID]
    functions: list[str]
    sequence: int | None
    changed: bool


class SentSlot(Out):
    """A slot as it stood in a version of the plan."""

    id: UUID
    kind: SlotKind
    day: date
    starts: TimeOfDay
    ends: TimeOfDay
    place: str
    process: str
    auditor_id: UUID | None
    people: list[UUID]
    functions: list[str]


class PlanVersionOut(Out):
    """The plan as it was sent to those it concerns. It stays as it was."""

    id: UUID
    number: int
    sent_at: datetime
    sent_by: UUID
    slots: list[SentSlot]


class PlanOut(Out):
    """The slots as they stand, and the versions that were sent, the newest first.

    `unsent`: there is something that those invited do not know yet.
    """

    slots: list[SlotOut]
    versions: list[PlanVersionOut]
    unsent: bool


class QuestionIn(In):
    id: UUID | None = None
    requirement: str = Field(default="", max_length=500)
    process: str = Field(default="", max_length=40)
    text_fr: str = Field(min_length=3, max_length=1000)
    text_en: str = Field(default="", max_length=1000)


class RewordIn(Change):
    text_fr: str = Field(min_length=3, max_length=1000)
    text_en: str = Field(default="", max_length=1000)


class DropIn(Change):
    reason: str = Field(min_length=5, max_length=1000)


class MoveIn(Change):
    """One place towards the start of the checklist, or towards its end."""

    up: StrictBool


class QuestionOut(Out):
    """A question in the words of its current edition."""

    id: UUID
    version: int
    audit_id: UUID
    site_id: UUID
    requirement_id: UUID | None
    requirement: str
    clause: str
    process: str
    position: int
    edition: int
    text_fr: str
    text_en: str
    dropped_for: str


class AnswerIn(In):
    """What an auditor makes of a question. The browser makes the id: what is sent again is known.

    `follows`: the answers that were on the screen. What else is there by then stays beside it.
    """

    id: UUID
    follows: list[UUID] = Field(default=[], max_length=20)
    edition: StrictInt = Field(ge=1)
    verdict: Verdict | None = None
    note: str = Field(default="", max_length=4000)
    sample: str = Field(default="", max_length=2000)
    reason: str = Field(default="", max_length=1000)


class AnswerOut(Out):
    """`standing`: nobody has answered anew since. Two that stand are to be settled."""

    id: UUID
    question_id: UUID
    edition: int
    follows: list[UUID]
    verdict: Verdict | None
    note: str
    sample: str
    reason: str
    answered_by: UUID
    answered_at: datetime
    standing: bool


class MetIn(In):
    """Somebody whom the auditors met: one of the platform's people, or a name."""

    id: UUID | None = None
    person_id: UUID | None = None
    name: str = Field(min_length=2, max_length=120)
    function: str = Field(default="", max_length=120)


class MetOut(Out):
    id: UUID
    version: int
    person_id: UUID | None
    name: str
    function: str


class FoundOut(Out):
    """A finding that was raised from a question."""

    id: UUID
    question_id: UUID
    grade: Grade


class ChecklistOut(Out):
    """All that the audit room shows: questions in order, the answers that stand, who was met."""

    questions: list[QuestionOut]
    answers: list[AnswerOut]
    findings: list[FoundOut]
    photographs: list[EvidenceOut]
    met: list[MetOut]


class Made(Out):
    """How many questions were added; those that were there already are not asked twice."""

    added: int


class TemplateIn(In):
    """The checklist of an audit, kept for others. A code that is known gets its next edition."""

    code: Code
    title: str = Field(min_length=3, max_length=200)


class FromTemplateIn(In):
    template_id: UUID


class TemplateQuestion(Out):
    requirement_id: UUID | None
    requirement: str
    clause: str
    process: str
    text_fr: str
    text_en: str


class TemplateOut(Out):
    id: UUID
    code: str
    edition: int
    title: str
    questions: list[TemplateQuestion]
