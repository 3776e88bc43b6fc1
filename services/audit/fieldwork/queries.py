from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from services.audit.auditors.schemas import TeamRole
from services.audit.auditors.teams import members_of
from services.audit.fieldwork.models import (
    ChecklistTemplate,
    Met,
    Photograph,
    PlanVersion,
    Question,
    Reply,
    Slot,
    Wording,
)
from services.audit.fieldwork.schemas import (
    AnswerOut,
    ChecklistOut,
    FoundOut,
    MetOut,
    PlanOut,
    PlanVersionOut,
    QuestionOut,
    SlotOut,
)
from services.audit.models import Audit, Finding
from shared.catalogue import current
from shared.schemas import EvidenceOut
from shared.work import UnitOfWork

BESIDE: Final = (TeamRole.OBSERVER, TeamRole.GUIDE)
OVERLAP: Final = timedelta(minutes=1)
"""A transaction may commit after one that began later: news are told again for a while."""


def team_of(uow: UnitOfWork, audit: Audit) -> set[UUID]:
    """Who conducts the audit: its lead and the team, without those who watch or show the way."""
    seats = members_of(uow, audit.id)
    seated = {seat.person_id for seat in seats if seat.role not in BESIDE}
    return seated if audit.lead_id is None else seated | {audit.lead_id}


def slots(uow: UnitOfWork, audit_id: UUID) -> Sequence[Slot]:
    """The slots of a plan, by day and hour, without those that were dropped."""
    mine = uow.select(Slot).where(Slot.audit_id == audit_id, Slot.dropped_at.is_(None))
    return uow.session.scalars(mine.order_by(Slot.day, Slot.starts, Slot.id)).all()


def untold(uow: UnitOfWork, audit_id: UUID) -> Sequence[Slot]:
    """The slots that were dropped while those invited still expect them."""
    gone = uow.select(Slot).where(Slot.audit_id == audit_id, Slot.dropped_at.is_not(None))
    return uow.session.scalars(gone.where(Slot.sent.is_not(None))).all()


def slots_on(uow: UnitOfWork, slot: Slot) -> Sequence[Slot]:
    """What else is planned on that day, for this audit and others."""
    others = uow.select(Slot).where(Slot.day == slot.day, Slot.dropped_at.is_(None))
    return uow.session.scalars(others.where(Slot.id != slot.id)).all()


def versions(uow: UnitOfWork, audit_id: UUID) -> Sequence[PlanVersion]:
    sent = uow.select(PlanVersion).where(PlanVersion.audit_id == audit_id)
    return uow.session.scalars(sent.order_by(PlanVersion.number.desc())).all()


def plan(uow: UnitOfWork, audit_id: UUID) -> PlanOut:
    planned, sent = slots(uow, audit_id), versions(uow, audit_id)
    return PlanOut(
        slots=[SlotOut.model_validate(slot) for slot in planned],
        versions=[PlanVersionOut.model_validate(version) for version in sent],
        unsent=any(slot.changed for slot in planned) or bool(untold(uow, audit_id)),
    )


def worded(uow: UnitOfWork, audit_id: UUID) -> Select[Question, Wording]:
    """The questions of an audit in their order, each in the words of its current edition."""
    words = (Wording.question_id == Question.id) & (Wording.edition == Question.edition)
    asked = uow.select(Question).where(Question.audit_id == audit_id).join(Wording, words)
    return asked.add_columns(Wording).order_by(Question.position, Question.id)


def questions(uow: UnitOfWork, audit_id: UUID) -> list[QuestionOut]:
    return [as_shown(row) for row in uow.session.execute(worded(uow, audit_id))]


def question(uow: UnitOfWork, asked: Question) -> QuestionOut:
    one = worded(uow, asked.audit_id).where(Question.id == asked.id)
    return as_shown(uow.session.execute(one).one())


def as_shown(row: Row[Question, Wording]) -> QuestionOut:
    asked, words = row
    columns = {name: getattr(asked, name, None) for name in QuestionOut.model_fields}
    texts = {"text_fr": words.text_fr, "text_en": words.text_en}
    return QuestionOut.model_validate(columns | texts)


def answered(uow: UnitOfWork, audit_id: UUID) -> Sequence[Row[Question, Wording, Reply | None]]:
    """Each question with the answer that stands, in the words that the answer was given to."""
    given = (Reply.question_id == Question.id) & Reply.standing
    edition = func.coalesce(Reply.edition, Question.edition)
    words = (Wording.question_id == Question.id) & (Wording.edition == edition)
    asked = uow.select(Question).where(Question.audit_id == audit_id)
    found = asked.outerjoin(Reply, given).join(Wording, words).add_columns(Wording, Reply)
    return uow.session.execute(found.order_by(Question.position, Question.id)).all()


def standing(uow: UnitOfWork, question_id: UUID) -> Sequence[Reply]:
    """The answers to a question that nobody has taken up since; two of them contradict."""
    found = uow.select(Reply).where(Reply.question_id == question_id, Reply.standing)
    return uow.session.scalars(found.order_by(Reply.answered_at, Reply.id)).all()


def checklist(uow: UnitOfWork, audit_id: UUID) -> ChecklistOut:
    """All of it, in a statement for each kind of thing however long it is."""
    answers = uow.select(Reply).where(Reply.audit_id == audit_id, Reply.standing)
    found = uow.select(Finding).where(
        Finding.audit_id == audit_id, Finding.question_id.is_not(None)
    )
    seen = uow.select(Photograph).where(
        Photograph.object_id.in_(_asked(uow, audit_id)),
        Photograph.superseded_by.is_(None),
    )
    met = uow.select(Met).where(Met.audit_id == audit_id).order_by(Met.created_at, Met.id)
    rows = uow.session.scalars
    return ChecklistOut(
        questions=questions(uow, audit_id),
        answers=[AnswerOut.model_validate(row) for row in rows(answers.order_by(Reply.id))],
        findings=[FoundOut.model_validate(row) for row in rows(found.order_by(Finding.id))],
        photographs=[
            EvidenceOut.model_validate(row) for row in rows(seen.order_by(Photograph.uploaded_at))
        ],
        met=[MetOut.model_validate(row) for row in rows(met)],
    )


def _asked(uow: UnitOfWork, audit_id: UUID) -> Select[UUID]:
    mine = uow.select(Question).where(Question.audit_id == audit_id)
    return mine.with_only_columns(Question.id)


def news(
    uow: UnitOfWork, audit_id: UUID, since: datetime | None, question_id: UUID | None
) -> Select[Reply]:
    """Every answer, standing or not, that was given since; some of them once more."""
    given = uow.select(Reply).where(Reply.audit_id == audit_id)
    if question_id is not None:
        given = given.where(Reply.question_id == question_id)
    return given if since is None else given.where(Reply.answered_at > since - OVERLAP)


def to_settle(uow: UnitOfWork, audit_id: UUID) -> int:
    """How many questions have answers that contradict each other."""
    held = uow.select(Reply).where(Reply.audit_id == audit_id, Reply.standing)
    several = held.with_only_columns(Reply.question_id).group_by(Reply.question_id)
    rivals = several.having(func.count() > 1).subquery()
    return uow.session.scalar(select(func.count()).select_from(rivals)) or 0


def last_position(uow: UnitOfWork, audit_id: UUID) -> int:
    mine = uow.select(Question).where(Question.audit_id == audit_id)
    return uow.session.scalar(mine.with_only_columns(func.max(Question.position))) or 0


def neighbour(uow: UnitOfWork, asked: Question, *, up: bool) -> Question | None:
    """The question before or after in the checklist, among those that were not dropped."""
    kept = uow.select(Question).where(
        Question.audit_id == asked.audit_id, Question.dropped_for == ""
    )
    if up:
        before = kept.where(Question.position < asked.position)
        return uow.session.scalar(before.order_by(Question.position.desc()).limit(1))
    after = kept.where(Question.position > asked.position)
    return uow.session.scalar(after.order_by(Question.position).limit(1))


def template(uow: UnitOfWork, code: str) -> ChecklistTemplate | None:
    held = current(uow, ChecklistTemplate).where(ChecklistTemplate.code == code)
    return uow.session.scalar(held.with_for_update())
