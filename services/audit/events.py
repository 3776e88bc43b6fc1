"""What the audit service announces."""

from datetime import date, time
from uuid import UUID

from pydantic import BaseModel

from services.audit.schemas import AuditOrigin, Grade, SlotKind
from shared.events import Event
from shared.schemas import JobState


class AuditPlanned(Event):
    """An audit is to take place; unscheduled ones say which risk asked for it."""

    topic = "audit.audit_planned"

    audit_id: UUID
    site_id: UUID
    title: str
    planned_for: date
    origin: AuditOrigin


class AuditStarted(Event):
    """The auditors are on site; findings may come from now on."""

    topic = "audit.audit_started"

    audit_id: UUID
    site_id: UUID


class PlanSent(Event):
    """The plan of an audit, or what has changed in it, goes to those it concerns."""

    topic = "audit.plan_sent"

    audit_id: UUID
    site_id: UUID
    number: int


class PeopleInvited(Event):
    """People are expected in a slot of an audit's plan, or it takes place otherwise than told.

    The place is named, because who is invited must find it.
    """

    topic = "audit.people_invited"

    slot_id: UUID
    audit_id: UUID
    site_id: UUID
    sequence: int
    slot: SlotKind
    day: date
    starts: time
    ends: time
    place: str
    people: list[UUID]


class InvitationWithdrawn(Event):
    """People who were invited to a slot are expected there no longer."""

    topic = "audit.invitation_withdrawn"

    slot_id: UUID
    audit_id: UUID
    site_id: UUID
    sequence: int
    slot: SlotKind
    day: date
    starts: time
    ends: time
    people: list[UUID]


class OfFinding(BaseModel):
    """What every event about a finding says of it."""

    finding_id: UUID
    audit_id: UUID
    site_id: UUID
    grade: Grade


class FindingRaised(OfFinding, Event):
    """An auditor found something; whoever owns the process must answer."""

    topic = "audit.finding_raised"

    process: str
    raised_on: date
    obliges: bool | None = None
    repeats_id: UUID | None = None
    clause: str | None = None
    """`ISO 9001 8.5.1`, where the requirement cites a clause by its number; never its words."""


class FindingClosed(OfFinding, Event):
    """What was found is dealt with: every action on it proved effective."""

    topic = "audit.finding_closed"

    closed_on: date


class FindingReopened(OfFinding, Event):
    """An action on a closed finding proved ineffective after all."""

    topic = "audit.finding_reopened"


class FindingWithdrawn(OfFinding, Event):
    """A finding was raised by mistake and is taken back: it is as if it had never been there."""

    topic = "audit.finding_withdrawn"

    raised_on: date


class FindingAnswered(OfFinding, Event):
    """The audited answered. No reviewer named: whoever coordinates the site passes it on."""

    topic = "audit.finding_answered"

    round: int
    reviewer_id: UUID | None


class AnswerAccepted(OfFinding, Event):
    """The answer is good; what it plans is to be done, and shown to be done."""

    topic = "audit.answer_accepted"

    round: int
    answered_by: UUID


class AnswerSentBack(OfFinding, Event):
    """The answer will not do, for a reason given; another is due."""

    topic = "audit.answer_sent_back"

    round: int
    answered_by: UUID


class EvidenceBrought(OfFinding, Event):
    """What was planned is shown to be done; the reviewer closes the finding, or sends it back."""

    topic = "audit.evidence_brought"

    round: int
    reviewer_id: UUID | None


class FindingDueSoon(OfFinding, Event):
    """An answer or the closing of a finding is due within days. Said once for each clock."""

    topic = "audit.finding_due_soon"

    clock: str
    due_on: date
    owner_ids: list[UUID]


class FindingOverdue(OfFinding, Event):
    """An answer or the closing of a finding is late. Said once for each clock and step."""

    topic = "audit.finding_overdue"

    clock: str
    due_on: date
    owner_ids: list[UUID]
    level: int


class CompetenceEnding(Event):
    """What somebody may audit by ends soon, and nothing renews it."""

    topic = "audit.competence_ending"

    competence_id: UUID
    auditor_id: UUID
    person_id: UUID
    site_id: UUID
    code: str
    ends_on: date


class ReportIssued(Event):
    """An edition of an audit's report was signed and is the record; its readers are to be told."""

    topic = "audit.report_issued"

    report_id: UUID
    audit_id: UUID
    site_id: UUID
    reference: str
    edition: int
    hashes: dict[str, str]
    readers: list[UUID]


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "audit.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState


class ProgrammeApproved(Event):
    """Somebody who did not write a programme of audits approved it."""

    topic = "audit.programme_approved"

    programme_id: UUID
    site_id: UUID
    starts_on: date
    ends_on: date
    entries: int


class EntryProgrammed(Event):
    """An audit stands in an approved programme; the month is the one it is measured by."""

    topic = "audit.entry_programmed"

    entry_id: UUID
    site_id: UUID
    month: date


class EntryHeld(Event):
    """An audit of the programme was held: the auditors have seen what they came to see."""

    topic = "audit.entry_held"

    entry_id: UUID
    site_id: UUID
    held_on: date


class EntryPostponed(Event):
    """An audit of the programme takes place later; the month first planned is kept."""

    topic = "audit.entry_postponed"

    entry_id: UUID
    site_id: UUID
    month: date


class EntryDropped(Event):
    """An audit of the programme does not take place."""

    topic = "audit.entry_dropped"

    entry_id: UUID
    site_id: UUID


class CertificationDue(Event):
    """An audit that a certificate asks for has to be held soon: each step is told once."""

    topic = "audit.certification_due"

    window_id: UUID
    certificate_id: UUID
    site_id: UUID
    stage: str
    latest_on: date
    days_left: int


class CertificateExpired(Event):
    """A certificate was not renewed by its last valid day."""

    topic = "audit.certificate_expired"

    certificate_id: UUID
    site_id: UUID
    expired_on: date
