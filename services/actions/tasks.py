"""What the actions service does by the clock."""

from services.actions import commands
from shared.tasks import Tasks
from shared.work import UnitOfWork

tasks = Tasks("actions")


@tasks.at(hour="5", minute="10")
def announce_overdue_actions(uow: UnitOfWork) -> None:
    commands.announce_overdue(uow)
