"""What the actions service announces. Each event carries the state others count with."""

from datetime import date
from uuid import UUID

from services.actions.schemas import (
    ActionStatus,
    ActionType,
    Answer,
    Origin,
    Priority,
    SourceKind,
    Verdict,
)
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
    source_kind: SourceKind = SourceKind.OTHER
    source_id: UUID | None = None


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
    """Somebody other than the doer judged the effect. Not whole, and the action is open again."""

    topic = "actions.action_verified"

    action_id: UUID
    site_id: UUID
    finding_id: UUID | None
    effective: bool
    status: ActionStatus
    verified_on: date
    done_on: date
    result: Verdict | None = None


class ActionClosed(Event):
    """A correction or containment is closed by somebody else than its doer; nothing to check."""

    topic = "actions.action_closed"

    action_id: UUID
    site_id: UUID
    finding_id: UUID | None
    closed_on: date
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


class ActionDueSoon(Event):
    """The due date is near and the action is not done. Said once for each deadline."""

    topic = "actions.action_due_soon"

    action_id: UUID
    site_id: UUID
    number: str
    owner_id: UUID | None
    due_on: date


class EffectCheckDue(Event):
    """The day came to check the effect of a done action; at level 2, it passed long ago."""

    topic = "actions.effect_check_due"

    action_id: UUID
    site_id: UUID
    number: str
    check_on: date
    level: int


class SitesAsked(Event):
    """Sister sites are to be asked whether an action concerns them as well."""

    topic = "actions.sites_asked"

    action_id: UUID
    site_id: UUID
    asked: list[UUID]


class QuestionAsked(Event):
    """A site is asked whether it is concerned by what happened at another."""

    topic = "actions.question_asked"

    question_id: UUID
    site_id: UUID
    due_on: date


class QuestionAnswered(Event):
    """The site answered, with a reason; a yes opened an action there."""

    topic = "actions.question_answered"

    question_id: UUID
    site_id: UUID
    asked_site_id: UUID
    answer: Answer


class QuestionOverdue(Event):
    """The day to answer by passed. Said once per step."""

    topic = "actions.question_overdue"

    question_id: UUID
    site_id: UUID
    due_on: date
    level: int


class JobEnded(Event):
    """Something long that somebody asked for is done, or failed."""

    topic = "actions.job_ended"

    job_id: UUID
    person_id: UUID
    kind: str
    state: JobState
