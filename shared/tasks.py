"""Jobs that run by the clock, each firing once however many clocks there are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from sqlalchemy.dialects.postgresql import insert

from shared.auth import SYSTEM
from shared.work import UnitOfWork, clock, unit_of_work

log = structlog.get_logger()

Job = Callable[[UnitOfWork], None]


@dataclass(frozen=True)
class Tasks:
    """A service's scheduled jobs; the clock's counterpart of an APIRouter."""

    service: str
    jobs: dict[str, tuple[Job, dict[str, Any]]] = field(default_factory=dict)

    def at(self, **when: Any) -> Callable[[Job], Job]:  # noqa: ANN401  crontab's own keywords
        """Run the decorated function, in its own transaction, at these times (UTC crontab)."""

        def register(job: Job) -> Job:
            self.jobs[f"{self.service}.{job.__name__}"] = (job, when)
            return job

        return register

    def fire(self, name: str, now: datetime | None = None) -> bool:
        """Run a job for the minute it is due. False: that firing had been dealt with already.

        The mark commits with what the job did, so a second clock, a task that Celery runs
        twice or a worker that dies halfway changes nothing.
        """
        job, _ = self.jobs[name]
        due = (now or clock()).replace(second=0, microsecond=0)
        with unit_of_work(self.service, SYSTEM) as uow:
            key = uuid5(NAMESPACE_URL, f"{name}@{due.isoformat()}")
            mark = insert(uow.ledger.inbox).values(event_id=key, handler=name)
            first = mark.on_conflict_do_nothing().returning(uow.ledger.inbox.c.event_id)
            if uow.session.scalar(first) is None:
                return False
            job(uow)
        log.info("job done", job=name, due=due.isoformat())
        return True
