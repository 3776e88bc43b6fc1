"""What the actions service does by the clock."""

from services.actions import reminders
from services.actions.sharing import commands as sharing
from shared import evidence
from shared.tasks import Tasks
from shared.work import UnitOfWork

tasks = Tasks("actions")


@tasks.at(hour="5", minute="10")
def announce_overdue_actions(uow: UnitOfWork) -> None:
    reminders.announce_overdue(uow)


@tasks.at(hour="5", minute="5")
def remind_of_deadlines(uow: UnitOfWork) -> None:
    reminders.remind_of_deadlines(uow)


@tasks.at(hour="5", minute="15")
def announce_checks_of_effect(uow: UnitOfWork) -> None:
    reminders.announce_checks(uow)


@tasks.at(hour="5", minute="20")
def remind_of_questions(uow: UnitOfWork) -> None:
    sharing.remind_of_questions(uow)


@tasks.at(hour="3", minute="20")
def remove_contents_without_row(uow: UnitOfWork) -> None:
    """Uploads that failed halfway leave a content that nothing names."""
    evidence.sweep(uow)
