"""Who is told what, when the notifications service hears of something."""

from collections.abc import Callable
from typing import Any, Final

from services.actions.events import (
    ActionAssigned,
    ActionDone,
    ActionDueSoon,
    ActionOpened,
    ActionOverdue,
    ActionsHandedOver,
    EffectCheckDue,
    QuestionAsked,
    QuestionOverdue,
)
from services.actions.events import JobEnded as ActionsJob
from services.audit.events import (
    AnswerAccepted,
    AnswerSentBack,
    AuditPlanned,
    CertificateExpired,
    CertificationDue,
    CompetenceEnding,
    EvidenceBrought,
    FindingAnswered,
    FindingDueSoon,
    FindingOverdue,
    FindingRaised,
    InvitationWithdrawn,
    PeopleInvited,
    ReportIssued,
)
from services.audit.events import JobEnded as AuditJob
from services.compliance.events import JobEnded as ComplianceJob
from services.identity.events import (
    AccessEnded,
    GrantChanged,
    NodeChanged,
    NodeWithdrawn,
    PersonChanged,
)
from services.identity.events import JobEnded as IdentityJob
from services.indicators.events import JobEnded as IndicatorsJob
from services.notifications import commands, queries
from services.notifications.commands import News
from services.notifications.events import Notified
from services.notifications.figures import handlers as figures
from services.notifications.schemas import Kind
from services.policy.events import JobEnded as PolicyJob
from services.processes.events import JobEnded as ProcessesJob
from services.risk.events import JobEnded as RiskJob
from shared.directory import follow
from shared.ended import heed
from shared.events import Event, Handlers
from shared.work import UnitOfWork

GRADES_TOLD = ("NC_MAJ", "NC_MIN", "PS")
JOBS: Final[dict[str, type[Event]]] = {
    "actions": ActionsJob,
    "audits": AuditJob,
    "policy": PolicyJob,
    "indicators": IndicatorsJob,
    "people": IdentityJob,
    "risks": RiskJob,
    "references": ComplianceJob,
    "processes": ProcessesJob,
}

handlers = Handlers()
follow(handlers, NodeChanged, NodeWithdrawn, PersonChanged, GrantChanged)
heed(handlers, AccessEnded)
figures.hear(handlers)


@handlers.on(FindingRaised)
def tell_of_finding(uow: UnitOfWork, event: FindingRaised) -> None:
    if event.grade in GRADES_TOLD:
        facts = _facts(event, "grade", "process", "raised_on")
        news = News(Kind.FINDING_RAISED, event.finding_id, event.site_id, facts)
        commands.tell(uow, news, queries.site_coordinators(uow, event.site_id))


@handlers.on(FindingAnswered)
def tell_of_answer(uow: UnitOfWork, event: FindingAnswered) -> None:
    _tell_the_reviewer(uow, Kind.FINDING_ANSWERED, event)


@handlers.on(EvidenceBrought)
def tell_of_evidence(uow: UnitOfWork, event: EvidenceBrought) -> None:
    _tell_the_reviewer(uow, Kind.EVIDENCE_BROUGHT, event)


@handlers.on(AnswerAccepted)
def tell_of_acceptance(uow: UnitOfWork, event: AnswerAccepted) -> None:
    news = _of_finding(Kind.ANSWER_ACCEPTED, event, "round")
    commands.tell(uow, news, queries.only_if_here(uow, event.answered_by))


@handlers.on(AnswerSentBack)
def tell_of_answer_sent_back(uow: UnitOfWork, event: AnswerSentBack) -> None:
    news = _of_finding(Kind.ANSWER_SENT_BACK, event, "round")
    commands.tell(uow, news, queries.owner_or_coordinators(uow, event.answered_by, event.site_id))


@handlers.on(FindingDueSoon)
def tell_of_finding_due_soon(uow: UnitOfWork, event: FindingDueSoon) -> None:
    news = _of_finding(Kind.FINDING_DUE_SOON, event, "clock", "due_on")
    commands.tell(uow, news, queries.owners_or_coordinators(uow, event.owner_ids, event.site_id))


@handlers.on(FindingOverdue)
def tell_of_late_finding(uow: UnitOfWork, event: FindingOverdue) -> None:
    news = _of_finding(Kind.FINDING_OVERDUE, event, "clock", "due_on", "level")
    if event.level == 1:
        people = queries.owners_or_coordinators(uow, event.owner_ids, event.site_id)
    else:
        people = queries.site_coordinators(uow, event.site_id)
    commands.tell(uow, news, people)


@handlers.on(AuditPlanned)
def tell_of_unscheduled_audit(uow: UnitOfWork, event: AuditPlanned) -> None:
    if event.origin == "risk":
        facts = _facts(event, "planned_for", "origin")
        news = News(Kind.AUDIT_PLANNED, event.audit_id, event.site_id, facts)
        commands.tell(uow, news, queries.site_coordinators(uow, event.site_id))


@handlers.on(CompetenceEnding)
def tell_of_ending_competence(uow: UnitOfWork, event: CompetenceEnding) -> None:
    facts = _facts(event, "code", "ends_on")
    news = News(Kind.COMPETENCE_ENDING, event.auditor_id, event.site_id, facts)
    holder = queries.only_if_here(uow, event.person_id)
    people = [*holder, *queries.site_coordinators(uow, event.site_id)]
    commands.tell(uow, news, people)


@handlers.on(PeopleInvited)
def invite_to_an_audit(uow: UnitOfWork, event: PeopleInvited) -> None:
    facts = _facts(event, "slot_id", "sequence", "slot", "day", "starts", "ends", "place")
    news = News(Kind.AUDIT_INVITATION, event.audit_id, event.site_id, facts)
    commands.tell(uow, news, queries.those_here(uow, event.people))


@handlers.on(InvitationWithdrawn)
def call_off_an_invitation(uow: UnitOfWork, event: InvitationWithdrawn) -> None:
    facts = _facts(event, "slot_id", "sequence", "slot", "day", "starts", "ends")
    news = News(Kind.AUDIT_INVITATION_WITHDRAWN, event.audit_id, event.site_id, facts)
    commands.tell(uow, news, queries.those_here(uow, event.people))


@handlers.on(ReportIssued)
def tell_who_is_to_read_it(uow: UnitOfWork, event: ReportIssued) -> None:
    facts = _facts(event, "audit_id", "reference", "edition")
    facts |= {f"sha256_{language}": sha256 for language, sha256 in event.hashes.items()}
    news = News(Kind.REPORT_ISSUED, event.report_id, event.site_id, facts)
    here = (id for reader in event.readers for id in queries.only_if_here(uow, reader))
    commands.tell(uow, news, here)


@handlers.on(CertificationDue)
def tell_of_certification(uow: UnitOfWork, event: CertificationDue) -> None:
    facts = _facts(event, "stage", "latest_on", "days_left")
    news = News(Kind.CERTIFICATION_DUE, event.certificate_id, event.site_id, facts)
    commands.tell(uow, news, queries.site_coordinators(uow, event.site_id))


@handlers.on(CertificateExpired)
def tell_of_expired_certificate(uow: UnitOfWork, event: CertificateExpired) -> None:
    news = News(
        Kind.CERTIFICATE_EXPIRED, event.certificate_id, event.site_id, _facts(event, "expired_on")
    )
    commands.tell(uow, news, queries.site_coordinators(uow, event.site_id))


@handlers.on(ActionOpened)
def tell_of_new_action(uow: UnitOfWork, event: ActionOpened) -> None:
    """Of many that come together, their owners are told once: see below."""
    if event.origin == "import":
        return
    people = queries.owner_or_coordinators(uow, event.owner_id, event.site_id)
    facts = _facts(event, "number", "priority", "due_on") | {"owned": event.owner_id in people}
    commands.tell(uow, News(Kind.ACTION_OPENED, event.action_id, event.site_id, facts), people)


@handlers.on(ActionAssigned)
def tell_the_new_owner(uow: UnitOfWork, event: ActionAssigned) -> None:
    facts = _facts(event, "number", "due_on")
    news = News(Kind.ACTION_ASSIGNED, event.action_id, event.site_id, facts)
    commands.tell(uow, news, queries.only_if_here(uow, event.owner_id))


@handlers.on(ActionsHandedOver)
def tell_of_many_new_actions(uow: UnitOfWork, event: ActionsHandedOver) -> None:
    news = News(Kind.ACTIONS_HANDED_OVER, event.site_id, event.site_id, _facts(event, "count"))
    commands.tell(uow, news, queries.only_if_here(uow, event.owner_id))


@handlers.on(ActionDone)
def tell_who_may_verify(uow: UnitOfWork, event: ActionDone) -> None:
    news = News(
        Kind.ACTION_DONE, event.action_id, event.site_id, _facts(event, "number", "done_on")
    )
    doer = queries.whoever_did_it(uow)
    commands.tell(uow, news, queries.site_coordinators(uow, event.site_id, besides=doer))


@handlers.on(ActionDueSoon)
def tell_of_near_deadline(uow: UnitOfWork, event: ActionDueSoon) -> None:
    news = News(
        Kind.ACTION_DUE_SOON, event.action_id, event.site_id, _facts(event, "number", "due_on")
    )
    commands.tell(uow, news, queries.owner_or_coordinators(uow, event.owner_id, event.site_id))


@handlers.on(EffectCheckDue)
def tell_of_check_of_effect(uow: UnitOfWork, event: EffectCheckDue) -> None:
    facts = _facts(event, "number", "check_on", "level")
    news = News(Kind.EFFECT_CHECK_DUE, event.action_id, event.site_id, facts)
    commands.tell(uow, news, queries.site_coordinators(uow, event.site_id))


@handlers.on(QuestionAsked)
def tell_of_question(uow: UnitOfWork, event: QuestionAsked) -> None:
    facts = _facts(event, "due_on")
    news = News(Kind.QUESTION_ASKED, event.question_id, event.site_id, facts)
    commands.tell(uow, news, queries.site_coordinators(uow, event.site_id))


@handlers.on(QuestionOverdue)
def tell_of_unanswered_question(uow: UnitOfWork, event: QuestionOverdue) -> None:
    facts = _facts(event, "due_on", "level")
    news = News(Kind.QUESTION_OVERDUE, event.question_id, event.site_id, facts)
    people = queries.step_of_the_ladder(uow, event.level + 1, None, event.site_id)
    commands.tell(uow, news, people)


@handlers.on(ActionOverdue)
def tell_of_late_action(uow: UnitOfWork, event: ActionOverdue) -> None:
    facts = _facts(event, "number", "due_on", "days_late", "level")
    news = News(Kind.ACTION_OVERDUE, event.action_id, event.site_id, facts)
    people = queries.step_of_the_ladder(uow, event.level, event.owner_id, event.site_id)
    commands.tell(uow, news, people)


def _teller(what: str) -> Callable[[UnitOfWork, Any], None]:
    """A handler has a name of its own: by it a service knows what it has dealt with."""

    def tell(uow: UnitOfWork, event: Any) -> None:  # noqa: ANN401  each service's own
        commands.tell_who_asked(uow, event)

    tell.__name__ = f"tell_of_job_on_{what}"
    return tell


for of, ended in JOBS.items():
    handlers.on(ended)(_teller(of))


@handlers.on(Notified, slow=True)
def send_mail(uow: UnitOfWork, event: Notified) -> None:
    commands.send_mail(uow, event.notification_id)


def _tell_the_reviewer(
    uow: UnitOfWork, kind: Kind, event: FindingAnswered | EvidenceBrought
) -> None:
    """The lead; of an outside body's audit, whoever coordinates the site and did not answer."""
    news = _of_finding(kind, event, "round")
    people = queries.only_if_here(uow, event.reviewer_id) or queries.site_coordinators(
        uow, event.site_id, besides=queries.whoever_did_it(uow)
    )
    commands.tell(uow, news, people)


def _of_finding(
    kind: Kind,
    event: FindingAnswered
    | EvidenceBrought
    | AnswerAccepted
    | AnswerSentBack
    | FindingDueSoon
    | FindingOverdue,
    *more: str,
) -> News:
    facts = _facts(event, "grade", *more)
    return News(kind, event.finding_id, event.site_id, facts)


def _facts(event: Event, *names: str) -> dict[str, Any]:
    return event.model_dump(mode="json", include=set(names))
