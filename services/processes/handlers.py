"""What the processes service does when it hears of something."""

from services.identity.events import (
    AccessEnded,
    GrantChanged,
    NodeChanged,
    NodeWithdrawn,
    PersonChanged,
)
from shared.directory import follow
from shared.ended import heed
from shared.events import Handlers
from shared.jobs import follow_jobs

handlers = Handlers()
follow(handlers, NodeChanged, NodeWithdrawn, PersonChanged, GrantChanged)
heed(handlers, AccessEnded)
follow_jobs(handlers, AccessEnded)
