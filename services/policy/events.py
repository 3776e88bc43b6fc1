"""What the policy service announces."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.policy.schemas import Decision
from shared.events import Event
from shared.schemas import JobState


class PolicyPublished(Event):
    """A policy is in force; the one before it, if any, no longer is."""

    topic = "policy.policy_published"

    policy_id: UUID
    edition: int
    published_on: date
    commitments: list[str] = Field(default=[])


class PolicyReviewRequested(Event):
    """The facts ask whether the policy still holds. Its owner is to decide, not to ignore."""

    topic = "policy.policy_review_requested"

    request_id: UUID
    site_id: UUID
    policy_id: UUID | None
    owner_id: UUID | None
    indicator_code: str
    indicator_fr: str
    indicator_en: str
    alert_id: UUID


class PolicyReviewDecided(Event):
    """The review asked for was decided, with a reason."""

    topic = "policy.policy_review_decided"

    request_id: UUID
    site_id: UUID
    decision: Decision


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "policy.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
