"""The doors to the sealed record: its checkpoints, its verification, the proof of a site."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse

from services.identity import record_jobs
from services.identity.record_models import Proof, Verification
from services.identity.record_schemas import (
    CheckpointOut,
    ProofOut,
    RecordOut,
    VerificationOut,
)
from shared.pages import Order, Paged, page
from shared.schemas import LARGEST_PAGE, Page
from shared.work import UnitOfWork, authorised

Verify = Annotated[UnitOfWork, authorised("identity:verify")]
Prove = Annotated[UnitOfWork, authorised("identity:prove")]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]

router = APIRouter()


@router.get("/record")
def read_record(uow: Verify) -> RecordOut:
    """How many changes wait for a checkpoint, and which one was signed last."""
    return record_jobs.record(uow)


@router.get("/checkpoints")
def list_checkpoints(
    uow: Verify,
    after: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = 50,
) -> Page[CheckpointOut]:
    """Newest first."""
    return record_jobs.checkpoints(uow, after, limit)


@router.get("/checkpoints/{number}", response_class=PlainTextResponse)
def read_checkpoint(number: Number, uow: Verify) -> str:
    """The signed note, to the letter."""
    return record_jobs.note(uow, number)


@router.get("/verifications")
def list_verifications(uow: Verify, paging: Paged) -> Page[VerificationOut]:
    """Newest first. Who sees some sites only is told whether all is well, and no more."""
    rows = uow.select(Verification)
    found = page(uow, rows, Order(Verification.created_at, descending=True), paging)
    told = [record_jobs.told(uow, row) for row in found["items"]]
    return Page(items=told, next=found["next"])


@router.post("/verifications", status_code=201)
def ask_for_verification(uow: Verify) -> VerificationOut:
    """Have the whole record looked at; one verification runs at a time."""
    return record_jobs.told(uow, record_jobs.ask_for_verification(uow))


@router.post("/nodes/{node_id}/proofs", response_model=ProofOut, status_code=201)
def ask_for_proof(node_id: UUID, uow: Prove) -> Proof:
    """Have the record of a site written with its proofs, up to now."""
    return record_jobs.ask_for_proof(uow, node_id)


@router.get("/proofs", response_model=Page[ProofOut])
def list_proofs(uow: Prove, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    """One's own, newest first."""
    return page(uow, record_jobs.own_proofs(uow), Order(Proof.created_at, descending=True), paging)


@router.get("/proofs/{proof_id}/file")
def fetch_proof(proof_id: UUID, uow: Prove) -> Response:
    """The archive; `verify_proof.py` in it says how it is checked."""
    row, content = record_jobs.proof(uow, proof_id)
    attached = f'attachment; filename="proof-{row.checkpoint}.zip"'
    headers = {"Content-Disposition": attached}
    return Response(content, media_type="application/zip", headers=headers)
