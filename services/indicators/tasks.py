"""Jobs by the clock."""

from services.indicators import values
from services.indicators.alerting import watching
from services.indicators.method import commands
from shared import evidence
from shared.tasks import Tasks
from shared.work import UnitOfWork

tasks = Tasks("indicators")


@tasks.at(minute="10")
def recount_everything(uow: UnitOfWork) -> None:
    """Count the new day and month from 00:10 UTC; hourly, for a machine that slept then."""
    values.recount_everything(uow)


@tasks.at(minute="40")
def watch_the_clock(uow: UnitOfWork) -> None:
    """Late figures and incomplete ones, hourly: what a site reports today ends its alert today."""
    watching.watch_the_clock(uow)


@tasks.at(minute="50")
def escalate_alerts(uow: UnitOfWork) -> None:
    watching.escalate(uow)


@tasks.at(hour="2", minute="50")
def announce_definitions(uow: UnitOfWork) -> None:
    commands.announce_definitions(uow)


@tasks.at(hour="3", minute="30")
def remove_contents_without_row(uow: UnitOfWork) -> None:
    """Uploads that failed halfway leave a content that nothing names."""
    evidence.sweep(uow)
