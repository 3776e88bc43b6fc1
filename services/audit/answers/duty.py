"""Who answers a finding, who judges the answer, and who enters what an outside body found."""

from uuid import UUID

from services.audit.answers.errors import (
    NotYoursToAnswer,
    NotYoursToRecord,
    NotYoursToReview,
    OwnerMayNotAnswer,
)
from services.audit.answers.schemas import Part
from services.audit.models import Audit, Finding
from services.audit.queries import actions_on, holds
from shared.auth import matrix
from shared.directory import owns_process
from shared.signing import OwnProcess
from shared.work import UnitOfWork

ANSWER, PLAN, REVIEW = "audit:answer", "audit:plan", "audit:close"
COORDINATORS = ("site_coordinator", "group_coordinator")


def part(uow: UnitOfWork, finding: Finding) -> Part:
    """What the caller may do with the answer to a finding, for the page that offers it."""
    audit, site = uow.get(Audit, finding.audit_id), finding.site_id
    return Part(
        may_answer=uow.actor.may(ANSWER, site) and _answers(uow, finding),
        may_review=uow.actor.may(REVIEW, site) and _reviews(uow, audit),
    )


def require_answerer(uow: UnitOfWork, finding: Finding) -> None:
    if not _answers(uow, finding):
        raise NotYoursToAnswer


def require_reviewer(uow: UnitOfWork, finding: Finding) -> None:
    audit = uow.get(Audit, finding.audit_id)
    if not _reviews(uow, audit):
        raise NotYoursToReview(audit=audit.title)
    if owns_process(uow, uow.actor.id, finding.site_id, finding.process):
        raise OwnProcess(process=finding.process, record=finding.label)


def require_raiser(uow: UnitOfWork, audit: Audit) -> None:
    """A certifier does not sign in to write: who plans audits at the site enters its findings."""
    if not audit.is_external:
        audit.require_lead(uow.actor)
    elif not uow.actor.may(PLAN, audit.site_id):
        raise NotYoursToRecord


def require_hand_in(uow: UnitOfWork, finding: Finding) -> None:
    """Files come from who raised a finding, and from who answers it."""
    if not _answers(uow, finding):
        require_raiser(uow, uow.get(Audit, finding.audit_id))


def require_hand(uow: UnitOfWork, person_id: UUID, site_id: UUID) -> None:
    """Whoever is to do what was planned can also say how it went."""
    roles = [role for role, gives in matrix().items() if ANSWER in gives]
    day = uow.now.date()
    if not any(holds(uow, person_id, role, site_id, day) for role in roles):
        raise OwnerMayNotAnswer


def owners_of(uow: UnitOfWork, finding: Finding) -> list[UUID]:
    """Who owns the actions that are taken on it."""
    taken = [action for action in actions_on(uow, finding.id) if not action.cancelled]
    return list(dict.fromkeys(a.owner_id for a in taken if a.owner_id is not None))


def _answers(uow: UnitOfWork, finding: Finding) -> bool:
    me, site = uow.actor.id, finding.site_id
    if me in owners_of(uow, finding) or owns_process(uow, me, site, finding.process):
        return True
    return any(holds(uow, me, role, site, uow.now.date()) for role in COORDINATORS)


def _reviews(uow: UnitOfWork, audit: Audit) -> bool:
    """Of an outside body's audit, who plans audits at the site passes on what it decided."""
    if audit.is_external:
        return uow.actor.may(PLAN, audit.site_id)
    return uow.actor.id == audit.lead_id
