"""What the processes service announces.

A process is reference data, the same for everybody and about nobody: its names travel.
"""

from uuid import UUID

from services.processes.schemas import Category
from shared.events import Event
from shared.schemas import JobState


class ProcessChanged(Event):
    """A process as it is now, new or changed: a snapshot that others keep a copy of."""

    topic = "processes.process_changed"

    process_id: UUID
    code: str
    name_fr: str
    name_en: str
    category: Category
    site_ids: list[UUID]


class ProcessWithdrawn(Event):
    """A process was entered by mistake and is taken back: it is as if it had never been there."""

    topic = "processes.process_withdrawn"

    process_id: UUID


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "processes.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
