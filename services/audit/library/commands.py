"""How the copies are kept. Each snapshot may be heard twice, and in any order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete
from sqlalchemy.dialects.postgresql import insert

from services.audit.library.models import KnownProcess, KnownReference, KnownRequirement
from shared.directory import project
from shared.work import UnitOfWork


def keep_reference(uow: UnitOfWork, id: UUID, values: dict[str, Any]) -> None:
    """What was issued never changes; what is told of it later is that it ends."""
    kept = insert(KnownReference).values(id=id, version=1, **values)
    ends = values.get("in_force_until")
    if ends is None:
        uow.session.execute(kept.on_conflict_do_nothing(index_elements=["id"]))
    else:
        ending = {"in_force_until": ends}
        uow.session.execute(kept.on_conflict_do_update(index_elements=["id"], set_=ending))


def keep_requirements(
    uow: UnitOfWork, reference_id: UUID, requirements: Sequence[dict[str, Any]]
) -> None:
    rows = [{"version": 1, "reference_id": reference_id, **one} for one in requirements]
    kept = insert(KnownRequirement).values(rows)
    uow.session.execute(kept.on_conflict_do_nothing(index_elements=["id"]))


def keep_process(uow: UnitOfWork, id: UUID, values: dict[str, Any]) -> None:
    table = KnownProcess.__table__
    assert isinstance(table, Table)  # noqa: S101  a model of this service's own
    project(uow, table, id, values)


def forget_process(uow: UnitOfWork, id: UUID) -> None:
    uow.session.execute(delete(KnownProcess).where(KnownProcess.id == id))
