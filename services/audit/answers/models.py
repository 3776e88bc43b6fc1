from collections import Counter
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from typing_extensions import override

from services.audit.answers.errors import (
    AnswerNotWaiting,
    DutyDoesNotFit,
    EvidenceTooSoon,
    GradeNotOnScale,
    GradeTwice,
)
from services.audit.answers.schemas import ScaleGrade
from services.audit.models import Model
from services.audit.schemas import AnswerState, Grade
from shared.catalogue import Superseded
from shared.db import OfSite
from shared.signing import Signable

TO_DECIDE = (AnswerState.ANSWERED, AnswerState.PROVEN)


class Body(Superseded, Model):
    """Who grades findings: a certification body, or the group itself. An edition is its scale."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("code", "edition"),)

    name: Mapped[str]
    grades: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    @cached_property
    def scale(self) -> list[ScaleGrade]:
        return [ScaleGrade.model_validate(grade) for grade in self.grades]

    def require_coherent(self) -> None:
        for code, count in Counter(grade.code.casefold() for grade in self.scale).items():
            if count > 1:
                raise GradeTwice(grade=code)
        for grade in self.scale:
            if not _fits(grade):
                raise DutyDoesNotFit(grade=grade.code, kind=grade.kind)

    def grade_of(self, kind: Grade, code: str = "") -> ScaleGrade:
        """The grade of that code, or the first that stands for a kind."""
        for grade in self.scale:
            if grade.kind is kind and code in ("", grade.code):
                return grade
        raise GradeNotOnScale(body=self.name, grade=code or kind)


class Answer(OfSite, Signable, Model):
    """A round: the audited answer a finding once. Sent back, they answer in another row."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("finding_id", "round"),)

    finding_id: Mapped[UUID] = mapped_column(ForeignKey("audit.finding.id"), index=True)
    process: Mapped[str]
    round: Mapped[int]
    correction: Mapped[str]
    extent: Mapped[str]
    root_cause: Mapped[str]
    plan: Mapped[str]
    owner_id: Mapped[UUID | None]
    due_on: Mapped[date | None]
    proof: Mapped[str]
    action_ids: Mapped[list[UUID]] = mapped_column(ARRAY(UuidType))
    state: Mapped[AnswerState] = mapped_column(default=AnswerState.ANSWERED)
    answered_by: Mapped[UUID]
    answered_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    brought: Mapped[str] = mapped_column(default="")
    brought_by: Mapped[UUID | None]
    brought_at: Mapped[datetime | None]

    words = ("correction", "extent", "root_cause", "plan", "owner_id", "due_on", "proof", "round")

    @property
    @override
    def label(self) -> str:
        return f"{self.process} · {self.round}"

    @property
    @override
    def made_by(self) -> tuple[UUID | None, ...]:
        return (self.answered_by, self.owner_id, self.brought_by)

    @property
    @override
    def place_and_process(self) -> tuple[UUID, str]:
        return self.site_id, self.process

    def accept(self, by: UUID, at: datetime) -> None:
        if self.state is not AnswerState.ANSWERED:
            raise AnswerNotWaiting(state=self.state)
        self.state, self.decided_by, self.decided_at = AnswerState.ACCEPTED, by, at

    def send_back(self, reason: str, by: UUID, at: datetime) -> None:
        if self.state not in TO_DECIDE:
            raise AnswerNotWaiting(state=self.state)
        self.state, self.decided_by, self.decided_at = AnswerState.SENT_BACK, by, at
        self.reason = reason

    def bring(self, brought: str, by: UUID, at: datetime) -> None:
        if self.state is not AnswerState.ACCEPTED:
            raise EvidenceTooSoon(state=self.state)
        self.state = AnswerState.PROVEN
        self.brought, self.brought_by, self.brought_at = brought, by, at


def _fits(grade: ScaleGrade) -> bool:
    if grade.kind.is_nonconformity:
        return grade.obliges
    forbidden = grade.blocks or (grade.obliges and grade.kind is Grade.STRENGTH)
    return not forbidden
