"""What identity forgets by the clock."""

from services.identity import attempts, digests, federation, links, record_jobs
from shared.tasks import Tasks
from shared.work import UnitOfWork

tasks = Tasks("identity")


@tasks.at(minute="*/15")
def forget_attempts(uow: UnitOfWork) -> None:
    attempts.forget_old(uow)


@tasks.at(hour="3", minute="20")
def forget_old_links(uow: UnitOfWork) -> None:
    """And the sign-ins that nobody finished."""
    links.forget_old(uow)
    federation.forget_old(uow)


@tasks.at(minute="50")
def forget_old_proofs(uow: UnitOfWork) -> None:
    record_jobs.forget_old(uow)


@tasks.at(hour="6", minute="5")
def send_digests(uow: UnitOfWork) -> None:
    digests.ask_for_all(uow)
