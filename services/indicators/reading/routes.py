from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.indicators.models import Definition
from services.indicators.reading import queries
from services.indicators.reading.schemas import Summary
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("indicators:read")]

router = APIRouter()


@router.get("/definitions/{definition_id}/summary")
def read_summary(definition_id: UUID, place: UUID, uow: Read) -> Summary:
    """The latest figure, its gap to the target, twelve months and the year to date."""
    return queries.summary(uow, uow.get(Definition, definition_id), place)
