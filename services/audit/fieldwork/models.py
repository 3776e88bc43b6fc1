from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.audit.fieldwork.errors import (
    AnswerNeedsReason,
    QuestionDropped,
    SlotEndsBeforeItStarts,
    WordingUnknown,
)
from services.audit.fieldwork.schemas import AnswerIn, SentSlot, Verdict
from services.audit.models import Model
from services.audit.schemas import SlotKind
from shared.catalogue import Superseded
from shared.db import OfSite
from shared.evidence import Filed


class Slot(OfSite, Model):
    """A part of an audit's plan. `sent` is what those invited were told last, and by when."""

    __tablename__ = "slot"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), index=True)
    kind: Mapped[SlotKind]
    day: Mapped[date] = mapped_column(index=True)
    starts: Mapped[time]
    ends: Mapped[time]
    place: Mapped[str]
    process: Mapped[str]
    auditor_id: Mapped[UUID | None]
    people: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    functions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sequence: Mapped[int | None]
    sent: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    dropped_at: Mapped[datetime | None]

    @property
    def told(self) -> SentSlot | None:
        return None if self.sent is None else SentSlot.model_validate(self.sent)

    @property
    def changed(self) -> bool:
        """Whether those invited know something else, or nothing."""
        return self.told != SentSlot.model_validate(self)

    def require_order(self) -> None:
        if self.ends <= self.starts:
            raise SlotEndsBeforeItStarts(starts=clock_time(self.starts), ends=clock_time(self.ends))

    def meets(self, other: "Slot") -> bool:
        return self.day == other.day and self.starts < other.ends and other.starts < self.ends

    def is_sent(self) -> None:
        """Those invited have been told of the slot as it stands."""
        self.sequence = 0 if self.sequence is None else self.sequence + 1
        self.sent = SentSlot.model_validate(self).model_dump(mode="json")


class PlanVersion(OfSite, Model):
    """The plan of an audit as it was sent. It is never edited."""

    __tablename__ = "plan_version"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), index=True)
    number: Mapped[int]
    sent_at: Mapped[datetime]
    sent_by: Mapped[UUID]
    slots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


UniqueConstraint(PlanVersion.audit_id, PlanVersion.number)


class Question(OfSite, Model):
    """A question of a checklist. Its words are those of its current edition."""

    __tablename__ = "question"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), index=True)
    requirement_id: Mapped[UUID | None]
    requirement: Mapped[str]
    clause: Mapped[str]
    process: Mapped[str]
    position: Mapped[int]
    edition: Mapped[int] = mapped_column(default=1)
    dropped_for: Mapped[str] = mapped_column(default="")

    def require_kept(self) -> None:
        if self.dropped_for:
            raise QuestionDropped(reason=self.dropped_for)


class Wording(OfSite, Model):
    """The words of one edition of a question: superseded, never edited, as answers refer to it."""

    __tablename__ = "wording"

    question_id: Mapped[UUID] = mapped_column(ForeignKey("audit.question.id"))
    edition: Mapped[int]
    text_fr: Mapped[str]
    text_en: Mapped[str]
    worded_by: Mapped[UUID]


UniqueConstraint(Wording.question_id, Wording.edition)


class Reply(OfSite, Model):
    """What somebody made of a question at some moment. Every save is a row; none is overwritten.

    The id is the browser's. An answer takes the place of those it follows; one that was given
    meanwhile, and that its author had not seen, goes on standing beside it until it is settled.
    """

    __tablename__ = "reply"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"))
    question_id: Mapped[UUID] = mapped_column(ForeignKey("audit.question.id"), index=True)
    edition: Mapped[int]
    follows: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    verdict: Mapped[Verdict | None]
    note: Mapped[str]
    sample: Mapped[str]
    reason: Mapped[str]
    answered_by: Mapped[UUID]
    answered_at: Mapped[datetime]
    standing: Mapped[bool] = mapped_column(default=True)


Index("ix_reply_news", Reply.audit_id, Reply.answered_at, Reply.id)
Index("ix_reply_standing", Reply.audit_id, postgresql_where=Reply.standing.is_(True))


class Met(OfSite, Model):
    """Somebody whom the auditors met."""

    __tablename__ = "met"

    audit_id: Mapped[UUID] = mapped_column(ForeignKey("audit.audit.id"), index=True)
    person_id: Mapped[UUID | None]
    name: Mapped[str]
    function: Mapped[str]


class ChecklistTemplate(Superseded, Model):
    """A checklist kept for other audits."""

    __tablename__ = "checklist_template"

    title: Mapped[str]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


UniqueConstraint(ChecklistTemplate.code, ChecklistTemplate.edition)


class Photograph(Filed, Model):
    """A file put with a question: what was seen there."""

    __tablename__ = "photograph"


def answer_to(question: Question, data: AnswerIn, by: UUID, at: datetime) -> Reply:
    if data.edition > question.edition:
        raise WordingUnknown(edition=data.edition)
    if data.verdict is not None and data.verdict.needs_reason and not data.reason:
        raise AnswerNeedsReason
    return Reply(
        **data.model_dump(),
        audit_id=question.audit_id,
        site_id=question.site_id,
        question_id=question.id,
        answered_by=by,
        answered_at=at,
    )


def clock_time(moment: time) -> str:
    return moment.strftime("%H:%M")
