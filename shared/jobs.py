"""Long work: a row in PostgreSQL is the truth, and Celery is the wake-up and the muscle.

A service keeps the rows (`add_jobs(Model.metadata)` in models.py), says what it can do, and names
that in its manifest (`Service(..., jobs=jobs)`):

    jobs = Jobs("risk", JobEnded)           # services/risk/jobs.py; JobEnded is in its events.py
    follow_jobs(handlers, AccessEnded)      # services/risk/handlers.py

    @jobs.kind("import_risks")
    def import_risks(uow: UnitOfWork, job: Running) -> Result | None:
        rows = job.wanted["rows"]
        for done, row in enumerate(rows):
            job.progress(done, len(rows))
            commands.assess_risk(uow, RiskIn.model_validate(row))
        return Result(facts={"added": len(rows)})

An endpoint asks for it: `ask(uow, "import_risks", file_name, {"rows": rows}, key=digest)` gives the
job's id. It is done on the authority of who asked, with the permission of that unit of work. What
it changes commits together with the mark that it is done, or not at all. Whoever does it holds a
lock that PostgreSQL takes back when the process dies: a task that Celery runs twice does nothing,
and what was left is taken up by the next one.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select, text, update

from shared.auth import SYSTEM, actor_from
from shared.bus import TRANSIENT
from shared.directory import is_active
from shared.errors import Conflict, DomainError, Unauthenticated
from shared.events import Event, Handlers
from shared.job_rows import OPEN, RightsChanged, tables
from shared.schemas import JobState
from shared.work import UnitOfWork, clock, unit_of_work

log = structlog.get_logger()

MOST_ATTEMPTS: Final = 3
LONGEST_S: Final = 600
TOLD_EVERY_S: Final = 0.5
DOING: Final = 7_306
ALONE: Final = text(
    "select pg_try_advisory_xact_lock(:doing, hashtext(:job)),"
    " set_config('statement_timeout', '120s', true),"
    " set_config('idle_in_transaction_session_timeout', '120s', true)"
)
"""The lock, and the patience of somebody for whom no page waits."""


class JobTooLong(Conflict):
    message = "This took longer than {minutes} minutes and was stopped; ask for less at once."


class JobStopped(Conflict):
    message = "This was tried {attempts} times and stopped each time; the log says why."


class Cancelled(Exception):
    """Whoever asked for the job does not want it any more, or it was taken from who does it."""


@dataclass(frozen=True)
class File:
    name: str
    media: str
    content: bytes


@dataclass(frozen=True)
class Result:
    """What a job leaves: facts to be shown, and perhaps a file to be fetched."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    file: File | None = None


class Running:
    """A job, as the function sees it that does it."""

    def __init__(self, service: str, row: Any) -> None:  # noqa: ANN401  a row of the table
        self.id: UUID = row.id
        self.wanted: dict[str, Any] = row.wanted
        self.attempt: int = row.attempts
        self._service = service
        self._job, _ = tables(service)
        self.mine = (self._job.c.id == row.id) & (self._job.c.attempts == row.attempts)
        self._started = time.monotonic()
        self._told = 0.0

    def progress(self, done: int, total: int | None = None) -> None:
        """Say how far it is, in a transaction of its own; stop when nobody wants it any more."""
        now = time.monotonic()
        if now - self._started > LONGEST_S:
            raise JobTooLong(minutes=LONGEST_S // 60)
        if now - self._told < TOLD_EVERY_S:
            return
        self._told = now
        said = update(self._job).where(self.mine, ~self._job.c.cancel_asked)
        said = said.where(self._job.c.state == JobState.RUNNING)
        with unit_of_work(self._service, SYSTEM) as uow:
            told = said.values(done=done, total=total).returning(self._job.c.id)
            if uow.session.scalar(told) is None:
                raise Cancelled


Work = Callable[[UnitOfWork, Running], Result | None]


@dataclass(frozen=True)
class Jobs:
    """What a service does that takes its time: the counterpart of an APIRouter."""

    service: str
    ended: type[Event]
    kinds: dict[str, Work] = field(default_factory=dict)
    is_active: Callable[[UnitOfWork, UUID], bool] = is_active
    """Whether somebody has not left: identity knows of itself, the others from its events."""

    def kind(self, name: str) -> Callable[[Work], Work]:
        def register(work: Work) -> Work:
            self.kinds[name] = work
            return work

        return register

    def due(self) -> list[UUID]:
        """What waits, and what runs or was left by who died; what was kept long enough goes."""
        job, _ = tables(self.service)
        open_ones = select(job.c.id).where(job.c.state.in_(OPEN)).order_by(job.c.id)
        with unit_of_work(self.service, SYSTEM) as uow:
            uow.session.execute(delete(job).where(job.c.kept_until <= uow.now))
            return list(uow.session.scalars(open_ones))

    def run(self, id: UUID) -> None:
        """Do a job, unless somebody else is at it or it has ended."""
        job, _ = tables(self.service)
        with unit_of_work(self.service, SYSTEM) as uow:
            row = uow.session.execute(select(job).where(job.c.id == id)).one_or_none()
        if row is None or row.state not in OPEN:
            return
        try:
            self._do(row)
        except Cancelled:
            self._end(id, JobState.CANCELLED)
        except DomainError as refused:
            self._end(id, JobState.FAILED, refused)
        except TRANSIENT as error:
            log.warning("job waits for a server", job=str(id), error=type(error).__name__)
        except Exception:
            log.exception("job stopped", job=str(id))

    def _do(self, asked: Any) -> None:  # noqa: ANN401  a row of the table
        actor = actor_from(asked.actor)
        story = asked.correlation_id
        try:
            with unit_of_work(
                self.service, actor, permission=asked.permission, correlation_id=story
            ) as uow:
                if not uow.session.scalar(ALONE, {"doing": DOING, "job": str(asked.id)}):
                    return
                row = self._begin(asked.id)
                if row is None:
                    return
                if not self.is_active(uow, actor.id):
                    raise RightsChanged(permission=row.permission)
                running = Running(self.service, row)
                self._finish(uow, row, running, self.kinds[row.kind](uow, running))
        except Unauthenticated:
            raise RightsChanged(permission=asked.permission) from None

    def _begin(self, id: UUID) -> Any:  # noqa: ANN401
        """Count the attempt, whatever becomes of it; nothing, if there is none left to make."""
        job, _ = tables(self.service)
        with unit_of_work(self.service, SYSTEM) as uow:
            this = select(job).where(job.c.id == id, job.c.state.in_(OPEN)).with_for_update()
            row = uow.session.execute(this).one_or_none()
            if row is None:
                return None
            if row.cancel_asked:
                raise Cancelled
            if row.attempts >= MOST_ATTEMPTS:
                raise JobStopped(attempts=row.attempts)
            values = {
                "state": JobState.RUNNING,
                "attempts": row.attempts + 1,
                "started_at": uow.now,
                "done": 0,
                "total": None,
            }
            begun = update(job).where(job.c.id == id).values(values).returning(job)
            return uow.session.execute(begun).one()

    def _finish(self, uow: UnitOfWork, row: Any, running: Running, result: Result | None) -> None:  # noqa: ANN401
        """Mark it done, with what it changed. Who lost it meanwhile takes all of that back."""
        job, files = tables(self.service)
        left = result or Result()
        values: dict[str, Any] = {"state": JobState.DONE, "facts": dict(left.facts)}
        values |= {"ended_at": clock(), "done": func.coalesce(job.c.total, job.c.done)}
        values |= {"file": left.file.name if left.file else None}
        done = update(job).where(running.mine, ~job.c.cancel_asked)
        done = done.where(job.c.state == JobState.RUNNING).values(values).returning(job.c.id)
        if uow.session.scalar(done) is None:
            raise Cancelled
        if left.file is not None:
            kept = {"media": left.file.media, "content": left.file.content}
            kept |= {"job_id": row.id, "person_id": row.person_id}
            uow.session.execute(files.insert().values(kept))
        self._tell(uow, row, JobState.DONE)

    def _end(self, id: UUID, state: JobState, why: DomainError | None = None) -> None:
        job, _ = tables(self.service)
        said = {"type": why.type, "detail": str(why), "facts": why.facts} if why else None
        ended = update(job).where(job.c.id == id, job.c.state.in_(OPEN)).returning(job)
        if state is JobState.CANCELLED:
            ended = ended.where(job.c.cancel_asked)
        with unit_of_work(self.service, SYSTEM) as uow:
            values = {"state": state, "ended_at": uow.now, "error": said}
            row = uow.session.execute(ended.values(values)).one_or_none()
            if row is not None and state is JobState.FAILED:
                self._tell(uow, row, state)

    def _tell(self, uow: UnitOfWork, row: Any, state: JobState) -> None:  # noqa: ANN401
        told = {"job_id": row.id, "person_id": row.person_id, "kind": row.kind, "state": state}
        uow.publish(self.ended.model_validate(told))


def follow_jobs(handlers: Handlers, access_ended: type[Event]) -> None:
    """Have a service stop what somebody asked for whose access was taken back meanwhile."""

    def end_jobs(uow: UnitOfWork, event: Any) -> None:  # noqa: ANN401  identity's event
        job, _ = tables(uow.service)
        theirs = (job.c.person_id == event.subject_id) & (job.c.created_at < event.before)
        why = RightsChanged(permission="")
        error = {"type": why.type, "detail": str(why), "facts": why.facts}
        ended = {"state": JobState.FAILED, "ended_at": uow.now, "error": error}
        uow.session.execute(update(job).where(theirs, job.c.state.in_(OPEN)).values(ended))

    handlers.on(access_ended)(end_jobs)
