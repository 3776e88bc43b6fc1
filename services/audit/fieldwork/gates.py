"""What stands between an audit and its start, its answers and its end."""

from uuid import UUID

from services.audit.fieldwork.errors import (
    AnswersToSettle,
    AuditNotPrepared,
    ChecklistFrozen,
    NotOnTheTeam,
    PlanFrozen,
    QuestionOfAnotherAudit,
    RoomNotOpen,
)
from services.audit.fieldwork.models import Question
from services.audit.fieldwork.queries import slots, team_of, to_settle
from services.audit.models import Audit
from services.audit.schemas import AuditOrigin, AuditStatus
from shared.work import UnitOfWork

OPEN = (AuditStatus.PLANNED, AuditStatus.UNDER_WAY)


def require_team(uow: UnitOfWork, audit: Audit) -> None:
    if uow.actor.id not in team_of(uow, audit) and not uow.actor.all_powerful:
        raise NotOnTheTeam(audit=audit.title)


def require_reader(uow: UnitOfWork, audit: Audit) -> None:
    """What is asked, and answered so far, is the team's until the fieldwork has ended."""
    if audit.status in OPEN:
        require_team(uow, audit)


def require_prepared(uow: UnitOfWork, audit: Audit) -> None:
    """An audit starts with its objectives, its method and a plan; the reason for it is written.

    An unscheduled one answers a risk at short notice: its lead sees on site whom to meet. An
    outside body prepares its own audits, and brings its plan along.
    """
    if audit.is_external:
        return
    needed = {"objectives": audit.objectives, "method_reason": audit.method_reason}
    missing = [name for name, text in needed.items() if not text]
    if audit.origin is not AuditOrigin.RISK and not slots(uow, audit.id):
        missing.append("audit_plan")
    if missing:
        raise AuditNotPrepared(audit=audit.title, missing=", ".join(missing))


def audit_to_plan(uow: UnitOfWork, audit_id: UUID) -> Audit:
    audit = uow.get(Audit, audit_id, lock=True)
    require_team(uow, audit)
    if audit.status not in OPEN:
        raise PlanFrozen(audit=audit.title, status=audit.status)
    return audit


def audit_to_question(uow: UnitOfWork, audit_id: UUID) -> Audit:
    """The audit whose checklist is written: before it starts, and while it is under way."""
    audit = uow.get(Audit, audit_id, lock=True)
    require_team(uow, audit)
    if audit.status not in OPEN:
        raise ChecklistFrozen(audit=audit.title, status=audit.status)
    return audit


def audit_in_the_room(uow: UnitOfWork, audit_id: UUID) -> Audit:
    """The audit whose team answers now; its fieldwork does not end meanwhile."""
    audit = uow.get(Audit, audit_id, lock=True)
    require_team(uow, audit)
    if audit.status is AuditStatus.PLANNED:
        raise RoomNotOpen(audit=audit.title, status=audit.status)
    if audit.status is not AuditStatus.UNDER_WAY:
        raise ChecklistFrozen(audit=audit.title, status=audit.status)
    return audit


def question_in_the_room(uow: UnitOfWork, question_id: UUID) -> Question:
    """A question that may be answered now, or be given a photograph."""
    question = uow.get(Question, question_id)
    audit_in_the_room(uow, question.audit_id)
    return question


def question_to_read(uow: UnitOfWork, question_id: UUID) -> Question:
    question = uow.get(Question, question_id)
    require_reader(uow, uow.get(Audit, question.audit_id))
    return question


def require_question_of(uow: UnitOfWork, audit_id: UUID, question_id: UUID | None) -> None:
    if question_id is not None and uow.get(Question, question_id).audit_id != audit_id:
        raise QuestionOfAnotherAudit


def require_settled(uow: UnitOfWork, audit: Audit) -> None:
    count = to_settle(uow, audit.id)
    if count:
        raise AnswersToSettle(audit=audit.title, count=count)
