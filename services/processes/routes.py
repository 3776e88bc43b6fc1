from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.processes import commands, queries
from services.processes.models import Process
from services.processes.schemas import Pilot, ProcessChange, ProcessIn, ProcessOut
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.search import Kind, search_router
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("processes:read")]
Write = Annotated[UnitOfWork, authorised("processes:write")]

Sites = Annotated[list[UUID], Query(min_length=1, max_length=100)]
Sorted = Annotated[Order, sortable(*queries.PROCESSES_BY)]

router = APIRouter()
router.include_router(
    search_router(
        "processes:read",
        Kind("process", Process, Process.name_fr, Process.code, Process.name_en),
    )
)


@router.get("/processes", response_model=Page[ProcessOut])
def list_processes(uow: Read, paging: Paged, order: Sorted, wanted: queries.Filtered) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.processes(uow, wanted), order, paging)


@router.post("/processes", response_model=ProcessOut, status_code=201)
def add_process(data: ProcessIn, uow: Write) -> Process:
    return commands.add_process(uow, data)


@router.get("/processes/{process_id}", response_model=ProcessOut)
def read_process(process_id: UUID, uow: Read) -> Process:
    return uow.get(Process, process_id)


@router.put("/processes/{process_id}", response_model=ProcessOut)
def change_process(process_id: UUID, data: ProcessChange, uow: Write) -> Process:
    return commands.change_process(uow, process_id, data)


@router.get("/pilots")
def list_pilots(uow: Read, sites: Sites, process_id: UUID | None = None) -> list[Pilot]:
    """Who answers at these sites for each process that runs there, as the roles say today."""
    return queries.pilots(uow, queries.running_at(uow, sites, process_id), sites)
