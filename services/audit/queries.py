from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select

from services.audit.models import Audit, Finding, FindingAction
from services.audit.schemas import AuditStatus, FindingStatus, Grade, Standing
from shared.dated import Dated
from shared.db import OfSite
from shared.directory import within
from shared.work import UnitOfWork

S = TypeVar("S", bound=OfSite)
AUDITS_BY: Final = (Audit.planned_for, Audit.title)
FINDINGS_BY: Final = (Finding.raised_on, Finding.process)
"""What a reader may have these lists go by."""

DATED: Final = (
    Dated(
        "audit_planned",
        Audit,
        Audit.planned_for,
        Audit.title,
        Audit.lead_id,
        Audit.status != AuditStatus.CANCELLED,
        Audit.status == AuditStatus.PLANNED,
    ),
)
"""What a calendar shows of audits."""


def audits(uow: UnitOfWork, place: UUID | None, status: AuditStatus | None) -> Select[Audit]:
    found = uow.select(Audit)
    if place is not None:
        found = found.where(within(uow, Audit, place))
    return found if status is None else found.where(Audit.status == status)


def findings(
    uow: UnitOfWork,
    place: UUID | None,
    audit_id: UUID | None,
    status: FindingStatus | None,
    grade: Grade | None,
) -> Select[Finding]:
    found = uow.select(Finding)
    if place is not None:
        found = found.where(within(uow, Finding, place))
    wanted = ((Finding.audit_id, audit_id), (Finding.status, status), (Finding.grade, grade))
    return found.where(*(column == value for column, value in wanted if value is not None))


def standing(uow: UnitOfWork, place: UUID | None) -> list[Standing]:
    """Where each site stands that has something open, in a statement for each kind."""
    still_open = findings(uow, place, None, FindingStatus.OPEN, None).where(
        Finding.grade.in_([g for g in Grade if g.is_nonconformity])
    )
    late = audits(uow, place, AuditStatus.PLANNED).where(Audit.planned_for < uow.now.date())
    open_at, late_at = _by_site(uow, still_open, Finding), _by_site(uow, late, Audit)
    return [
        Standing(
            site_id=site,
            open_nonconformities=open_at.get(site, 0),
            late_audits=late_at.get(site, 0),
        )
        for site in sorted({*open_at, *late_at})
    ]


def _by_site(uow: UnitOfWork, rows: Select[S], model: type[S]) -> dict[UUID, int]:
    counted = rows.with_only_columns(model.site_id, func.count()).group_by(model.site_id)
    return {row[0]: row[1] for row in uow.session.execute(counted)}


def audit_ahead(uow: UnitOfWork, risk_id: UUID) -> bool:
    ahead = Audit.status.in_([AuditStatus.PLANNED, AuditStatus.UNDER_WAY])
    found = uow.select(Audit).where(Audit.risk_id == risk_id, ahead).limit(1)
    return uow.session.scalar(found) is not None


def actions_on(uow: UnitOfWork, finding_id: UUID) -> list[FindingAction]:
    mine = uow.select(FindingAction).where(FindingAction.finding_id == finding_id)
    return list(uow.session.scalars(mine.order_by(FindingAction.id)))


def open_nonconformities(uow: UnitOfWork, audit_id: UUID) -> int:
    still = findings(uow, None, audit_id, FindingStatus.OPEN, None)
    still = still.where(Finding.grade.in_([g for g in Grade if g.is_nonconformity]))
    return uow.session.scalar(select(func.count()).select_from(still.subquery())) or 0
