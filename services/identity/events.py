"""What identity announces: snapshots, so that others can keep a copy of what they need."""

from datetime import date, datetime
from uuid import UUID

from services.identity.schemas import NodeKind, Role
from shared.events import Event
from shared.schemas import JobState


class NodeChanged(Event):
    """A node of the tree was opened, or is called differently. `path` runs from the group down."""

    topic = "identity.node_changed"

    node_id: UUID
    kind: NodeKind
    name: str
    code: str
    path: list[UUID]


class NodeWithdrawn(Event):
    """A node was opened by mistake and is taken back: it is as if it had never been there."""

    topic = "identity.node_withdrawn"

    node_id: UUID


class PersonChanged(Event):
    """A person joined, is to be addressed differently, or has another superior."""

    topic = "identity.person_changed"

    person_id: UUID
    name: str
    email: str
    language: str
    active: bool
    manager_id: UUID | None = None


class GrantChanged(Event):
    """A person holds a role on a node, from a day on and perhaps until another."""

    topic = "identity.grant_changed"

    grant_id: UUID
    person_id: UUID
    role: Role
    node_id: UUID
    process: str | None
    valid_from: date
    valid_to: date | None


class AccessEnded(Event):
    """Access tokens from before a moment are void.

    The subject is a person, or the session or personal token that they were exchanged for.
    """

    topic = "identity.access_ended"

    subject_id: UUID
    before: datetime


class LinkAsked(Event):
    """Somebody is to get a link by mail. Its token is made when the mail is, and only then."""

    topic = "identity.link_asked"

    link_id: UUID


class DigestAsked(Event):
    """The day's checkpoint is to be mailed to somebody, out of reach of who runs the database."""

    topic = "identity.digest_asked"

    person_id: UUID
    number: int


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "identity.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
