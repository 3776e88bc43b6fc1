"""What the policy service does when it hears of something."""

from typing import Final

from services.identity.events import (
    AccessEnded,
    GrantChanged,
    NodeChanged,
    NodeWithdrawn,
    PersonChanged,
)
from services.indicators.events import AlertRaised
from services.policy import commands
from services.policy.schemas import Cause
from shared.directory import follow
from shared.ended import heed
from shared.events import Handlers
from shared.jobs import follow_jobs
from shared.work import UnitOfWork

BOUNDS: Final = "limit"

handlers = Handlers()
follow(handlers, NodeChanged, NodeWithdrawn, PersonChanged, GrantChanged)
heed(handlers, AccessEnded)
follow_jobs(handlers, AccessEnded)


@handlers.on(AlertRaised)
def request_a_review(uow: UnitOfWork, event: AlertRaised) -> None:
    """A figure out of its bounds asks whether the policy still holds; a late one does not."""
    if event.rule == BOUNDS:
        commands.request_review(uow, Cause.model_validate(event))
