from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

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
from services.actions.schemas import ActionType, Priority
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
from services.audit.schemas import AuditOrigin, Grade, SlotKind
from services.identity.events import GrantChanged, PersonChanged
from services.identity.schemas import Role
from services.indicators.events import AlertEscalated, AlertRaised, ConsultationAsked
from services.indicators.schemas import Rule
from services.notifications.handlers import handlers
from services.notifications.models import Notification
from services.policy.events import PolicyReviewRequested
from services.risk.events import JobEnded
from shared.auth import SYSTEM, SYSTEM_ID, Actor
from shared.bus import handle_alone
from shared.events import Envelope, Event
from shared.schemas import JobState
from shared.work import clock, unit_of_work
from tests.world import SINCE, WORLD

DUE = date(2030, 3, 12)
SLOT = UUID("0190d2a0-0000-7000-8000-000000000001")


def envelope_of(event: Event, by: UUID = SYSTEM_ID, sequence: int | None = None) -> Envelope:
    return Envelope(
        id=uuid4(),
        type=event.topic,
        source=f"/{event.topic.partition('.')[0]}",
        time=clock(),
        dataschema=event.topic,
        data=event.model_dump(mode="json"),
        actorid=by,
        correlationid=uuid4(),
        sequence=sequence,
    )


def hear(event: Event, by: UUID = SYSTEM_ID, sequence: int | None = None) -> Envelope:
    """Have the service hear of something, as the bus would tell it; the mails stay unsent."""
    envelope = envelope_of(event, by, sequence)
    deliver(envelope)
    return envelope


def deliver(envelope: Envelope) -> None:
    for handler in handlers.hearing(envelope.type):
        assert handle_alone("notifications", handler, envelope)


def told() -> Sequence[Notification]:
    """Everything in every inbox, as only the platform itself sees it."""
    with unit_of_work("notifications", SYSTEM) as uow:
        rows = uow.select(Notification).order_by(Notification.told_at, Notification.id)
        return uow.session.scalars(rows).all()


def readers() -> set[UUID]:
    return {row.person_id for row in told()}


def finding_raised(grade: Grade = Grade.MAJOR, site: UUID = WORLD.lyon) -> FindingRaised:
    return FindingRaised(
        finding_id=uuid4(),
        audit_id=uuid4(),
        site_id=site,
        grade=grade,
        process="PROD",
        raised_on=date(2030, 1, 7),
    )


def audit_planned(origin: AuditOrigin = AuditOrigin.RISK) -> AuditPlanned:
    return AuditPlanned(
        audit_id=uuid4(),
        site_id=WORLD.lyon,
        title="Ne doit pas sortir",
        planned_for=DUE,
        origin=origin,
    )


def invited(sequence: int = 0, day: date = date(2030, 1, 7), **other: object) -> PeopleInvited:
    facts = {
        "slot_id": SLOT,
        "audit_id": uuid4(),
        "site_id": WORLD.lyon,
        "sequence": sequence,
        "slot": SlotKind.INTERVIEW,
        "day": day,
        "starts": time(8, 30),
        "ends": time(9, 45),
        "place": "Salle Ampère, bâtiment 2",
        "people": [WORLD.paul.id],
    }
    return PeopleInvited.model_validate(facts | other)


def withdrawn() -> InvitationWithdrawn:
    facts = invited(sequence=2).model_dump(exclude={"place"})
    return InvitationWithdrawn.model_validate(facts)


def news_of_answers() -> list[Event]:
    """All that is told of a finding's answer, from its clock to what was judged."""
    of: dict[str, Any] = {
        "finding_id": uuid4(),
        "audit_id": uuid4(),
        "site_id": WORLD.lyon,
        "grade": Grade.MAJOR,
    }
    clock: dict[str, Any] = {"clock": "answer", "due_on": DUE, "owner_ids": [WORLD.paul.id]}
    reviewed: dict[str, Any] = {"round": 1, "reviewer_id": WORLD.diane.id}
    judged: dict[str, Any] = {"round": 1, "answered_by": WORLD.paul.id}
    return [
        FindingDueSoon(**of, **clock),
        FindingOverdue(**of, **clock, level=1),
        FindingAnswered(**of, **reviewed),
        EvidenceBrought(**of, **reviewed),
        AnswerAccepted(**of, **judged),
        AnswerSentBack(**of, **judged),
    ]


def competence_ending(holder: UUID = WORLD.diane.id) -> CompetenceEnding:
    return CompetenceEnding(
        competence_id=uuid4(),
        auditor_id=uuid4(),
        person_id=holder,
        site_id=WORLD.lyon,
        code="ISO 9001",
        ends_on=DUE,
    )


def certification_due(site: UUID = WORLD.lyon) -> CertificationDue:
    return CertificationDue(
        window_id=uuid4(),
        certificate_id=uuid4(),
        site_id=site,
        stage="surveillance_1",
        latest_on=DUE,
        days_left=30,
    )


def certificate_expired(site: UUID = WORLD.lyon) -> CertificateExpired:
    return CertificateExpired(certificate_id=uuid4(), site_id=site, expired_on=DUE)


def action_opened(owner: UUID | None = WORLD.paul.id, site: UUID = WORLD.lyon) -> ActionOpened:
    return ActionOpened(
        action_id=uuid4(),
        site_id=site,
        number="A-2030-0001",
        finding_id=None,
        type=ActionType.CORRECTIVE,
        priority=Priority.P1,
        owner_id=owner,
        opened_on=date(2030, 1, 7),
        due_on=DUE,
    )


def report_issued() -> ReportIssued:
    return ReportIssued(
        report_id=uuid4(),
        audit_id=uuid4(),
        site_id=WORLD.lyon,
        reference="R-2030-0001",
        edition=1,
        hashes={"fr": "a" * 64, "en": "b" * 64},
        readers=[WORLD.paul.id],
    )


def actions_handed_over(count: int = 3) -> ActionsHandedOver:
    return ActionsHandedOver(owner_id=WORLD.paul.id, site_id=WORLD.lyon, count=count)


def action_assigned(owner: UUID = WORLD.paul.id) -> ActionAssigned:
    return ActionAssigned(
        action_id=uuid4(), site_id=WORLD.lyon, number="A-2030-0001", owner_id=owner, due_on=DUE
    )


def action_done(site: UUID = WORLD.lyon) -> ActionDone:
    return ActionDone(action_id=uuid4(), site_id=site, number="A-2030-0001", done_on=DUE)


def action_overdue(level: int, owner: UUID | None = WORLD.paul.id) -> ActionOverdue:
    return ActionOverdue(
        action_id=uuid4(),
        site_id=WORLD.lyon,
        number="A-2030-0001",
        owner_id=owner,
        due_on=DUE,
        days_late=3,
        level=level,
    )


def due_soon(owner: UUID | None = WORLD.paul.id) -> ActionDueSoon:
    return ActionDueSoon(
        action_id=uuid4(), site_id=WORLD.lyon, number="A-2030-0001", owner_id=owner, due_on=DUE
    )


def check_due() -> EffectCheckDue:
    return EffectCheckDue(
        action_id=uuid4(), site_id=WORLD.lyon, number="A-2030-0001", check_on=DUE, level=1
    )


def question_asked() -> QuestionAsked:
    return QuestionAsked(question_id=uuid4(), site_id=WORLD.lyon, due_on=DUE)


def question_overdue(level: int) -> QuestionOverdue:
    return QuestionOverdue(question_id=uuid4(), site_id=WORLD.lyon, due_on=DUE, level=level)


def alert_raised(
    site: UUID = WORLD.lyon, definition: UUID | None = None, rule: Rule = Rule.LIMIT
) -> AlertRaised:
    return AlertRaised(
        alert_id=uuid4(),
        definition_id=definition or uuid4(),
        code="TF1",
        name_fr="Taux de fréquence",
        name_en="Frequency rate",
        site_id=site,
        period=DUE,
        value=Decimal(12),
        bound=Decimal(10),
        rule=rule,
    )


def alert_escalated() -> AlertEscalated:
    facts = alert_raised(rule=Rule.STALE).model_dump() | {"raised_on": DUE}
    names = AlertEscalated.model_fields
    return AlertEscalated.model_validate({n: v for n, v in facts.items() if n in names})


def consultation_asked() -> ConsultationAsked:
    return ConsultationAsked(
        consultation_id=uuid4(),
        definition_id=uuid4(),
        code="TF1",
        name_fr="Taux de fréquence",
        name_en="Frequency rate",
        person_id=WORLD.paul.id,
    )


def review_requested(
    owner: UUID | None = WORLD.hugo.id, place: UUID = WORLD.lyon
) -> PolicyReviewRequested:
    return PolicyReviewRequested(
        request_id=uuid4(),
        site_id=place,
        policy_id=uuid4() if owner else None,
        owner_id=owner,
        indicator_code="NC_MAJ_12M",
        indicator_fr="Non-conformités majeures sur 12 mois",
        indicator_en="Major nonconformities over 12 months",
        alert_id=uuid4(),
    )


def job_ended(state: JobState = JobState.DONE, who: UUID = WORLD.paul.id) -> JobEnded:
    return JobEnded(job_id=uuid4(), person_id=who, kind="export", state=state)


def leaves(actor: Actor) -> None:
    """Somebody is no longer here."""
    gone = PersonChanged(
        person_id=actor.id,
        name=actor.name,
        email=f"{actor.name.lower()}@example.org",
        language="fr",
        active=False,
    )
    hear(gone, sequence=1_000)


def is_given(actor: Actor, role: Role, node: UUID) -> None:
    held = GrantChanged(
        grant_id=uuid4(),
        person_id=actor.id,
        role=role,
        node_id=node,
        process=None,
        valid_from=SINCE,
        valid_to=None,
    )
    hear(held, sequence=1)
