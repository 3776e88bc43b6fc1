"""What identity does that takes its time."""

from uuid import UUID

from services.identity.events import JobEnded
from services.identity.imports import imports
from services.identity.models import Person
from shared.jobs import Jobs
from shared.work import UnitOfWork


def is_active(uow: UnitOfWork, person_id: UUID) -> bool:
    person = uow.session.get(Person, person_id)
    return person is not None and person.active


jobs = Jobs("identity", JobEnded, is_active=is_active)
imports.add_to(jobs)
