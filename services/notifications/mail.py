"""The e-mail that follows a notification: what it says."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from services.notifications.invitations import Invitation, calendar_of
from services.notifications.schemas import Kind
from shared.logging import HEADER
from shared.mail import addressed, write
from shared.settings import settings

TEMPLATES = Path(__file__).parent / "templates"
PAGES = {
    Kind.FINDING_RAISED: "findings/{id}",
    Kind.FINDING_ANSWERED: "findings/{id}",
    Kind.ANSWER_ACCEPTED: "findings/{id}",
    Kind.ANSWER_SENT_BACK: "findings/{id}",
    Kind.EVIDENCE_BROUGHT: "findings/{id}",
    Kind.FINDING_DUE_SOON: "findings/{id}",
    Kind.FINDING_OVERDUE: "findings/{id}",
    Kind.ACTION_OPENED: "actions/{id}",
    Kind.ACTION_ASSIGNED: "actions/{id}",
    Kind.ACTIONS_HANDED_OVER: "actions?mine=1",
    Kind.ACTION_DONE: "actions/{id}",
    Kind.ACTION_DUE_SOON: "actions/{id}",
    Kind.ACTION_OVERDUE: "actions/{id}",
    Kind.EFFECT_CHECK_DUE: "actions/{id}",
    Kind.QUESTION_ASKED: "read-across/{id}",
    Kind.QUESTION_OVERDUE: "read-across/{id}",
    Kind.AUDIT_PLANNED: "audits/{id}",
    Kind.COMPETENCE_ENDING: "auditors/{id}",
    Kind.AUDIT_INVITATION: "audits/{id}/plan",
    Kind.AUDIT_INVITATION_WITHDRAWN: "audits/{id}/plan",
    Kind.REPORT_ISSUED: "reports/{id}",
    Kind.ALERT_RAISED: "alerts/{id}",
    Kind.ALERTS_RAISED: "alerts?definition_id={id}",
    Kind.ALERT_ESCALATED: "alerts/{id}",
    Kind.CONSULTATION_ASKED: "indicators/{id}/method",
    Kind.REVIEW_REQUESTED: "review-requests/{id}",
    Kind.JOB_ENDED: "jobs",
}


@dataclass(frozen=True)
class Letter:
    """What is said to whom. The id is the notification's, and makes the Message-ID."""

    id: UUID
    to: str
    name: str
    language: str
    title: str
    page: str
    told_at: datetime
    correlation_id: UUID
    invitation: Invitation | None = None


def page_of(kind: Kind, subject_id: UUID) -> str:
    return f"{settings().base_url.rstrip('/')}/{PAGES[kind].format(id=subject_id)}"


def message_of(letter: Letter) -> EmailMessage:
    to = Address(letter.name, addr_spec=letter.to)
    message = addressed(to, letter.title, letter.id, letter.told_at)
    message[HEADER] = str(letter.correlation_id)
    write(message, TEMPLATES / letter.language / "letter", letter=letter)
    invitation = letter.invitation
    if invitation is not None:
        method = {"method": invitation.method}
        entry = calendar_of(invitation, to, letter.title, letter.page, letter.told_at)
        message.add_alternative(entry, subtype="calendar", params=method)
    return message
