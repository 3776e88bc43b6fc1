from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import ColumnElement, Select, func, not_, select

from services.audit.models import Audit, Finding, FindingAction
from services.audit.schemas import AnswerState, AuditStatus, FindingStatus, Grade, Standing
from shared.dated import Dated
from shared.db import OfSite
from shared.directory import holders, within
from shared.work import UnitOfWork

S = TypeVar("S", bound=OfSite)
AUDITS_BY: Final = (Audit.planned_for, Audit.title)
FINDINGS_BY: Final = (Finding.raised_on, Finding.process, Finding.requirement)
"""What a reader may have these lists go by."""

IS_OPEN: Final = Finding.status == FindingStatus.OPEN
WAITS_FOR_ANSWER: Final = IS_OPEN & Finding.answer_state.in_(
    [state for state in AnswerState if state.waits_for_answer]
)
FIRST_OWNER: Final = (
    select(FindingAction.owner_id)
    .where(FindingAction.finding_id == Finding.id, ~FindingAction.cancelled)
    .order_by(FindingAction.id)
    .limit(1)
    .scalar_subquery()
)
"""Who is the first to deal with a finding."""

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
    Dated(
        "answer_due",
        Finding,
        Finding.answer_due_on,
        Finding.statement,
        FIRST_OWNER,
        WAITS_FOR_ANSWER,
        WAITS_FOR_ANSWER,
        Finding.requirement,
    ),
    Dated(
        "closing_due",
        Finding,
        Finding.closing_due_on,
        Finding.statement,
        FIRST_OWNER,
        IS_OPEN,
        IS_OPEN,
        Finding.requirement,
    ),
)
"""What a calendar shows of audits, and of the clocks of what they found."""


@dataclass(frozen=True)
class FindingFilters:
    """What the list of findings can be narrowed to."""

    place: UUID | None = None
    audit_id: UUID | None = None
    status: FindingStatus | None = None
    grade: Grade | None = None
    answer_state: AnswerState | None = None
    late: bool | None = None
    requirement: Annotated[str, Query(max_length=500)] = ""


Narrowed = Annotated[FindingFilters, Depends()]


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


def narrowed(uow: UnitOfWork, wanted: FindingFilters) -> Select[Finding]:
    found = findings(uow, wanted.place, wanted.audit_id, wanted.status, wanted.grade)
    if wanted.answer_state is not None:
        found = found.where(Finding.answer_state == wanted.answer_state)
    if wanted.late is not None:
        late = is_late(uow.now.date())
        found = found.where(late if wanted.late else not_(late))
    if wanted.requirement:
        found = found.where(Finding.requirement.icontains(wanted.requirement, autoescape=True))
    return found


def is_late(day: date) -> ColumnElement[bool]:
    """Which findings wait for an answer, or to be settled, beyond the day that was set."""
    answer = WAITS_FOR_ANSWER & func.coalesce(Finding.answer_due_on < day, False)
    closing = IS_OPEN & func.coalesce(Finding.closing_due_on < day, False)
    return answer | closing


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


def holds(uow: UnitOfWork, person_id: UUID, role: str, site_id: UUID, day: date) -> bool:
    found = holders(uow, role, site_id, day)
    return any(row.person_id == person_id for row in found)
