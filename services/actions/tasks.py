"""What the actions service does by the clock."""

from services.actions import commands
from shared import evidence
from shared.tasks import Tasks
from shared.work import UnitOfWork

tasks = Tasks("actions")


@tasks.at(hour="5", minute="10")
def announce_overdue_actions(uow: UnitOfWork) -> None:
    commands.announce_overdue(uow)


@tasks.at(hour="3", minute="20")
def remove_contents_without_row(uow: UnitOfWork) -> None:
    """Uploads that failed halfway leave a content that nothing names."""
    evidence.sweep(uow)
