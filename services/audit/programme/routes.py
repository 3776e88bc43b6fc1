from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from services.audit.models import Audit
from services.audit.programme import commands, queries, ratings
from services.audit.programme.coverage_schemas import AcceptIn, Proposal
from services.audit.programme.frequencies import frequencies
from services.audit.programme.models import Entry, ProcessRating, Programme
from services.audit.programme.proposals import proposal
from services.audit.programme.schemas import (
    Completion,
    DropIn,
    EntryChange,
    EntryIn,
    EntryOut,
    Figures,
    FrequencyOut,
    PlanIn,
    PostponeIn,
    ProgrammeChange,
    ProgrammeIn,
    ProgrammeOut,
    RatingIn,
    RatingOut,
    RemoveIn,
    StepIn,
)
from services.audit.schemas import AuditOut
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("audit:read")]
Plan = Annotated[UnitOfWork, authorised("audit:plan")]
ProgrammesSorted = Annotated[Order, sortable(*queries.PROGRAMMES_BY, descending=True)]
EntriesSorted = Annotated[Order, sortable(*queries.ENTRIES_BY)]
Wanted = Annotated[queries.Wanted, Depends()]

router = APIRouter(tags=["programme"])


@router.get("/programmes", response_model=Page[ProgrammeOut])
def list_programmes(
    uow: Read, paging: Paged, order: ProgrammesSorted, place: UUID | None = None
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.programmes(uow, place), order, paging)


@router.post("/programmes", response_model=ProgrammeOut, status_code=201)
def draft_programme(data: ProgrammeIn, uow: Plan) -> Programme:
    return commands.draft_programme(uow, data)


@router.get("/programmes/{programme_id}", response_model=ProgrammeOut)
def read_programme(programme_id: UUID, uow: Read) -> Programme:
    return uow.get(Programme, programme_id)


@router.put("/programmes/{programme_id}", response_model=ProgrammeOut)
def revise_programme(programme_id: UUID, data: ProgrammeChange, uow: Plan) -> Programme:
    return commands.revise_programme(uow, programme_id, data)


@router.post("/programmes/{programme_id}/approve", response_model=ProgrammeOut)
def approve_programme(programme_id: UUID, data: StepIn, uow: Plan) -> Programme:
    return commands.approve_programme(uow, programme_id, data)


@router.post("/programmes/{programme_id}/close", response_model=ProgrammeOut)
def close_programme(programme_id: UUID, data: StepIn, uow: Plan) -> Programme:
    return commands.close_programme(uow, programme_id, data)


@router.get("/programmes/{programme_id}/figures")
def read_figures(programme_id: UUID, uow: Read) -> Figures:
    return queries.figures(uow, uow.get(Programme, programme_id))


@router.get("/proposals/{programme_id}")
def read_proposal(programme_id: UUID, uow: Read) -> Proposal:
    """What would fill the holes. It is not kept: accepting it computes it anew."""
    return proposal(uow, uow.get(Programme, programme_id))


@router.post("/proposals/{programme_id}", response_model=list[EntryOut], status_code=201)
def accept_proposal(programme_id: UUID, data: AcceptIn, uow: Plan) -> list[Entry]:
    return commands.accept_proposal(uow, programme_id, data)


@router.post("/programmes/{programme_id}/entries", response_model=EntryOut, status_code=201)
def add_entry(programme_id: UUID, data: EntryIn, uow: Plan) -> Entry:
    return commands.add_entry(uow, programme_id, data)


@router.get("/entries", response_model=Page[EntryOut])
def list_entries(uow: Read, paging: Paged, order: EntriesSorted, wanted: Wanted) -> Any:  # noqa: ANN401
    return page(uow, queries.entries(uow, wanted), order, paging)


@router.get("/completion")
def read_completion(uow: Read, wanted: Wanted) -> Completion:
    """How much of what was programmed has been held."""
    return queries.completion(uow, wanted)


@router.get("/entries/{entry_id}", response_model=EntryOut)
def read_entry(entry_id: UUID, uow: Read) -> Entry:
    return uow.get(Entry, entry_id)


@router.put("/entries/{entry_id}", response_model=EntryOut)
def change_entry(entry_id: UUID, data: EntryChange, uow: Plan) -> Entry:
    return commands.change_entry(uow, entry_id, data)


@router.post("/entries/{entry_id}/remove", response_model=ProgrammeOut)
def remove_entry(entry_id: UUID, data: RemoveIn, uow: Plan) -> Programme:
    """Take an entry out of a draft."""
    return commands.remove_entry(uow, entry_id, data)


@router.post("/entries/{entry_id}/plan", response_model=AuditOut, status_code=201)
def plan_entry(entry_id: UUID, data: PlanIn, uow: Plan) -> Audit:
    """Make the audit that the entry wants."""
    return commands.plan_entry(uow, entry_id, data)


@router.post("/entries/{entry_id}/postpone", response_model=EntryOut)
def postpone_entry(entry_id: UUID, data: PostponeIn, uow: Plan) -> Entry:
    return commands.postpone_entry(uow, entry_id, data)


@router.post("/entries/{entry_id}/drop", response_model=EntryOut)
def drop_entry(entry_id: UUID, data: DropIn, uow: Plan) -> Entry:
    return commands.drop_entry(uow, entry_id, data)


@router.get("/frequencies")
def list_frequencies(uow: Read, place: UUID | None = None) -> list[FrequencyOut]:
    """How often each process is to be audited at each site of a place, term by term."""
    return frequencies(uow, queries.sites_at(uow, place))


@router.post("/process-ratings", response_model=RatingOut)
def rate_process(data: RatingIn, uow: Plan) -> ProcessRating:
    return ratings.rate_process(uow, data)
