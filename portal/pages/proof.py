"""The proof: how the record is sealed, whether it is untouched, one site's record to take away."""

import asyncio
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.places import Place
from portal.render import fragment, page
from portal.session import Visit, Visitor
from services.identity.record_schemas import (
    KEPT_HOURS,
    LONGEST_WAIT_S,
    MOST_WAITING,
    CheckpointOut,
    JobStatus,
    ProofOut,
    RecordOut,
    VerificationOut,
)
from services.identity.schemas import NodeKind
from shared.schemas import Page

NEWEST: Final = 5
SHOWN: Final = 10
MOST_ASKED: Final = 100
RUNNING: Final = (JobStatus.WAITING, JobStatus.UNDER_WAY)

router = APIRouter(prefix="/proof")


@router.get("")
async def proof(visit: Visitor, after: str = "") -> Response:
    return await _proof_page(visit, after)


@router.get("/jobs")
async def jobs(visit: Visitor, asked: int = 0) -> Response:
    """What is under way, for the page to ask again while there is something to wait for."""
    context = {"places": await visit.places(), **await _jobs(visit), "asked": asked + 1}
    return fragment(visit, "proof/jobs.html", context)


@router.get("/verifications")
async def verifications(visit: Visitor, after: str = "") -> Response:
    found = await visit.api.get(
        "/identity/verifications", Page[VerificationOut], after=after, limit=SHOWN
    )
    names = await visit.names(one.person_id for one in found.items)
    return await page(visit, "proof/verifications.html", {"found": found, "names": names})


@router.post("/verifications")
async def verify(visit: Visitor) -> Response:
    try:
        await visit.api.post("/identity/verifications", VerificationOut)
    except Refused as refused:
        return await _proof_page(visit, refused=refused)
    return visit.go("/proof", "verification_asked")


@router.post("/sites")
async def prove(visit: Visitor) -> Response:
    site = str(visit.form.get("site", ""))
    try:
        await visit.api.post(f"/identity/nodes/{_id(site)}/proofs", ProofOut)
    except Refused as refused:
        return await _proof_page(visit, refused=refused)
    return visit.go("/proof", "proof_asked")


@router.get("/files/{proof_id}.zip")
async def fetch(visit: Visitor, proof_id: UUID) -> Response:
    content = await visit.api.fetch(f"/identity/proofs/{proof_id}/file")
    return _download(content, f"proof-{proof_id}.zip", "application/zip")


@router.get("/checkpoints/{number}.txt")
async def checkpoint(visit: Visitor, number: int) -> Response:
    note = await visit.api.fetch(f"/identity/checkpoints/{number}")
    return _download(note, f"checkpoint-{number}.txt", "text/plain; charset=utf-8")


async def _proof_page(visit: Visit, after: str = "", refused: Refused | None = None) -> Response:
    asked = {"after": after, "limit": SHOWN}
    record, found, places, running = await asyncio.gather(
        visit.api.get("/identity/record", RecordOut),
        visit.api.get("/identity/checkpoints", Page[CheckpointOut], **asked),
        visit.places(),
        _jobs(visit),
    )
    context = {
        "record": record,
        "found": found,
        "sites": _provable(visit, places),
        "longest_wait": LONGEST_WAIT_S,
        "most_waiting": MOST_WAITING,
        "kept_hours": KEPT_HOURS,
        "refused": refused,
        **running,
    }
    return await page(visit, "proof/proof.html", context, refused.status if refused else 200)


async def _jobs(visit: Visit) -> dict[str, object]:
    looks = await visit.api.get("/identity/verifications", Page[VerificationOut], limit=NEWEST)
    proofs = Page[ProofOut](items=[])
    if visit.may("identity:prove"):
        proofs = await visit.api.get("/identity/proofs", Page[ProofOut], limit=NEWEST)
    every = [*looks.items, *proofs.items]
    return {
        "verifications": looks,
        "proofs": proofs.items,
        "names": await visit.names(one.person_id for one in looks.items),
        "running": any(job.status in RUNNING for job in every),
        "asked": 0,
        "most_asked": MOST_ASKED,
    }


def _provable(visit: Visit, places: list[Place]) -> list[Place]:
    sites = (place for place in places if place.kind is NodeKind.SITE)
    return [site for site in sites if visit.may("identity:prove", site.id)]


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused(404, "not_found", "There is no such site.", {}) from None


def _download(content: bytes, name: str, kind: str) -> Response:
    attached = f'attachment; filename="{name}"'
    return Response(content, media_type=kind, headers={"Content-Disposition": attached})
