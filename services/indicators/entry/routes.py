from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.indicators.entry import commands, queries
from services.indicators.entry.schemas import EntryIn, EntryOutcome, GridLine
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("indicators:read")]
Measure = Annotated[UnitOfWork, authorised("indicators:measure")]

router = APIRouter()


@router.get("/grid", response_model=list[GridLine])
def read_grid(
    site_id: UUID, year: Annotated[int, Query(ge=1900, le=2999)], uow: Read
) -> list[queries.Line]:
    """What a site reports, and its figures of a year."""
    return queries.grid(uow, site_id, year)


@router.post("/grid")
def enter(data: EntryIn, uow: Measure) -> list[EntryOutcome]:
    """Report and correct many figures of a site at once; each is told what became of it."""
    return commands.enter(uow, data)
