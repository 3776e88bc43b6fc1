from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.actions.analysis import commands, queries
from services.actions.analysis.models import Analysis
from services.actions.analysis.schemas import (
    AnalysisOut,
    Discipline,
    FiveWhysIn,
    IshikawaIn,
    StepIn,
)
from services.actions.models import Action
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("actions:read")]
Progress = Annotated[UnitOfWork, authorised("actions:progress")]

router = APIRouter(tags=["analysis"])


@router.get("/actions/{action_id}/analyses", response_model=Page[AnalysisOut])
def list_analyses(action_id: UUID, uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    """Every search for its causes, those of earlier rounds too."""
    uow.get(Action, action_id)
    rows = queries.analyses_of(uow, action_id)
    return page(uow, rows, Order(Analysis.round, descending=True), paging)


@router.put("/actions/{action_id}/five-whys", response_model=AnalysisOut)
def ask_why(action_id: UUID, data: FiveWhysIn, uow: Progress) -> Analysis:
    return commands.ask_why(uow, action_id, data)


@router.put("/actions/{action_id}/ishikawa", response_model=AnalysisOut)
def sort_causes(action_id: UUID, data: IshikawaIn, uow: Progress) -> Analysis:
    return commands.sort_causes(uow, action_id, data)


@router.put("/actions/{action_id}/eight-d/{step}", response_model=AnalysisOut)
def write_step(action_id: UUID, step: Discipline, data: StepIn, uow: Progress) -> Analysis:
    """Write a step of the 8D; with `complete`, end it. They end in their order."""
    return commands.write_step(uow, action_id, step, data)
