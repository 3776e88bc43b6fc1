"""Asking for a look at the whole record, or for the proof of one site's."""

from uuid import UUID

from sqlalchemy import Select, delete, func, select

from services.identity.errors import ProofGone, TooManyProofs, VerificationUnderWay, WrongPlace
from services.identity.models import Node, checkpoint
from services.identity.record_models import Proof, Verification, proof_file, sealing
from services.identity.record_schemas import (
    MOST_UNDER_WAY,
    CheckpointOut,
    JobStatus,
    RecordOut,
    VerificationOut,
)
from services.identity.schemas import NodeKind
from shared.errors import NotFound
from shared.schemas import Page
from shared.work import UnitOfWork

RUNNING = (JobStatus.WAITING, JobStatus.UNDER_WAY)
ASKING = 7_304


def record(uow: UnitOfWork) -> RecordOut:
    """How the sealing goes. Nothing of it is about any site."""
    seen = uow.session.execute(select(sealing)).one_or_none()
    newest = uow.session.execute(_newest_first().limit(1)).one_or_none()
    running = uow.session.scalar(_running_verification(uow))
    why = seen.disagreement if seen else None
    return RecordOut(
        waiting=seen.waiting if seen else 0,
        looked_at=seen.looked_at if seen else None,
        disagrees=why is not None,
        disagreement=why if uow.places is None else None,
        newest=CheckpointOut.model_validate(newest) if newest else None,
        verifying=running is not None,
    )


def checkpoints(uow: UnitOfWork, after: int | None, limit: int) -> Page[CheckpointOut]:
    """Newest first."""
    rows = _newest_first()
    if after is not None:
        rows = rows.where(checkpoint.c.number < after)
    found = uow.session.execute(rows.limit(limit + 1)).all()
    items = [CheckpointOut.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=str(items[-1].number) if len(found) > limit else None)


def note(uow: UnitOfWork, number: int) -> str:
    said = select(checkpoint.c.note).where(checkpoint.c.number == number)
    found: str | None = uow.session.scalar(said)
    if found is None:
        raise NotFound(kind="checkpoint", id=number)
    return found


def newest_note(uow: UnitOfWork) -> str:
    """What the platform committed to last, for a copy outside of it; nothing before the first."""
    return uow.session.scalar(_newest_first().with_only_columns(checkpoint.c.note).limit(1)) or ""


def ask_for_verification(uow: UnitOfWork) -> Verification:
    """One at a time: whoever comes later reads what the first one finds."""
    uow.require_session()
    _one_after_another(uow, "verification")
    if uow.session.scalar(_running_verification(uow)) is not None:
        raise VerificationUnderWay
    return uow.add(Verification(person_id=uow.actor.id))


def told(uow: UnitOfWork, row: Verification) -> VerificationOut:
    """What the caller may know of a verification: all of it, or whether all is well."""
    done = row.status is JobStatus.DONE
    said = VerificationOut.model_validate(row, from_attributes=True).model_copy(
        update={"intact": row.found == 0 if done else None}
    )
    if uow.places is None:
        return said
    hidden: dict[str, object] = {"rows": None, "checkpoints": None, "found": None, "findings": []}
    return said.model_copy(update=hidden)


def ask_for_proof(uow: UnitOfWork, node_id: UUID) -> Proof:
    uow.require_session()
    place = uow.get(Node, node_id)
    uow.require_place(place.id)
    if place.kind is not NodeKind.SITE:
        raise WrongPlace(place=place.name)
    _one_after_another(uow, str(uow.actor.id))
    mine = own_proofs(uow).where(Proof.status.in_(RUNNING)).limit(MOST_UNDER_WAY)
    if len(uow.session.scalars(mine).all()) >= MOST_UNDER_WAY:
        raise TooManyProofs(count=MOST_UNDER_WAY)
    return uow.add(Proof(person_id=uow.actor.id, node_id=node_id))


def own_proofs(uow: UnitOfWork) -> Select[Proof]:
    return uow.select(Proof).where(Proof.person_id == uow.actor.id)


def proof(uow: UnitOfWork, proof_id: UUID) -> tuple[Proof, bytes]:
    """The archive, for who asked and may still read all that is in it."""
    row = uow.session.scalar(own_proofs(uow).where(Proof.id == proof_id))
    if row is None:
        raise NotFound(kind="Proof", id=proof_id)
    uow.require_place(row.node_id, "Proof", row.id)
    readable = all(uow.actor.may(permission, row.node_id) for permission in row.needs)
    content = uow.session.scalar(
        select(proof_file.c.content).where(proof_file.c.proof_id == row.id)
    )
    gone = row.expires_at is None or row.expires_at <= uow.now
    if gone or content is None or not readable:
        raise ProofGone
    return row, content


def forget_old(uow: UnitOfWork) -> None:
    """Delete the archives whose day is over. That they were made stays on record."""
    over = uow.select(Proof).where(Proof.expires_at <= uow.now).with_only_columns(Proof.id)
    uow.session.execute(delete(proof_file).where(proof_file.c.proof_id.in_(over)))


def _newest_first() -> Select[int, object, str]:
    return select(checkpoint).order_by(checkpoint.c.number.desc())


def _running_verification(uow: UnitOfWork) -> Select[Verification]:
    return uow.select(Verification).where(Verification.status.in_(RUNNING)).limit(1)


def _one_after_another(uow: UnitOfWork, what: str) -> None:
    """Two who ask for the same at once are counted one after the other."""
    uow.session.execute(select(func.pg_advisory_xact_lock(ASKING, func.hashtext(what))))
