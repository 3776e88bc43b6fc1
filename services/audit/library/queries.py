from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from services.audit.library.errors import (
    ProcessNotAtSite,
    ReferenceNotInForce,
    UnknownProcess,
    UnknownReference,
)
from services.audit.library.models import KnownProcess, KnownReference, KnownRequirement
from shared.imports import those
from shared.work import UnitOfWork


def references_in_force(uow: UnitOfWork, day: date) -> Sequence[KnownReference]:
    found = uow.select(KnownReference).where(KnownReference.in_force_on(day))
    return uow.session.scalars(found.order_by(KnownReference.code, KnownReference.edition)).all()


def references_named(uow: UnitOfWork, ids: Sequence[UUID]) -> list[KnownReference]:
    """These references, in the order in which they are named; each must be known."""
    rows = uow.session.scalars(uow.select(KnownReference).where(those(KnownReference.id, ids)))
    known = {row.id: row for row in rows}
    strange = [id for id in ids if id not in known]
    if strange:
        raise UnknownReference(count=len(strange))
    return [known[id] for id in dict.fromkeys(ids)]


def require_in_force(references: Sequence[KnownReference], day: date) -> None:
    for reference in references:
        if not reference.in_force(day):
            raise ReferenceNotInForce(reference=reference.label, day=day)


def requirements_of(uow: UnitOfWork, ids: Sequence[UUID]) -> Sequence[KnownRequirement]:
    """The requirements of these references, each reference's in the order of its text."""
    found = uow.select(KnownRequirement).where(those(KnownRequirement.reference_id, ids))
    by = (KnownRequirement.reference_id, KnownRequirement.position)
    return uow.session.scalars(found.order_by(*by)).all()


def requirement(
    uow: UnitOfWork, id: UUID, of: Collection[UUID]
) -> tuple[KnownRequirement, KnownReference] | None:
    """A requirement with its reference, if it is one of these."""
    known = uow.session.get(KnownRequirement, id)
    if known is None or known.reference_id not in of:
        return None
    return known, uow.get(KnownReference, known.reference_id)


def cited(requirement: KnownRequirement, reference: KnownReference) -> str:
    """As findings name it: ISO 9001:2015 8.4."""
    return f"{reference.label} {requirement.number}"


def processes_at(uow: UnitOfWork, site_id: UUID) -> Sequence[KnownProcess]:
    found = uow.select(KnownProcess).where(KnownProcess.site_ids.contains([site_id]))
    return uow.session.scalars(found.order_by(KnownProcess.code)).all()


def require_processes_at(uow: UnitOfWork, codes: Sequence[str], site_id: UUID) -> None:
    found = uow.select(KnownProcess).where(KnownProcess.code.in_(codes))
    known = {row.code: row for row in uow.session.scalars(found)}
    for code in codes:
        if code not in known:
            raise UnknownProcess(process=code)
        if site_id not in known[code].site_ids:
            raise ProcessNotAtSite(process=code)
