"""The inbox of each person."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.schemas import Out


class Kind(StrEnum):
    FINDING_RAISED = "finding_raised"
    FINDING_ANSWERED = "finding_answered"
    ANSWER_ACCEPTED = "answer_accepted"
    ANSWER_SENT_BACK = "answer_sent_back"
    EVIDENCE_BROUGHT = "evidence_brought"
    FINDING_DUE_SOON = "finding_due_soon"
    FINDING_OVERDUE = "finding_overdue"
    ACTION_OPENED = "action_opened"
    ACTION_ASSIGNED = "action_assigned"
    ACTIONS_HANDED_OVER = "actions_handed_over"
    ACTION_DONE = "action_done"
    ACTION_DUE_SOON = "action_due_soon"
    ACTION_OVERDUE = "action_overdue"
    EFFECT_CHECK_DUE = "effect_check_due"
    QUESTION_ASKED = "question_asked"
    QUESTION_OVERDUE = "question_overdue"
    AUDIT_PLANNED = "audit_planned"
    COMPETENCE_ENDING = "competence_ending"
    AUDIT_INVITATION = "audit_invitation"
    AUDIT_INVITATION_WITHDRAWN = "audit_invitation_withdrawn"
    REPORT_ISSUED = "report_issued"
    CERTIFICATION_DUE = "certification_due"
    CERTIFICATE_EXPIRED = "certificate_expired"
    ALERT_RAISED = "alert_raised"
    ALERTS_RAISED = "alerts_raised"
    ALERT_ESCALATED = "alert_escalated"
    CONSULTATION_ASKED = "consultation_asked"
    REVIEW_REQUESTED = "review_requested"
    JOB_ENDED = "job_ended"


class NotificationOut(Out):
    """One thing a person is told. The sentence is made from kind and facts, in their language."""

    id: UUID
    version: int
    kind: Kind
    subject_id: UUID
    site_id: UUID | None
    site_name: str
    facts: dict[str, Any]
    title: str
    told_at: datetime
    read_at: datetime | None
    correlation_id: UUID


class Count(Out):
    unread: int
