from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends
from sqlalchemy import Select, func, or_

from services.compliance.models import Reference, Requirement
from services.compliance.schemas import ReferenceKind, ReferenceStatus, ShippedOut, Theme
from services.compliance.shipped import standards
from shared.schemas import Day
from shared.work import UnitOfWork

REFERENCES_BY: Final = (Reference.code, Reference.title_fr, Reference.in_force_from)
"""What a reader may have the list go by."""


@dataclass(frozen=True)
class Filters:
    """What the library can be narrowed to; `in_force_on`: what may be used on that day."""

    kind: ReferenceKind | None = None
    status: ReferenceStatus | None = None
    code: str | None = None
    in_force_on: Day | None = None


Filtered = Annotated[Filters, Depends()]


def references(uow: UnitOfWork, wanted: Filters) -> Select[Reference]:
    found = uow.select(Reference)
    day = wanted.in_force_on
    if day is not None:
        found = found.where(
            Reference.status != ReferenceStatus.DRAFT,
            Reference.in_force_from <= day,
            or_(Reference.in_force_until.is_(None), Reference.in_force_until >= day),
        )
    exact = (
        (Reference.kind, wanted.kind),
        (Reference.status, wanted.status),
        (Reference.code, wanted.code),
    )
    return found.where(*(column == value for column, value in exact if value is not None))


def requirements(
    uow: UnitOfWork, reference_id: UUID | None = None, theme: Theme | None = None
) -> Select[Requirement]:
    """Requirements of a reference, or of all issued ones; those that a theme ties together."""
    found = uow.select(Requirement)
    if reference_id is not None:
        found = found.where(Requirement.reference_id == reference_id)
    if theme is not None:
        also = Requirement.also.contains([theme.value])
        found = found.where(or_(Requirement.theme == theme, also))
    return found


def last_position(uow: UnitOfWork, reference_id: UUID) -> int:
    found = requirements(uow, reference_id).with_only_columns(func.max(Requirement.position))
    return uow.session.scalar(found) or 0


def shipped(uow: UnitOfWork) -> list[ShippedOut]:
    """What comes with the product, and which of it was loaded."""
    rows = uow.select(Reference).with_only_columns(Reference.code, Reference.edition, Reference.id)
    loaded = {(code, edition): id for code, edition, id in uow.session.execute(rows)}
    return [
        ShippedOut(
            name=one.name,
            code=one.code,
            edition=one.edition,
            title_fr=one.title_fr,
            title_en=one.title_en,
            requirements=len(one.clauses),
            reference_id=loaded.get((one.code, one.edition)),
        )
        for one in standards()
    ]
