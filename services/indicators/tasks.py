"""Jobs by the clock."""

from services.indicators import values
from services.indicators.method import commands
from shared import evidence
from shared.tasks import Tasks
from shared.work import UnitOfWork

tasks = Tasks("indicators")


@tasks.at(minute="10")
def recount_everything(uow: UnitOfWork) -> None:
    """Count the new day and month from 00:10 UTC; hourly, for a machine that slept then."""
    values.recount_everything(uow)


@tasks.at(hour="2", minute="50")
def announce_definitions(uow: UnitOfWork) -> None:
    commands.announce_definitions(uow)


@tasks.at(hour="3", minute="30")
def remove_contents_without_row(uow: UnitOfWork) -> None:
    """Uploads that failed halfway leave a content that nothing names."""
    evidence.sweep(uow)
