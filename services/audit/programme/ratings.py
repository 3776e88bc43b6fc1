"""What makes a process be audited more often: how critical it is, and risks that escalated."""

from uuid import UUID

from services.audit.library.queries import require_processes_at
from services.audit.programme.models import Escalation, ProcessRating
from services.audit.programme.schemas import RatingIn
from shared.work import UnitOfWork


def rate_process(uow: UnitOfWork, data: RatingIn) -> ProcessRating:
    """Say how critical a process is at a site. The last word counts; the history has the others."""
    require_processes_at(uow, [data.process], data.site_id)
    here = uow.select(ProcessRating).where(
        ProcessRating.site_id == data.site_id, ProcessRating.process == data.process
    )
    uow.because(data.reason)
    rating = uow.session.scalar(here.with_for_update())
    if rating is None:
        return uow.add(ProcessRating(**data.model_dump(), rated_by=uow.actor.id))
    rating.criticality, rating.changes = data.criticality, data.changes
    rating.reason, rating.rated_by = data.reason, uow.actor.id
    uow.session.flush()
    return rating


def note_escalation(uow: UnitOfWork, risk_id: UUID, site_id: UUID) -> None:
    if uow.session.get(Escalation, risk_id) is None:
        uow.session.add(Escalation(id=risk_id, site_id=site_id, told_on=uow.now.date()))


def forget_escalation(uow: UnitOfWork, risk_id: UUID) -> None:
    known = uow.session.get(Escalation, risk_id)
    if known is not None:
        uow.session.delete(known)
