"""Findings as they come to be, and how many of them are raised or taken back at once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete

from services.audit.answers import commands as answers
from services.audit.answers.duty import require_raiser
from services.audit.answers.models import Answer
from services.audit.answers.requirements import clause_of
from services.audit.events import FindingRaised, FindingWithdrawn
from services.audit.library.errors import RequirementNotOfAudit
from services.audit.library.queries import cited, requirement
from services.audit.models import Audit, Finding, FindingAction
from services.audit.schemas import FindingIn
from shared.imports import Done, in_parts, those
from shared.work import UnitOfWork


def new_finding(uow: UnitOfWork, audit: Audit, data: FindingIn) -> Finding:
    """A finding as it would be raised today, graded on the scale that its audit follows."""
    require_raiser(uow, audit)
    named = _citing(uow, audit, data)
    finding = audit.raise_finding(named, by=uow.actor.id, on=uow.now.date())
    return answers.grade(uow, audit, finding)


def _citing(uow: UnitOfWork, audit: Audit, data: FindingIn) -> FindingIn:
    """The finding with the words of its requirement, if it names one of the audit's references."""
    if data.requirement_id is None:
        return data
    found = requirement(uow, data.requirement_id, audit.reference_ids)
    if found is None:
        raise RequirementNotOfAudit(audit=audit.title)
    return data.model_copy(update={"requirement": cited(*found)})


def enter_findings(uow: UnitOfWork, findings: Sequence[Finding], done: Done) -> None:
    """Raise many at once; the fieldwork of their audits does not end meanwhile."""
    _hold(uow, findings)
    for part in in_parts(findings, done):
        uow.add_all(part)
        uow.publish_all([(raised(finding), finding) for finding in part])


def withdraw_findings(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Take findings back that were raised by mistake, while their audits are under way.

    The history keeps that they were there.
    """
    findings = uow.session.scalars(uow.select(Finding).where(those(Finding.id, ids))).all()
    _hold(uow, findings)
    uow.publish_all([(_withdrawn(finding), finding) for finding in findings])
    at_once = {"synchronize_session": False}
    for model in (FindingAction, Answer):
        theirs = delete(model).where(those(model.finding_id, ids))
        uow.session.execute(theirs, execution_options=at_once)
    uow.session.execute(delete(Finding).where(those(Finding.id, ids)), execution_options=at_once)


def _hold(uow: UnitOfWork, findings: Sequence[Finding]) -> None:
    for audit_id in sorted({finding.audit_id for finding in findings}):
        audit = uow.get(Audit, audit_id, lock=True)
        require_raiser(uow, audit)
        audit.require_takes_findings()


def raised(finding: Finding) -> FindingRaised:
    return FindingRaised(
        finding_id=finding.id,
        audit_id=finding.audit_id,
        site_id=finding.site_id,
        grade=finding.grade,
        process=finding.process,
        raised_on=finding.raised_on,
        obliges=finding.obliges,
        repeats_id=finding.repeats_id,
        clause=clause_of(finding.requirement_key),
    )


def _withdrawn(finding: Finding) -> FindingWithdrawn:
    return FindingWithdrawn(
        finding_id=finding.id,
        audit_id=finding.audit_id,
        site_id=finding.site_id,
        grade=finding.grade,
        raised_on=finding.raised_on,
    )
