"""What somebody asked for that takes its time: all services together, newest first."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.exports import ask_for_export
from portal.pages.evidence import passed_on
from portal.pages.lists import LISTS
from portal.render import fragment, page
from portal.session import Visit, Visitor
from shared.schemas import JobOut, JobState, Page

WORKING: Final = (
    "actions",
    "audit",
    "compliance",
    "identity",
    "indicators",
    "policy",
    "processes",
    "risk",
)
"""The services that take such work."""
SHOWN: Final = 20
MOST_ASKED: Final = 600
"""A page that is left open stops asking at last, so that a session left alone still ends."""
OPEN: Final = (JobState.WAITING, JobState.RUNNING)

router = APIRouter()


@dataclass(frozen=True)
class Told:
    """A job, where it is done, and why it failed if it did."""

    service: str
    job: JobOut

    @property
    def is_open(self) -> bool:
        return self.job.state in OPEN

    @property
    def refused(self) -> Refused | None:
        why = self.job.error
        return Refused(HTTPStatus.CONFLICT, **why) if why else None


@router.get("/jobs")
async def jobs(visit: Visitor, after: str = "") -> Response:
    return await page(visit, "jobs/jobs.html", await _shown(visit, after) | {"asked": 0})


@router.get("/jobs/rows")
async def rows(visit: Visitor, after: str = "", asked: int = 0) -> Response:
    """The same rows a moment later: the page asks again while there is something to wait for."""
    return fragment(visit, "jobs/rows.html", await _shown(visit, after) | {"asked": asked + 1})


@router.post("/jobs/{service}/{job_id}/cancel")
async def cancel(visit: Visitor, service: str, job_id: UUID) -> Response:
    await visit.api.post(f"{_of(service)}/{job_id}/cancel", JobOut)
    return visit.go("/jobs", "job_cancelled")


@router.get("/jobs/{service}/{job_id}/file")
async def file(visit: Visitor, service: str, job_id: UUID) -> Response:
    return await passed_on(visit, f"{_of(service)}/{job_id}/result")


@router.post("/lists/{name}/exports")
async def export(visit: Visitor, name: str) -> Response:
    """Have a list that is too long for a page made into a file; its own page offers this."""
    if name not in LISTS:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such list.", {})
    await ask_for_export(visit, LISTS[name])
    return visit.go("/jobs", "export_asked")


def _of(service: str) -> str:
    if service not in WORKING:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no such service.", {})
    return f"/{service}/jobs"


async def _shown(visit: Visit, after: str) -> dict[str, Any]:
    asked = {"after": after, "limit": SHOWN}
    found: list[Page[JobOut]] = await asyncio.gather(
        *(visit.rows(f"/{name}/jobs", JobOut, **asked) for name in WORKING)
    )
    told = [
        Told(service, job)
        for service, part in zip(WORKING, found, strict=True)
        for job in part.items
    ]
    told.sort(key=lambda one: one.job.id, reverse=True)
    more = len(told) > SHOWN or any(part.next for part in found)
    told = told[:SHOWN]
    return {
        "told": told,
        "running": any(one.is_open for one in told),
        "most_asked": MOST_ASKED,
        "found": Page[JobOut](items=[], next=str(told[-1].job.id) if more else None),
    }
