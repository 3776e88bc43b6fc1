"""What the audit service does when it hears of something."""

from services.actions.events import (
    ActionCancelled,
    ActionClosed,
    ActionOpened,
    ActionVerified,
)
from services.audit import commands
from services.audit.library import commands as library
from services.audit.programme import ratings
from services.audit.reporting import commands as reporting
from services.compliance.events import ReferenceIssued, ReferenceSuperseded
from services.identity.events import (
    AccessEnded,
    GrantChanged,
    NodeChanged,
    NodeWithdrawn,
    PersonChanged,
)
from services.policy.events import PolicyPublished
from services.processes.events import ProcessChanged, ProcessWithdrawn
from services.risk.events import RiskEscalated, RiskWithdrawn
from shared.directory import follow
from shared.ended import heed
from shared.events import Handlers
from shared.jobs import follow_jobs
from shared.work import UnitOfWork

handlers = Handlers()
follow(handlers, NodeChanged, NodeWithdrawn, PersonChanged, GrantChanged)
heed(handlers, AccessEnded)
follow_jobs(handlers, AccessEnded)


@handlers.on(RiskEscalated)
def audit_the_escalated_risk(uow: UnitOfWork, event: RiskEscalated) -> None:
    commands.plan_unscheduled_audit(uow, event.site_id, event.risk_id, event.title)


@handlers.on(RiskEscalated)
def weigh_the_escalated_risk(uow: UnitOfWork, event: RiskEscalated) -> None:
    ratings.note_escalation(uow, event.risk_id, event.site_id)


@handlers.on(RiskWithdrawn)
def drop_the_audits_of_it(uow: UnitOfWork, event: RiskWithdrawn) -> None:
    commands.drop_unscheduled_audits(uow, event.risk_id)


@handlers.on(RiskWithdrawn)
def weigh_it_no_more(uow: UnitOfWork, event: RiskWithdrawn) -> None:
    ratings.forget_escalation(uow, event.risk_id)


@handlers.on(ActionOpened)
def note_action_opened(uow: UnitOfWork, event: ActionOpened) -> None:
    commands.note_action(uow, event.action_id, event.finding_id, owner_id=event.owner_id)


@handlers.on(ActionVerified)
def note_action_verified(uow: UnitOfWork, event: ActionVerified) -> None:
    commands.note_action(uow, event.action_id, event.finding_id, effective=event.effective)


@handlers.on(ActionClosed)
def note_action_closed(uow: UnitOfWork, event: ActionClosed) -> None:
    commands.note_action(uow, event.action_id, event.finding_id, effective=True)


@handlers.on(ActionCancelled)
def note_action_cancelled(uow: UnitOfWork, event: ActionCancelled) -> None:
    commands.note_action(uow, event.action_id, event.finding_id, cancelled=True)


@handlers.on(PolicyPublished)
def keep_the_commitments(uow: UnitOfWork, event: PolicyPublished) -> None:
    reporting.keep_policy(
        uow, event.policy_id, event.edition, event.published_on, event.commitments
    )


@handlers.on(ReferenceIssued)
def keep_issued_reference(uow: UnitOfWork, event: ReferenceIssued) -> None:
    said = event.model_dump(exclude={"reference_id", "amendment", "requirements"})
    library.keep_reference(uow, event.reference_id, said)
    rows = [requirement.model_dump() for requirement in event.requirements]
    library.keep_requirements(uow, event.reference_id, rows)


@handlers.on(ReferenceSuperseded)
def keep_superseded_reference(uow: UnitOfWork, event: ReferenceSuperseded) -> None:
    said = event.model_dump(exclude={"reference_id", "superseded_by"})
    library.keep_reference(uow, event.reference_id, said)


@handlers.on(ProcessChanged)
def keep_process(uow: UnitOfWork, event: ProcessChanged) -> None:
    library.keep_process(uow, event.process_id, event.model_dump(exclude={"process_id"}))


@handlers.on(ProcessWithdrawn)
def forget_process(uow: UnitOfWork, event: ProcessWithdrawn) -> None:
    library.forget_process(uow, event.process_id)
