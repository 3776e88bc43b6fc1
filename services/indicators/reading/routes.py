from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.indicators.models import Definition
from services.indicators.reading import commands, queries
from services.indicators.reading.models import Phase
from services.indicators.reading.schemas import ControlOut, PhaseIn, PhaseOut, Summary
from shared.work import UnitOfWork, authorised

Measure = Annotated[UnitOfWork, authorised("indicators:measure")]
Read = Annotated[UnitOfWork, authorised("indicators:read")]

router = APIRouter()


@router.get("/definitions/{definition_id}/summary")
def read_summary(definition_id: UUID, place: UUID, uow: Read) -> Summary:
    """The latest figure, its gap to the target, twelve months and the year to date."""
    return queries.summary(uow, uow.get(Definition, definition_id), place)


@router.get("/definitions/{definition_id}/control")
def read_control_chart(definition_id: UUID, place: UUID, uow: Read) -> ControlOut:
    """The control chart at a place, what it signals, the trend, a forecast and the capability."""
    return queries.control_chart(uow, uow.get(Definition, definition_id), place)


@router.get("/definitions/{definition_id}/phases", response_model=list[PhaseOut])
def list_phases(definition_id: UUID, place: UUID, uow: Read) -> Sequence[Phase]:
    uow.require_place(place)
    return queries.phases(uow, uow.get(Definition, definition_id).code, place)


@router.post("/definitions/{definition_id}/phases", response_model=PhaseOut, status_code=201)
def begin_phase(definition_id: UUID, data: PhaseIn, uow: Measure) -> Phase:
    """Have the limits computed anew from a period on, with a reason."""
    return commands.begin_phase(uow, definition_id, data)
