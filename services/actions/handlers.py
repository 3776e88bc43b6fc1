"""What the actions service does when it hears of something."""

from services.actions import opening
from services.actions.opening import Nonconformity
from services.audit.events import FindingRaised, FindingWithdrawn
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
from shared.work import UnitOfWork

handlers = Handlers()
follow(handlers, NodeChanged, NodeWithdrawn, PersonChanged, GrantChanged)
heed(handlers, AccessEnded)
follow_jobs(handlers, AccessEnded)


@handlers.on(FindingRaised)
def answer_the_finding(uow: UnitOfWork, event: FindingRaised) -> None:
    known = {"finding_id", "site_id", "grade", "process", "raised_on", "obliges"}
    opening.answer_finding(uow, Nonconformity(**event.model_dump(include=known)))


@handlers.on(FindingWithdrawn)
def withdraw_the_answer(uow: UnitOfWork, event: FindingWithdrawn) -> None:
    opening.withdraw_answer(uow, event.finding_id)
