"""What the actions service announces. Each event carries the state others count with."""

from datetime import date
from uuid import UUID

from services.actions.schemas import ActionStatus, ActionType, Origin, Priority
from shared.events import Event
from shared.schemas import JobState


class ActionOpened(Event):
    """Something is to be done, by somebody, by a day. Nobody yet, if no owner was found."""

    topic = "actions.action_opened"

    action_id: UUID
    site_id: UUID
    number: str
    finding_id: UUID | None
    type: ActionType
    priority: Priority
    owner_id: UUID | None
    opened_on: date
    due_on: date
    origin: Origin = Origin.MANUAL


class ActionsHandedOver(Event):
    """Somebody was given actions of a site, many at once: they are told of them together."""

    topic = "actions.actions_handed_over"

    owner_id: UUID
    site_id: UUID
    count: int


class ActionWithdrawn(Event):
    """An action was entered by mistake and is taken back: it is as if it had never been there."""

    topic = "actions.action_withdrawn"

    action_id: UUID
    site_id: UUID
    opened_on: date


class ActionAssigned(Event):
    """The action has another owner."""

    topic = "actions.action_assigned"

    action_id: UUID
    site_id: UUID
    number: str
    owner_id: UUID
    due_on: date


class ActionStarted(Event):
    """Work began; how its effect will be judged was settled before."""

    topic = "actions.action_started"

    action_id: UUID
    site_id: UUID


class ActionMoved(Event):
    """The deadline moved, with a reason and an approval. The initial one stays what counts."""

    topic = "actions.action_moved"

    action_id: UUID
    site_id: UUID
    due_on: date
    moves: int


class ActionDone(Event):
    """The owner says it is done; somebody else is to judge its effect."""

    topic = "actions.action_done"

    action_id: UUID
    site_id: UUID
    number: str
    done_on: date


class ActionVerified(Event):
    """Somebody other than the doer judged the effect. Ineffective: the action is open again."""

    topic = "actions.action_verified"

    action_id: UUID
    site_id: UUID
    finding_id: UUID | None
    effective: bool
    status: ActionStatus
    verified_on: date
    done_on: date


class ActionCancelled(Event):
    """The action will not be done, for a reason given."""

    topic = "actions.action_cancelled"

    action_id: UUID
    site_id: UUID
    finding_id: UUID | None
    cancelled_on: date


class ActionOverdue(Event):
    """The due date passed and the action is not done. Said once per step of the ladder."""

    topic = "actions.action_overdue"

    action_id: UUID
    site_id: UUID
    number: str
    owner_id: UUID | None
    due_on: date
    days_late: int
    level: int


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "actions.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
