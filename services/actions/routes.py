from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.actions import commands, opening, queries
from services.actions.analysis.routes import router as analysis
from services.actions.models import Action, Delay, Evidence, Move
from services.actions.plans.routes import router as plans
from services.actions.schemas import (
    ActionIn,
    ActionOut,
    AssignIn,
    AssignManyIn,
    CancelIn,
    CancelManyIn,
    CloseIn,
    DelayIn,
    DelayOut,
    DoneIn,
    MoveDecisionIn,
    MoveIn,
    MoveOut,
    PlanIn,
    ResourcesIn,
    Standing,
    StartIn,
    VerifyIn,
)
from services.actions.sharing.routes import router as sharing
from shared.bulk_schemas import Outcome
from shared.catalogue import catalogue_router
from shared.dated import dated_router
from shared.evidence import evidence_router
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.search import Kind, search_router
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("actions:read")]
Progress = Annotated[UnitOfWork, authorised("actions:progress")]
Verify = Annotated[UnitOfWork, authorised("actions:verify")]
Sorted = Annotated[Order, sortable(*queries.ACTIONS_BY)]

router = APIRouter()
router.include_router(analysis)
router.include_router(sharing)
router.include_router(plans)
router.include_router(
    search_router("actions:read", Kind("action", Action, Action.title, Action.number))
)
router.include_router(dated_router("actions:read", *queries.DATED))
router.include_router(
    evidence_router(
        Evidence, Action, ("actions:read", "actions:progress"), commands.action_for_evidence
    )
)
router.include_router(
    catalogue_router("/delays", Delay, DelayIn, DelayOut, ("actions:read", "actions:configure"))
)


@router.get("/actions", response_model=Page[ActionOut])
def list_actions(uow: Read, paging: Paged, order: Sorted, wanted: queries.Filtered) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.actions(uow, wanted), order, paging)


@router.post("/actions", response_model=ActionOut, status_code=201)
def open_action(data: ActionIn, uow: Progress) -> Action:
    return opening.open_action(uow, data)


@router.get("/standing", response_model=list[Standing])
def read_standing(uow: Read, place: UUID | None = None) -> Any:  # noqa: ANN401  shaped by response_model
    return queries.standing(uow, place)


@router.get("/actions/{action_id}", response_model=ActionOut)
def read_action(action_id: UUID, uow: Read) -> Action:
    return uow.get(Action, action_id)


@router.post("/actions/{action_id}/assign", response_model=ActionOut)
def assign_action(action_id: UUID, data: AssignIn, uow: Progress) -> Action:
    return commands.assign_action(uow, action_id, data)


@router.post("/actions/{action_id}/plan", response_model=ActionOut)
def plan_action(action_id: UUID, data: PlanIn, uow: Progress) -> Action:
    return commands.plan_action(uow, action_id, data)


@router.put("/actions/{action_id}/resources", response_model=ActionOut)
def resource_action(action_id: UUID, data: ResourcesIn, uow: Progress) -> Action:
    """Say who helps, what it takes and costs, what stands in the way, and which aim it serves."""
    return commands.resource_action(uow, action_id, data)


@router.post("/actions/{action_id}/start", response_model=ActionOut)
def start_action(action_id: UUID, data: StartIn, uow: Progress) -> Action:
    return commands.start_action(uow, action_id, data)


@router.post("/actions/{action_id}/done", response_model=ActionOut)
def declare_done(action_id: UUID, data: DoneIn, uow: Progress) -> Action:
    return commands.declare_done(uow, action_id, data)


@router.post("/actions/{action_id}/verify", response_model=ActionOut)
def verify_action(action_id: UUID, data: VerifyIn, uow: Verify) -> Action:
    """Judge the effect of a done action. Whoever owns or did it cannot."""
    return commands.verify_action(uow, action_id, data)


@router.post("/actions/{action_id}/close", response_model=ActionOut)
def close_action(action_id: UUID, data: CloseIn, uow: Verify) -> Action:
    """Close a done correction or containment, which need no check of their effect."""
    return commands.close_action(uow, action_id, data)


@router.get("/actions/{action_id}/moves", response_model=Page[MoveOut])
def list_moves(action_id: UUID, uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    """Every later deadline that was asked for, the refused ones too."""
    uow.get(Action, action_id)
    return page(uow, queries.moves_of(uow, action_id), Order(Move.asked_at), paging)


@router.post("/actions/{action_id}/move", response_model=ActionOut)
def ask_to_move(action_id: UUID, data: MoveIn, uow: Progress) -> Action:
    """Ask for a later deadline, with a reason; somebody else decides."""
    return commands.ask_to_move(uow, action_id, data)


@router.post("/actions/{action_id}/move-decision", response_model=ActionOut)
def decide_move(action_id: UUID, data: MoveDecisionIn, uow: Verify) -> Action:
    return commands.decide_move(uow, action_id, data)


@router.post("/actions/{action_id}/cancel", response_model=ActionOut)
def cancel_action(action_id: UUID, data: CancelIn, uow: Progress) -> Action:
    return commands.cancel_action(uow, action_id, data)


@router.post("/bulk/actions/assign")
def assign_many(data: AssignManyIn, uow: Progress) -> list[Outcome]:
    """Give all the chosen actions to one person; what may not be given stays, and says why."""
    return commands.assign_many(uow, data)


@router.post("/bulk/actions/cancel")
def cancel_many(data: CancelManyIn, uow: Progress) -> list[Outcome]:
    """Cancel all the chosen actions for one reason; what may not be cancelled stays."""
    return commands.cancel_many(uow, data)
