"""The rows of long work: what somebody asked for, how far it is, and what it left.

A service keeps them with `add_jobs(Model.metadata)` in its models.py. See shared/jobs.py.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from shared.auth import Actor, actor_from
from shared.errors import Conflict, Forbidden, NotFound
from shared.schemas import JobState
from shared.work import UnitOfWork

KEPT: Final = timedelta(days=7)
MOST_OPEN: Final = 3
ONE_AT_A_TIME: Final = 7_305
OPEN: Final = (JobState.WAITING, JobState.RUNNING)
OWN: Final = "current_setting('qse.person', true) IN ('*', person_id::text)"


class TooManyJobs(Conflict):
    status = 429
    message = "You have {count} jobs that wait or run; let one end first."


class RightsChanged(Forbidden):
    message = "Your rights changed since you asked for this; start again."


class NoResult(NotFound):
    message = "There is no file of this job, or not any more."


def add_jobs(metadata: MetaData) -> None:
    """Rows that each person sees their own of."""
    own = {"shown": OWN, "written": OWN}
    job = Table(
        "job",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("label", Text, nullable=False),
        Column("person_id", Uuid, nullable=False),
        Column("actor", JSONB, nullable=False),
        Column("permission", Text, nullable=False),
        Column("correlation_id", Uuid, nullable=False),
        Column("wanted", JSONB, nullable=False),
        Column("key", Text),
        Column("state", Text, nullable=False),
        Column("cancel_asked", Boolean, nullable=False, server_default=text("false")),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("done", Integer, nullable=False, server_default="0"),
        Column("total", Integer),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("started_at", DateTime(timezone=True)),
        Column("ended_at", DateTime(timezone=True)),
        Column("kept_until", DateTime(timezone=True), nullable=False, index=True),
        Column("facts", JSONB),
        Column("error", JSONB),
        Column("file", Text),
        info=own,
    )
    Index("ix_job_person_id_id", job.c.person_id, job.c.id)
    Index("ix_job_open", job.c.id, postgresql_where=text("state IN ('waiting', 'running')"))
    Table(
        "job_result",
        metadata,
        Column("job_id", ForeignKey(job.c.id, ondelete="CASCADE"), primary_key=True),
        Column("person_id", Uuid, nullable=False),
        Column("media", Text, nullable=False),
        Column("content", LargeBinary, nullable=False),
        info=own,
    )


@cache
def tables(service: str) -> tuple[Table, Table]:
    """The jobs of a service, and the files that they left."""
    metadata = MetaData(schema=service)
    add_jobs(metadata)
    return metadata.tables[f"{service}.job"], metadata.tables[f"{service}.job_result"]


def ask(
    uow: UnitOfWork, kind: str, label: str, wanted: Mapping[str, Any], key: str | None = None
) -> UUID:
    """Have something done soon. With a key, what waits or runs already is not asked for twice."""
    job, _ = tables(uow.service)
    one = func.pg_advisory_xact_lock(ONE_AT_A_TIME, func.hashtext(str(uow.actor.id)))
    uow.session.execute(select(one))
    mine = select(job.c.id, job.c.key).where(job.c.person_id == uow.actor.id, job.c.state.in_(OPEN))
    waiting = uow.session.execute(mine).all()
    for there in waiting:
        if key is not None and there.key == key:
            return UUID(str(there.id))
    if len(waiting) >= MOST_OPEN:
        raise TooManyJobs(count=len(waiting))
    row = {
        "id": uuid7(),
        "kind": kind,
        "label": label,
        "person_id": uow.actor.id,
        "actor": _claims(uow),
        "permission": uow.permission,
        "correlation_id": uow.correlation_id,
        "wanted": dict(wanted),
        "key": key,
        "state": JobState.WAITING,
        "created_at": uow.now,
        "kept_until": uow.now + KEPT,
    }
    uow.session.execute(job.insert().values(row))
    uow.session.info["asked"] = True
    return UUID(str(row["id"]))


def _claims(uow: UnitOfWork) -> dict[str, Any]:
    """Who asked, as identity's token had it. The job outlives their session, not their access."""
    actor = uow.actor
    return {
        "sub": actor.id,
        "name": actor.name,
        "lang": actor.language,
        "sid": actor.session,
        "ro": actor.reads_only,
        "iat": (actor.issued_at or uow.now).timestamp(),
        "grants": [
            {
                "role": grant.role,
                "sites": "*" if grant.places is None else sorted(map(str, grant.places)),
                "process": grant.process,
            }
            for grant in actor.grants
        ],
    }


def still_allowed(row: Any, now: Actor) -> bool:  # noqa: ANN401  a row of the table
    """Whether somebody holds all that they held when they asked."""
    then, held = actor_from(row.actor).places(row.permission), now.places(row.permission)
    return held is None or (then is not None and then <= held)
