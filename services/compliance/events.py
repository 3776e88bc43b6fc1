"""What the compliance service announces.

References are reference data, the same for everybody and about nobody: what others need of them to
cite a requirement, number and title, travels with the event.
"""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.compliance.schemas import ReferenceKind, Theme
from shared.events import Event
from shared.schemas import JobState


class Told(BaseModel):
    """A requirement, as it stands in an issued reference for ever."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    number: str
    parent_id: UUID | None
    title_fr: str
    title_en: str
    theme: Theme | None
    also: list[Theme]
    position: int


class ReferenceIssued(Event):
    """An edition is in force from its day on. It and its requirements never change again."""

    topic = "compliance.reference_issued"

    reference_id: UUID
    code: str
    edition: str
    kind: ReferenceKind
    title_fr: str
    title_en: str
    amendment: str
    in_force_from: date
    requirements: list[Told]


class ReferenceSuperseded(Event):
    """A newer edition took over; this one may still be used until its last day.

    It says all that the edition is, so that it may be heard before that it was issued.
    """

    topic = "compliance.reference_superseded"

    reference_id: UUID
    code: str
    edition: str
    kind: ReferenceKind
    title_fr: str
    title_en: str
    in_force_from: date
    in_force_until: date
    superseded_by: UUID


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "compliance.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
