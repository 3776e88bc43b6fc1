"""What the risk service announces."""

from uuid import UUID

from services.risk.schemas import Domain
from shared.events import Event
from shared.schemas import JobState


class RiskAssessed(Event):
    """A risk has a rating, initial or residual. `level` is the one that counts today."""

    topic = "risk.risk_assessed"

    risk_id: UUID
    site_id: UUID
    domain: Domain
    level: int


class RiskEscalated(Event):
    """A risk is beyond what its site may accept by itself."""

    topic = "risk.risk_escalated"

    risk_id: UUID
    site_id: UUID
    title: str
    level: int


class RiskWithdrawn(Event):
    """A risk was entered by mistake and is taken back: it is as if it had never been there."""

    topic = "risk.risk_withdrawn"

    risk_id: UUID
    site_id: UUID


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "risk.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
