"""What is entered in the files of auditors: by who plans audits there, and by themselves."""

from datetime import date, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from services.audit.auditors.errors import NotForOneself, PracticeStillAhead
from services.audit.auditors.models import (
    Auditor,
    Competence,
    Engagement,
    Link,
    Practice,
    Warned,
)
from services.audit.auditors.queries import own_file
from services.audit.auditors.schemas import (
    AuditorChange,
    AuditorIn,
    CompetenceIn,
    EngagementIn,
    LinkIn,
    PracticeIn,
    RevokeIn,
    WithdrawIn,
)
from services.audit.events import CompetenceEnding
from shared.directory import names_of_people
from shared.errors import NotFound
from shared.work import UnitOfWork

D = TypeVar("D", Engagement, Link, Practice)

WARNED_AHEAD: Final = (30, 60)
"""How many days before a competence ends its holder and their site are told."""


def open_file(uow: UnitOfWork, data: AuditorIn) -> Auditor:
    known = uow.find(Auditor, data.id)
    if known is not None:
        return known
    if data.person_id not in names_of_people(uow, [data.person_id]):
        raise NotFound(kind="Person", id=data.person_id)
    return uow.add(Auditor(**data.model_dump(exclude_none=True), works_at=data.site_id))


def change_file(uow: UnitOfWork, auditor_id: UUID, data: AuditorChange) -> Auditor:
    auditor = uow.get(Auditor, auditor_id, lock=True, seen=data)
    _require_somebody_else(uow, auditor)
    if data.works_at != auditor.works_at:
        uow.require_place(data.works_at)
    auditor.works_at, auditor.works_in = data.works_at, data.works_in
    auditor.languages = data.languages
    uow.session.flush()
    return auditor


def grant_competence(uow: UnitOfWork, auditor_id: UUID, data: CompetenceIn) -> Competence:
    known = uow.find(Competence, data.id)
    if known is not None:
        return known
    auditor = uow.get(Auditor, auditor_id, lock=True)
    _require_somebody_else(uow, auditor)
    competence = Competence(
        **data.model_dump(exclude_none=True), auditor_id=auditor.id, site_id=auditor.site_id
    )
    competence.require_sense()
    uow.add(competence)
    _reckon(uow, auditor)
    return competence


def revoke_competence(uow: UnitOfWork, competence_id: UUID, data: RevokeIn) -> Competence:
    competence = uow.get(Competence, competence_id, lock=True, seen=data)
    auditor = uow.get(Auditor, competence.auditor_id, lock=True)
    _require_somebody_else(uow, auditor)
    uow.because(data.reason)
    competence.revoke(uow.now.date(), data.reason)
    _reckon(uow, auditor)
    return competence


def competence_for_evidence(uow: UnitOfWork, competence_id: UUID) -> Competence:
    """Proofs are added by who may grant a competence, as long as it was not withdrawn."""
    competence = uow.get(Competence, competence_id, lock=True)
    _require_somebody_else(uow, uow.get(Auditor, competence.auditor_id))
    competence.require_in_force()
    return competence


def declare_practice(uow: UnitOfWork, auditor_id: UUID, data: PracticeIn) -> Practice:
    auditor = uow.get(Auditor, auditor_id)
    _require_somebody_else(uow, auditor)
    if data.held_on > uow.now.date():
        raise PracticeStillAhead(day=data.held_on)
    return _declare(uow, auditor, Practice(**data.model_dump(exclude_none=True)))


def declare_engagement(uow: UnitOfWork, auditor_id: UUID, data: EngagementIn) -> Engagement:
    return _engage(uow, uow.get(Auditor, auditor_id), data)


def declare_link(uow: UnitOfWork, auditor_id: UUID, data: LinkIn) -> Link:
    _require_known(uow, data)
    return _tie(uow, uow.get(Auditor, auditor_id), data)


def withdraw(uow: UnitOfWork, model: type[D], id: UUID, data: WithdrawIn) -> None:
    """Take back what was entered by mistake. Nobody drops what stands against themselves."""
    row = uow.get(model, id, lock=True, seen=data)
    _require_somebody_else(uow, uow.get(Auditor, row.auditor_id))
    uow.session.delete(row)
    uow.session.flush()


def declare_own_engagement(uow: UnitOfWork, data: EngagementIn) -> Engagement:
    with uow.everywhere() as wide:
        return _engage(wide, own_file(wide, uow.actor.id), data)


def declare_own_link(uow: UnitOfWork, data: LinkIn) -> Link:
    _require_known(uow, data)
    with uow.everywhere() as wide:
        return _tie(wide, own_file(wide, uow.actor.id), data)


def withdraw_own_engagement(uow: UnitOfWork, engagement_id: UUID, data: WithdrawIn) -> None:
    """Plans change; what ties them to somebody they cannot take back themselves."""
    with uow.everywhere() as wide:
        row = wide.get(Engagement, engagement_id, lock=True, seen=data)
        if row.auditor_id != own_file(wide, uow.actor.id).id:
            raise NotFound(kind="Engagement", id=engagement_id)
        wide.session.delete(row)


def announce_ending_competences(uow: UnitOfWork) -> None:
    """Tell of each that ends, once a step, unless a later one renews it."""
    today = uow.now.date()
    for competence, person_id in uow.session.execute(_ending(uow, today)).all():
        left = (competence.valid_to - today).days
        step = next(days for days in WARNED_AHEAD if left <= days)
        if _mark(uow, competence, step):
            uow.publish(_ending_soon(competence, person_id), about=competence)


def _ending(uow: UnitOfWork, today: date) -> Select[Any]:
    later = aliased(Competence)
    renewed = (
        select(later.id)
        .where(
            later.auditor_id == Competence.auditor_id,
            later.code == Competence.code,
            later.domain == Competence.domain,
            later.revoked_on.is_(None),
            later.valid_to > Competence.valid_to,
        )
        .exists()
    )
    soon = Competence.valid_to.between(today, today + timedelta(days=max(WARNED_AHEAD)))
    return (
        uow.select(Competence)
        .join(Auditor, Auditor.id == Competence.auditor_id)
        .add_columns(Auditor.person_id)
        .where(soon, Competence.revoked_on.is_(None), ~renewed)
        .order_by(Competence.id)
    )


def _mark(uow: UnitOfWork, competence: Competence, step: int) -> bool:
    """Note that it is told, unless it was."""
    facts = {"competence_id": competence.id, "site_id": competence.site_id, "days": step}
    mark = insert(Warned).values(**facts).on_conflict_do_nothing().returning(Warned.id)
    return uow.session.scalar(mark) is not None


def _ending_soon(competence: Competence, person_id: UUID) -> CompetenceEnding:
    return CompetenceEnding(
        competence_id=competence.id,
        auditor_id=competence.auditor_id,
        person_id=person_id,
        site_id=competence.site_id,
        code=competence.code,
        ends_on=competence.valid_to,
    )


def _engage(uow: UnitOfWork, auditor: Auditor, data: EngagementIn) -> Engagement:
    engagement = Engagement(**data.model_dump(exclude_none=True))
    engagement.require_sense()
    return _declare(uow, auditor, engagement)


def _tie(uow: UnitOfWork, auditor: Auditor, data: LinkIn) -> Link:
    link = Link(**data.model_dump(exclude_none=True))
    link.require_sense()
    return _declare(uow, auditor, link)


def _require_known(uow: UnitOfWork, data: LinkIn) -> None:
    """A tie counts where somebody audits, with people whom they meet there."""
    if data.at_site is not None:
        uow.require_place(data.at_site)
    if data.other_id is not None and data.other_id not in names_of_people(uow, [data.other_id]):
        raise NotFound(kind="Person", id=data.other_id)


def _declare(uow: UnitOfWork, auditor: Auditor, row: D) -> D:
    """Keep it, once: a repeated request finds what it made the first time."""
    known = uow.find(type(row), row.id)
    if known is not None:
        return known
    row.auditor_id, row.site_id = auditor.id, auditor.site_id
    return uow.add(row)


def _reckon(uow: UnitOfWork, auditor: Auditor) -> None:
    uow.session.refresh(auditor, ["competences"])
    auditor.reckon()
    uow.session.flush()


def _require_somebody_else(uow: UnitOfWork, auditor: Auditor) -> None:
    if auditor.person_id == uow.actor.id:
        raise NotForOneself
