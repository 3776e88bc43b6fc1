from datetime import date
from typing import Any
from uuid import UUID

from services.compliance import commands
from services.compliance.models import Reference, Requirement
from services.compliance.queries import requirements
from services.compliance.schemas import (
    ReferenceIn,
    ReferenceKind,
    RequirementIn,
    StepIn,
    SupersedeIn,
)
from shared.work import unit_of_work
from tests.world import WORLD

SINCE = date(2020, 1, 1)


def reference_in(code: str = "PRO-QSE-001", **changes: Any) -> ReferenceIn:  # noqa: ANN401
    values = {
        "code": code,
        "edition": "A",
        "kind": ReferenceKind.INTERNAL,
        "title_fr": "Règles de consignation",
        "title_en": "Lockout rules",
        "in_force_from": SINCE,
    }
    return ReferenceIn.model_validate(values | changes)


def requirement_in(number: str = "4", **changes: Any) -> RequirementIn:  # noqa: ANN401
    values = {"number": number, "title_fr": "Consigner", "title_en": "Lock out"}
    return RequirementIn.model_validate(values | changes)


def drafted(code: str = "PRO-QSE-001", **changes: Any) -> Reference:  # noqa: ANN401
    with unit_of_work("compliance", WORLD.greta, permission="compliance:write") as uow:
        return commands.draft_reference(uow, reference_in(code, **changes))


def required(reference: Reference, number: str, **changes: Any) -> Requirement:  # noqa: ANN401
    with unit_of_work("compliance", WORLD.greta, permission="compliance:write") as uow:
        return commands.add_requirement(uow, reference.id, requirement_in(number, **changes))


def issued(code: str = "PRO-QSE-001", **changes: Any) -> Reference:  # noqa: ANN401
    reference = drafted(code, **changes)
    for number in ("4", "4.1"):
        required(reference, number)
    return put_in_force(reference)


def put_in_force(reference: Reference) -> Reference:
    with unit_of_work("compliance", WORLD.greta, permission="compliance:write") as uow:
        return commands.issue_reference(uow, reference.id, StepIn(version=reference.version))


def superseded(old: Reference, newer: Reference, until: date) -> Reference:
    data = SupersedeIn(version=old.version, by=newer.id, until=until)
    with unit_of_work("compliance", WORLD.greta, permission="compliance:write") as uow:
        return commands.supersede_reference(uow, old.id, data)


def loaded(name: str = "iso_9001_2015") -> Reference:
    with unit_of_work("compliance", WORLD.greta, permission="compliance:write") as uow:
        reference = commands.load_shipped(uow, name)
    return put_in_force(reference)


def of(reference_id: UUID) -> list[Requirement]:
    """What a reference asks for, in the order of its text."""
    with unit_of_work("compliance", WORLD.greta, permission="compliance:read") as uow:
        rows = requirements(uow, reference_id).order_by(Requirement.position)
        return list(uow.session.scalars(rows))
