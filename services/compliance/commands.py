"""What can be done to references and their requirements. Only drafts change."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func
from uuid_utils.compat import uuid7

from services.compliance.errors import (
    NothingShipped,
    ReferenceFull,
    ReferenceThere,
    RequirementHasParts,
    RequirementThere,
    UnknownParent,
)
from services.compliance.events import ReferenceIssued, ReferenceSuperseded, Told
from services.compliance.models import Reference, Requirement
from services.compliance.queries import last_position, requirements
from services.compliance.schemas import (
    ReferenceChange,
    ReferenceIn,
    ReferenceKind,
    RequirementChange,
    RequirementIn,
    StepIn,
    SupersedeIn,
)
from services.compliance.shipped import standards
from shared.imports import Done, in_parts, those
from shared.work import UnitOfWork

MOST_REQUIREMENTS = 1_000
"""They travel in one event."""


def draft_reference(uow: UnitOfWork, data: ReferenceIn) -> Reference:
    uow.require_whole_group()
    known = uow.find(Reference, data.id)
    if known is not None:
        return known
    _require_alone(uow, data, None)
    return uow.add(Reference(**data.model_dump(exclude_none=True)))


def revise_reference(uow: UnitOfWork, reference_id: UUID, data: ReferenceChange) -> Reference:
    reference = _draft(uow, reference_id, seen=data)
    _require_alone(uow, data, reference_id)
    for name, value in data.model_dump(exclude={"version"}).items():
        setattr(reference, name, value)
    uow.session.flush()
    return reference


def add_requirement(uow: UnitOfWork, reference_id: UUID, data: RequirementIn) -> Requirement:
    known = uow.find(Requirement, data.id)
    if known is not None:
        return known
    reference = _draft(uow, reference_id)
    there = {one.number: one for one in uow.session.scalars(requirements(uow, reference_id))}
    return uow.add(new_requirement(reference, data, there, last_position(uow, reference_id) + 1))


def new_requirement(
    reference: Reference, data: RequirementIn, there: dict[str, Requirement], position: int
) -> Requirement:
    """A requirement as it would be added to those that are there, by their numbers."""
    if data.number in there:
        raise RequirementThere(reference=reference.label, number=data.number)
    if len(there) >= MOST_REQUIREMENTS:
        raise ReferenceFull(reference=reference.label, most=MOST_REQUIREMENTS)
    if data.parent is not None and data.parent not in there:
        raise UnknownParent(reference=reference.label, parent=data.parent)
    above = there.get(data.parent or data.number.rpartition(".")[0])
    return Requirement(
        **data.model_dump(exclude={"id", "parent"}),
        id=data.id or uuid7(),
        reference_id=reference.id,
        parent_id=above.id if above else None,
        position=position,
    )


def enter_requirements(uow: UnitOfWork, rows: Sequence[Requirement], done: Done) -> None:
    """Add many at once to drafts; none of these is issued meanwhile."""
    for reference_id in sorted({row.reference_id for row in rows}):
        _draft(uow, reference_id)
    for part in in_parts(rows, done):
        uow.add_all(part)


def withdraw_requirements(uow: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Take requirements back that were added by mistake, while their references are drafts."""
    found = requirements(uow).with_only_columns(Requirement.reference_id)
    of = uow.session.scalars(found.where(those(Requirement.id, ids)).distinct())
    for reference_id in sorted(of):
        _draft(uow, reference_id)
    uow.session.execute(
        delete(Requirement).where(those(Requirement.id, ids)),
        execution_options={"synchronize_session": False},
    )


def revise_requirement(
    uow: UnitOfWork, requirement_id: UUID, data: RequirementChange
) -> Requirement:
    requirement = _of_draft(uow, requirement_id, data)
    same = requirements(uow, requirement.reference_id).where(
        Requirement.number == data.number, Requirement.id != requirement_id
    )
    if uow.session.scalar(same) is not None:
        reference = uow.get(Reference, requirement.reference_id)
        raise RequirementThere(reference=reference.label, number=data.number)
    for name, value in data.model_dump(exclude={"version"}).items():
        setattr(requirement, name, value)
    uow.session.flush()
    return requirement


def remove_requirement(uow: UnitOfWork, requirement_id: UUID, data: StepIn) -> Requirement:
    requirement = _of_draft(uow, requirement_id, data)
    below = requirements(uow).where(Requirement.parent_id == requirement_id)
    count = uow.session.scalar(below.with_only_columns(func.count())) or 0
    if count:
        raise RequirementHasParts(number=requirement.number, count=count)
    uow.session.delete(requirement)
    uow.session.flush()
    return requirement


def load_shipped(uow: UnitOfWork, name: str) -> Reference:
    """Draft a standard that comes with the product. It is issued by whoever has looked at it."""
    found = next((one for one in standards() if one.name == name), None)
    if found is None:
        raise NothingShipped(name=name)
    reference = draft_reference(
        uow,
        ReferenceIn(
            code=found.code,
            edition=found.edition,
            kind=ReferenceKind.STANDARD,
            title_fr=found.title_fr,
            title_en=found.title_en,
            amendment=found.amendment,
            in_force_from=found.in_force_from,
        ),
    )
    there: dict[str, Requirement] = {}
    for position, clause in enumerate(found.clauses, start=1):
        data = RequirementIn.model_validate(clause, from_attributes=True)
        there[clause.number] = new_requirement(reference, data, there, position)
    uow.add_all(list(there.values()))
    return reference


def issue_reference(uow: UnitOfWork, reference_id: UUID, data: StepIn) -> Reference:
    reference = _draft(uow, reference_id, seen=data)
    rows = uow.session.scalars(requirements(uow, reference_id)).all()
    reference.issue(rows, at=uow.now)
    uow.publish(
        ReferenceIssued(
            **_named(reference),
            amendment=reference.amendment,
            requirements=[
                Told.model_validate(row, from_attributes=True)
                for row in sorted(rows, key=lambda row: row.position)
            ],
        ),
        about=reference,
    )
    return reference


def supersede_reference(uow: UnitOfWork, reference_id: UUID, data: SupersedeIn) -> Reference:
    """Have a newer edition take over. What was made with this one keeps it."""
    uow.require_whole_group()
    reference = uow.get(Reference, reference_id, lock=True, seen=data)
    reference.give_way(uow.get(Reference, data.by), data.until)
    uow.publish(
        ReferenceSuperseded(**_named(reference), superseded_by=data.by, in_force_until=data.until),
        about=reference,
    )
    return reference


def _named(reference: Reference) -> dict[str, Any]:
    """What every event says of a reference."""
    said = ("code", "edition", "kind", "title_fr", "title_en", "in_force_from")
    return {"reference_id": reference.id} | {name: getattr(reference, name) for name in said}


def _draft(
    uow: UnitOfWork, reference_id: UUID, seen: ReferenceChange | StepIn | None = None
) -> Reference:
    """The draft, kept from being issued while it is worked on."""
    uow.require_whole_group()
    reference = uow.get(Reference, reference_id, lock=True, seen=seen)
    reference.require_draft()
    return reference


def _require_alone(
    uow: UnitOfWork, data: ReferenceIn | ReferenceChange, reference_id: UUID | None
) -> None:
    """One reference has this code and edition."""
    same = uow.select(Reference).where(
        Reference.code == data.code, Reference.edition == data.edition
    )
    there = uow.session.scalar(same)
    if there is not None and there.id != reference_id:
        raise ReferenceThere(reference=there.label, status=there.status)


def _of_draft(
    uow: UnitOfWork, requirement_id: UUID, seen: RequirementChange | StepIn
) -> Requirement:
    _draft(uow, uow.get(Requirement, requirement_id).reference_id)
    return uow.get(Requirement, requirement_id, lock=True, seen=seen)
