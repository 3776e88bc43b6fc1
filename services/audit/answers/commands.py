"""What can be done with a body's scale, and with the answer to a finding."""

from datetime import date
from typing import Any
from uuid import UUID

from services.audit.answers import duty
from services.audit.answers.errors import (
    AnswerIncomplete,
    AnswerNotAccepted,
    NothingToAnswer,
)
from services.audit.answers.models import Answer, Body
from services.audit.answers.queries import body_of, earlier_here, rounds
from services.audit.answers.requirements import key_of
from services.audit.answers.scales import answer_due_on, closing_due_on
from services.audit.answers.schemas import (
    AcceptIn,
    AnswerIn,
    BodyIn,
    EvidenceIn,
    ScaleGrade,
    SendBackIn,
)
from services.audit.events import (
    AnswerAccepted,
    AnswerSentBack,
    EvidenceBrought,
    FindingAnswered,
)
from services.audit.models import Audit, Finding
from services.audit.queries import actions_on
from services.audit.schemas import AnswerState, FindingStatus, Grade
from shared.catalogue import supersede
from shared.schemas import Meaning
from shared.signing import require_other_hands, signing
from shared.work import UnitOfWork

NEEDED = ("correction", "root_cause", "plan", "owner_id", "due_on")
"""What a nonconformity cannot be answered without. Anything else is answered in some words."""


def add_body(uow: UnitOfWork, data: BodyIn) -> Body:
    uow.require_whole_group()
    body = Body(**data.model_dump(mode="json"))
    body.require_coherent()
    return uow.add(body)


def supersede_body(uow: UnitOfWork, body_id: UUID, data: BodyIn) -> Body:
    """Put another edition of a scale in force. What was graded on the old one keeps it."""
    old = uow.get(Body, body_id, lock=True)
    edition = Body(**data.model_dump(mode="json"))
    edition.require_coherent()
    return supersede(uow, old, data.model_dump(mode="json", exclude={"code"}))


def grade(uow: UnitOfWork, audit: Audit, finding: Finding) -> Finding:
    """Put a finding on its body's scale, start its clocks, and know it again if it was there."""
    body = body_of(uow, audit)
    on_scale = body.grade_of(finding.grade, finding.body_grade)
    finding.body_id, finding.body_grade = body.id, on_scale.code
    finding.obliges = on_scale.obliges
    finding.requirement_key = key_of(finding.requirement)
    before = earlier_here(uow, finding)
    if before is not None:
        lifted = before.status is FindingStatus.CLOSED or before.grade is not Grade.MINOR
        finding.repeats_id = before.id
        finding.escalates = finding.grade is Grade.MAJOR and not lifted
    _ask(finding, on_scale, since=finding.raised_on)
    return finding


def ask_again(uow: UnitOfWork, finding: Finding) -> None:
    """What was answered proved to be without effect: another answer is due, from today."""
    if finding.answer_state is not AnswerState.NOT_ASKED:
        body = uow.get(Body, finding.body_id)
        finding.answer_told = finding.closing_told = 0
        _ask(finding, body.grade_of(finding.grade, finding.body_grade), since=uow.now.date())


def answer(uow: UnitOfWork, finding_id: UUID, data: AnswerIn) -> Answer:
    """Answer a finding, once more if it was sent back. The reviewer is told."""
    finding = uow.get(Finding, finding_id, lock=True, seen=data)
    duty.require_answerer(uow, finding)
    if not finding.answer_state.waits_for_answer:
        raise NothingToAnswer(state=finding.answer_state)
    _require_complete(finding, data)
    if data.owner_id is not None:
        duty.require_hand(uow, data.owner_id, finding.site_id)
    answered = uow.add(_round(uow, finding, data))
    finding.answer_state, finding.answered_on = answered.state, uow.now.date()
    event = FindingAnswered(**_about(finding, answered), reviewer_id=_reviewer(uow, finding))
    uow.publish(event, about=finding)
    return answered


def accept(uow: UnitOfWork, answer_id: UUID, data: AcceptIn) -> Answer:
    """Accept an answer: by an auditor of the audit who had no hand in it, nor owns the process."""
    with signing(uow, Answer, answer_id, data, Meaning.APPROVED) as answered:
        finding = uow.get(Finding, answered.finding_id, lock=True)
        duty.require_reviewer(uow, finding)
        answered.accept(by=uow.actor.id, at=uow.now)
        finding.answer_state = answered.state
    event = AnswerAccepted(**_about(finding, answered), answered_by=answered.answered_by)
    uow.publish(event, about=finding)
    return answered


def send_back(uow: UnitOfWork, answer_id: UUID, data: SendBackIn) -> Answer:
    """Ask for another answer, or for other evidence, with the reason."""
    answered, finding = _judged(uow, answer_id, data)
    require_other_hands(uow, answered.label, answered.made_by)
    uow.because(data.reason)
    answered.send_back(data.reason, by=uow.actor.id, at=uow.now)
    finding.answer_state = answered.state
    event = AnswerSentBack(**_about(finding, answered), answered_by=answered.answered_by)
    uow.publish(event, about=finding)
    return answered


def bring_evidence(uow: UnitOfWork, answer_id: UUID, data: EvidenceIn) -> Answer:
    answered = uow.get(Answer, answer_id, lock=True, seen=data)
    finding = uow.get(Finding, answered.finding_id, lock=True)
    duty.require_answerer(uow, finding)
    finding.require_open()
    answered.bring(data.brought, by=uow.actor.id, at=uow.now)
    finding.answer_state = answered.state
    event = EvidenceBrought(**_about(finding, answered), reviewer_id=_reviewer(uow, finding))
    uow.publish(event, about=finding)
    return answered


def require_accepted(finding: Finding) -> None:
    """A nonconformity closes on an answer that somebody independent accepted."""
    if finding.grade.is_nonconformity and not finding.answer_state.is_accepted:
        raise AnswerNotAccepted(state=finding.answer_state)


def hands(uow: UnitOfWork, finding: Finding) -> list[UUID | None]:
    """Who had a hand in the answers to a finding, and so does not close it."""
    return [hand for one in rounds(uow, finding.id) for hand in one.made_by]


def _judged(uow: UnitOfWork, answer_id: UUID, data: SendBackIn) -> tuple[Answer, Finding]:
    answered = uow.get(Answer, answer_id, lock=True, seen=data)
    finding = uow.get(Finding, answered.finding_id, lock=True)
    duty.require_reviewer(uow, finding)
    finding.require_open()
    return answered, finding


def _ask(finding: Finding, on_scale: ScaleGrade, since: date) -> None:
    asked = on_scale.obliges or on_scale.answer_days is not None
    finding.answer_state = AnswerState.TO_ANSWER if asked else AnswerState.NOT_ASKED
    finding.answer_due_on = answer_due_on(on_scale, since)
    finding.closing_due_on = closing_due_on(on_scale, since)


def _require_complete(finding: Finding, data: AnswerIn) -> None:
    missing = [name for name in NEEDED if not getattr(data, name)]
    if finding.grade.is_nonconformity and missing:
        raise AnswerIncomplete(missing=", ".join(missing))
    if not (data.correction or data.plan):
        raise AnswerIncomplete(missing="correction")


def _round(uow: UnitOfWork, finding: Finding, data: AnswerIn) -> Answer:
    """What is answered, with the actions that were known to deal with it by then."""
    taken = [action.id for action in actions_on(uow, finding.id) if not action.cancelled]
    return Answer(
        **data.model_dump(exclude={"version"}),
        finding_id=finding.id,
        site_id=finding.site_id,
        process=finding.process,
        round=len(rounds(uow, finding.id)) + 1,
        action_ids=taken,
        answered_by=uow.actor.id,
        answered_at=uow.now,
    )


def _reviewer(uow: UnitOfWork, finding: Finding) -> UUID | None:
    """Who is to judge: the lead; of an outside body's audit, whoever coordinates the site."""
    audit = uow.get(Audit, finding.audit_id)
    return None if audit.is_external else audit.lead_id


def _about(finding: Finding, answered: Answer) -> dict[str, Any]:
    return {
        "finding_id": finding.id,
        "audit_id": finding.audit_id,
        "site_id": finding.site_id,
        "grade": finding.grade,
        "round": answered.round,
    }
