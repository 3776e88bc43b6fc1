from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from services.audit.programme import coverage
from services.audit.programme.coverage_schemas import By, Covering, Matrix
from shared.directory import group
from shared.schemas import Day
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]

Key = Annotated[str, Query(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
"""An id, or the code of a process."""

router = APIRouter(prefix="/coverage", tags=["coverage"])


def _asked(
    since: Day, until: Day, place: UUID | None = None, reference_id: UUID | None = None
) -> dict[str, Any]:
    return {"since": since, "until": until, "place": place, "reference_id": reference_id}


Asked = Annotated[dict[str, Any], Depends(_asked)]


@router.get("")
def read_coverage(uow: Read, asked: Asked, by: By = By.CLAUSE_SITE) -> Matrix:
    """What audits cover in a cycle, of the sites that the reader may see."""
    return coverage.matrix(uow, _cycle(uow, asked), by)


@router.get("/cell")
def read_cell(uow: Read, asked: Asked, by: By, row: Key, column: Key) -> list[Covering]:
    return coverage.covering(uow, _cycle(uow, asked), by, row, column)


def _cycle(uow: UnitOfWork, asked: dict[str, Any]) -> coverage.Cycle:
    return coverage.Cycle(**asked | {"place": asked["place"] or group(uow)})
