"""What can be done to an audit. Each function is one change and the event that tells of it."""

from datetime import timedelta
from uuid import UUID

from services.audit.answers import commands as answers
from services.audit.answers import duty
from services.audit.answers.queries import body_of
from services.audit.auditors import teams
from services.audit.errors import (
    AuditHasOpenNonconformities,
    FindingHasNoAction,
    FindingHasOpenActions,
)
from services.audit.events import (
    AuditPlanned,
    AuditStarted,
    FindingClosed,
    FindingReopened,
)
from services.audit.fieldwork.gates import (
    require_prepared,
    require_question_of,
    require_settled,
)
from services.audit.library.queries import (
    references_named,
    require_in_force,
    require_processes_at,
)
from services.audit.models import Audit, Finding, FindingAction
from services.audit.queries import (
    actions_on,
    audit_ahead,
    open_nonconformities,
)
from services.audit.raising import new_finding, raised
from services.audit.reporting.commands import require_issued
from services.audit.schemas import (
    AuditIn,
    AuditOrigin,
    AuditStatus,
    CancelIn,
    FindingIn,
    FindingStatus,
    LeadIn,
    StepIn,
)
from shared.schemas import Meaning
from shared.signing import require_other_hands, signing
from shared.work import UnitOfWork

UNSCHEDULED_NOTICE = timedelta(days=14)
RISK_WITHDRAWN = "Le risque a été retiré."


def plan_audit(uow: UnitOfWork, data: AuditIn) -> Audit:
    known = uow.find(Audit, data.id)
    if known is not None:
        return known
    audit = Audit(**data.model_dump(exclude_none=True))
    uow.require_scope(audit)
    audit.require_order()
    body_of(uow, audit)
    references = references_named(uow, data.reference_ids)
    require_in_force(references, audit.planned_for)
    require_processes_at(uow, data.processes, audit.site_id)
    audit.hold_against([reference.label for reference in references])
    uow.add(audit)
    if data.lead_id is not None:
        teams.seat_lead(uow, audit, data.lead_id)
    _announce(uow, audit)
    return audit


def plan_unscheduled_audit(uow: UnitOfWork, site_id: UUID, risk_id: UUID, title: str) -> None:
    """Answer an escalated risk, unless an audit for it is still ahead or under way.

    Somebody who plans audits is to name its lead.
    """
    if audit_ahead(uow, risk_id):
        return
    day = uow.now.date() + UNSCHEDULED_NOTICE
    audit = uow.add(
        Audit(
            site_id=site_id,
            title=f"Audit inopiné : {title}"[:200],
            scope="",
            criteria=["ISO 45001:2018 6.1"],
            planned_for=day,
            until=day,
            origin=AuditOrigin.RISK,
            risk_id=risk_id,
        )
    )
    _announce(uow, audit)


def name_lead(uow: UnitOfWork, audit_id: UUID, data: LeadIn) -> Audit:
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    audit.require_planned()
    teams.seat_lead(uow, audit, data.lead_id)
    audit.lead_id = data.lead_id
    uow.session.flush()
    return audit


def start_audit(uow: UnitOfWork, audit_id: UUID, data: StepIn) -> Audit:
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    audit.require_lead(uow.actor)
    audit.require_planned()
    require_prepared(uow, audit)
    teams.fix_team(uow, audit)
    audit.start(at=uow.now)
    uow.publish(AuditStarted(audit_id=audit.id, site_id=audit.site_id), about=audit)
    return audit


def raise_finding(uow: UnitOfWork, audit_id: UUID, data: FindingIn) -> Finding:
    known = uow.find(Finding, data.id)
    if known is not None:
        return known
    require_question_of(uow, audit_id, data.question_id)
    finding = uow.add(new_finding(uow, uow.get(Audit, audit_id, lock=True), data))
    uow.publish(raised(finding), about=finding)
    return finding


def close_finding(uow: UnitOfWork, finding_id: UUID, data: StepIn) -> Finding:
    """Close a finding: not before every action on it was verified effective by somebody else."""
    with signing(uow, Finding, finding_id, data, Meaning.CLOSED) as finding:
        finding.require_open()
        taken = actions_on(uow, finding.id)
        owners = [action.owner_id for action in taken]
        require_other_hands(uow, finding.label, [*owners, *answers.hands(uow, finding)])
        _require_effective(finding, taken)
        answers.require_accepted(finding)
        finding.close(by=uow.actor.id, at=uow.now)
    uow.publish(
        FindingClosed(
            finding_id=finding.id,
            audit_id=finding.audit_id,
            site_id=finding.site_id,
            grade=finding.grade,
            closed_on=uow.now.date(),
        ),
        about=finding,
    )
    return finding


def drop_unscheduled_audits(uow: UnitOfWork, risk_id: UUID) -> None:
    """The risk that asked for them was entered by mistake; what has begun goes on."""
    asked = uow.select(Audit).where(Audit.risk_id == risk_id, Audit.status == AuditStatus.PLANNED)
    uow.because(RISK_WITHDRAWN)
    for audit in uow.session.scalars(asked.with_for_update()):
        audit.cancel(RISK_WITHDRAWN)


def note_action(  # noqa: PLR0913  what an action's events say of it
    uow: UnitOfWork,
    action_id: UUID,
    finding_id: UUID | None,
    *,
    owner_id: UUID | None = None,
    effective: bool = False,
    cancelled: bool = False,
) -> None:
    """Keep what actions are taken on a finding. An ineffective one opens the finding again."""
    if finding_id is None:
        return
    told = (uow.cause and uow.cause.sequence) or 0
    finding = uow.session.get(Finding, finding_id, with_for_update=True)
    if finding is None:  # it was taken back meanwhile
        return
    known = uow.session.get(FindingAction, action_id)
    if known is None:
        known = FindingAction(
            id=action_id, finding_id=finding_id, site_id=finding.site_id, told_version=0
        )
        uow.session.add(known)
    if known.told_version >= told:
        return
    known.told_version, known.effective, known.cancelled = told, effective, cancelled
    known.owner_id = owner_id or known.owner_id
    if not effective and finding.status is FindingStatus.CLOSED and not cancelled:
        _reopen(uow, finding)


def finding_for_evidence(uow: UnitOfWork, finding_id: UUID) -> Finding:
    """Who raised it and who answers it add files to a finding until it is closed."""
    finding = uow.get(Finding, finding_id, lock=True)
    duty.require_hand_in(uow, finding)
    finding.require_open()
    return finding


def end_fieldwork(uow: UnitOfWork, audit_id: UUID, data: StepIn) -> Audit:
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    audit.require_lead(uow.actor)
    require_settled(uow, audit)
    audit.end_fieldwork()
    uow.session.flush()
    return audit


def close_audit(uow: UnitOfWork, audit_id: UUID, data: StepIn) -> Audit:
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    still_open = open_nonconformities(uow, audit_id)
    if still_open:
        raise AuditHasOpenNonconformities(audit=audit.title, count=still_open)
    require_issued(uow, audit)
    audit.close(at=uow.now)
    uow.session.flush()
    return audit


def cancel_audit(uow: UnitOfWork, audit_id: UUID, data: CancelIn) -> Audit:
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    uow.because(data.reason)
    audit.cancel(data.reason)
    uow.session.flush()
    return audit


def _announce(uow: UnitOfWork, audit: Audit) -> None:
    uow.publish(
        AuditPlanned(
            audit_id=audit.id,
            site_id=audit.site_id,
            title=audit.title,
            planned_for=audit.planned_for,
            origin=audit.origin,
        ),
        about=audit,
    )


def _require_effective(finding: Finding, actions: list[FindingAction]) -> None:
    taken = [action for action in actions if not action.cancelled]
    if not taken and finding.obliges:
        raise FindingHasNoAction
    waiting = sum(not action.effective for action in taken)
    if waiting:
        raise FindingHasOpenActions(count=waiting)


def _reopen(uow: UnitOfWork, finding: Finding) -> None:
    finding.reopen()
    answers.ask_again(uow, finding)
    uow.publish(
        FindingReopened(
            finding_id=finding.id,
            audit_id=finding.audit_id,
            site_id=finding.site_id,
            grade=finding.grade,
        ),
        about=finding,
    )
