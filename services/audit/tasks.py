"""What the audit service does by the clock."""

from services.audit.answers import reminders
from services.audit.auditors import files
from services.audit.programme import certifying
from shared import evidence
from shared.tasks import Tasks
from shared.work import UnitOfWork

tasks = Tasks("audit")


@tasks.at(hour="5", minute="20")
def announce_findings_due(uow: UnitOfWork) -> None:
    reminders.announce_due(uow)


@tasks.at(hour="3", minute="40")
def remove_contents_without_row(uow: UnitOfWork) -> None:
    """Uploads that failed halfway leave a content that nothing names."""
    evidence.sweep(uow)


@tasks.at(hour="5", minute="30")
def announce_ending_competences(uow: UnitOfWork) -> None:
    files.announce_ending_competences(uow)


@tasks.at(hour="4", minute="20")
def end_certificates(uow: UnitOfWork) -> None:
    certifying.end_certificates(uow)


@tasks.at(hour="5", minute="20")
def remind_of_certification(uow: UnitOfWork) -> None:
    certifying.remind(uow)
