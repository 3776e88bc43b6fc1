"""The doors of long work: one's own jobs, and nobody else's."""

from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import ColumnElement, select, update

from shared.errors import NotFound
from shared.job_rows import OPEN, NoResult, RightsChanged, still_allowed, tables
from shared.schemas import LARGEST_PAGE, JobOut, JobState, Page
from shared.work import UnitOfWork, authorised


def jobs_router(service: str) -> APIRouter:
    router = APIRouter(tags=["jobs"])
    Read = Annotated[UnitOfWork, authorised(f"{service}:read")]  # noqa: N806

    @router.get("/jobs")
    def list_jobs(
        uow: Read,
        after: UUID | None = None,
        limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
    ) -> Page[JobOut]:
        """What the caller asked for in the last days, newest first."""
        return own_jobs(uow, after, limit)

    @router.get("/jobs/{job_id}")
    def read_job(job_id: UUID, uow: Read) -> JobOut:
        return JobOut.model_validate(own_job(uow, job_id))

    @router.post("/jobs/{job_id}/cancel")
    def cancel_job(job_id: UUID, uow: Read) -> JobOut:
        """Give it up: at once if it waits, else at its next step. What has ended stays as it is."""
        return cancel(uow, job_id)

    @router.get("/jobs/{job_id}/result", response_class=Response)
    def read_result(job_id: UUID, uow: Read) -> Response:
        """The file, for who may still do all that it was made with."""
        return result(uow, job_id)

    return router


def own_jobs(uow: UnitOfWork, after: UUID | None, limit: int) -> Page[JobOut]:
    """Ids grow with time and alike in all services: one cursor pages through all of them."""
    job, _ = tables(uow.service)
    rows = select(*shown(uow)).where(job.c.person_id == uow.actor.id, job.c.kept_until > uow.now)
    if after is not None:
        rows = rows.where(job.c.id < after)
    found = uow.session.execute(rows.order_by(job.c.id.desc()).limit(limit + 1)).all()
    items = [JobOut.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=str(items[-1].id) if len(found) > limit else None)


def shown(uow: UnitOfWork) -> list[ColumnElement[Any]]:
    """Not what was wanted: that may be a whole workbook."""
    job, _ = tables(uow.service)
    return [job.c[name] for name in JobOut.model_fields]


def own_job(uow: UnitOfWork, id: UUID, *, lock: bool = False) -> Any:  # noqa: ANN401  a row
    job, _ = tables(uow.service)
    mine = (job.c.id == id) & (job.c.person_id == uow.actor.id) & (job.c.kept_until > uow.now)
    found = select(*shown(uow), job.c.actor, job.c.permission).where(mine)
    row = uow.session.execute(found.with_for_update() if lock else found).one_or_none()
    if row is None:
        raise NotFound(kind="job", id=id)
    return row


def cancel(uow: UnitOfWork, id: UUID) -> JobOut:
    job, _ = tables(uow.service)
    row = own_job(uow, id, lock=True)
    if row.state in OPEN:
        values: dict[str, Any] = {"cancel_asked": True}
        if row.state == JobState.WAITING:
            values |= {"state": JobState.CANCELLED, "ended_at": uow.now}
        uow.session.execute(update(job).where(job.c.id == id).values(values))
    return JobOut.model_validate(own_job(uow, id))


def result(uow: UnitOfWork, id: UUID) -> Response:
    _, files = tables(uow.service)
    row = own_job(uow, id)
    found = select(files.c.media, files.c.content).where(files.c.job_id == id)
    file = uow.session.execute(found).one_or_none()
    if file is None:
        raise NoResult
    if not still_allowed(row, uow.actor):
        raise RightsChanged(permission=row.permission)
    name = f"attachment; filename*=UTF-8''{quote(row.file, safe='')}"
    return Response(file.content, media_type=file.media, headers={"Content-Disposition": name})
