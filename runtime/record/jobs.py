"""The worker of what people ask for at the page of the proof: see services/identity/record_jobs.

What is due stands in PostgreSQL. One job is taken at a time, by whoever locks its row first; a
worker that dies leaves one that is given up later, and its person asks again.
"""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import Select, delete, update

from runtime.record.inspect import look
from runtime.record.prove import CannotProve, counted, pack
from runtime.record.seal import OWNER, Disagreement, seal
from runtime.record.verify_proof import packed
from runtime.services import SERVICES
from services.identity.access import claims_of
from services.identity.models import Person
from services.identity.record_models import Proof, Verification, proof_file
from services.identity.record_schemas import KEPT_HOURS, JobStatus, Problem
from shared.auth import SYSTEM, Actor, actor_from
from shared.work import UnitOfWork, unit_of_work

log = structlog.get_logger()

KINDS = (Verification, Proof)
WAITING = JobStatus.WAITING
LONGEST_S = 200
LOST = timedelta(minutes=6)
"""Celery ends a task sooner."""
MOST_FINDINGS = 200
LONGEST_FINDING = 2_000
LARGEST_PROOF = 32 * 1024 * 1024
"""Of which the web process holds a few copies for a moment. The operator writes larger ones."""


def are_due() -> bool:
    with unit_of_work(OWNER, SYSTEM) as uow:
        return any(uow.session.scalar(_in(uow, kind, WAITING).limit(1)) for kind in KINDS)


def work_off() -> bool:
    """Do one job that is due. False: there was none."""
    job = _take()
    if job is None:
        return False
    try:
        if isinstance(job, Verification):
            _verify(job.id)
        else:
            _prove(job)
    except CannotProve as found:
        _finish(job, problem=found.problem)
    except Exception:
        log.exception("job failed", job=str(job.id))
        _finish(job, problem=Problem.STOPPED)
    return True


def _in(
    uow: UnitOfWork, kind: type[Verification] | type[Proof], status: JobStatus
) -> Select[Verification | Proof]:
    return uow.select(kind).where(kind.status == status).order_by(kind.created_at)


def _take() -> Verification | Proof | None:
    with unit_of_work(OWNER, SYSTEM) as uow:
        _give_up_lost(uow)
        for kind in KINDS:
            first = _in(uow, kind, WAITING).limit(1).with_for_update(skip_locked=True)
            job = uow.session.scalar(first)
            if job is not None:
                job.status, job.started_at = JobStatus.UNDER_WAY, uow.now
                return job
    return None


def _give_up_lost(uow: UnitOfWork) -> None:
    for kind in KINDS:
        lost = _in(uow, kind, JobStatus.UNDER_WAY).where(kind.started_at < uow.now - LOST)
        for job in uow.session.scalars(lost.with_for_update()):
            _end(uow, job, JobStatus.FAILED, Problem.STOPPED)


def _verify(id: UUID) -> None:
    report = look()
    found = [finding[:LONGEST_FINDING] for finding in report.findings[:MOST_FINDINGS]]
    with unit_of_work(OWNER, SYSTEM) as uow:
        job = uow.get(Verification, id, lock=True)
        job.rows, job.checkpoints = report.rows, report.checkpoints
        job.found, job.findings = len(report.findings), found
        _end(uow, job, JobStatus.DONE)
    if report.findings:
        log.critical("alterations found", count=len(report.findings), first=found[0])


def _prove(job: Proof) -> None:
    """Of what the person may read at this moment: their role may have ended since they asked."""
    needs = _readable(_person(job.person_id), job.node_id)
    try:
        checkpoint = seal(at_once=True)
    except Disagreement as found:
        raise CannotProve(Problem.DISAGREEMENT, str(found)) from found
    assert checkpoint is not None  # noqa: S101  asking for the proof was recorded itself
    files = pack(job.node_id, checkpoint, list(needs))
    content = packed(files)
    if len(content) > LARGEST_PROOF:
        raise CannotProve(Problem.TOO_LARGE, f"{len(content)} bytes")
    with unit_of_work(OWNER, SYSTEM) as uow:
        done = uow.get(Proof, job.id, lock=True)
        _replace_former(uow, done)
        done.needs, done.rows, done.size = list(needs.values()), counted(files), len(content)
        done.checkpoint = checkpoint.number
        done.expires_at = uow.now + timedelta(hours=KEPT_HOURS)
        _end(uow, done, JobStatus.DONE)
        kept = {"proof_id": done.id, "content": content}
        uow.session.execute(proof_file.insert().values(kept))


def _person(id: UUID) -> Actor:
    with unit_of_work(OWNER, SYSTEM) as uow:
        person = uow.get(Person, id)
        if not person.active:
            raise CannotProve(Problem.NOT_YOURS, person.email)
        return actor_from(claims_of(uow, person))


def _readable(actor: Actor, site: UUID) -> dict[str, str]:
    """The services whose history somebody may read at a site, each with the permission to."""
    if not actor.may("identity:prove", site):
        raise CannotProve(Problem.NOT_YOURS, actor.name)
    asked = {name: service.history or f"{name}:read" for name, service in SERVICES.items()}
    return {name: permission for name, permission in asked.items() if actor.may(permission, site)}


def _replace_former(uow: UnitOfWork, new: Proof) -> None:
    """A person's older proof of the same site says nothing that the new one does not."""
    former = uow.select(Proof).where(
        Proof.person_id == new.person_id, Proof.node_id == new.node_id, Proof.id != new.id
    )
    old = [row.id for row in uow.session.scalars(former.where(Proof.expires_at > uow.now))]
    uow.session.execute(delete(proof_file).where(proof_file.c.proof_id.in_(old)))
    over = update(Proof).where(Proof.id.in_(old)).values(expires_at=uow.now)
    uow.session.execute(over.values(version=Proof.version + 1))


def _finish(job: Verification | Proof, problem: Problem) -> None:
    with unit_of_work(OWNER, SYSTEM) as uow:
        row = uow.get(type(job), job.id, lock=True)
        _end(uow, row, JobStatus.FAILED, problem)


def _end(
    uow: UnitOfWork, job: Verification | Proof, status: JobStatus, problem: Problem | None = None
) -> None:
    job.status, job.ended_at, job.problem = status, uow.now, problem
