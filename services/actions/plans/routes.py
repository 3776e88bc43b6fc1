from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.actions.plans import queries
from services.actions.plans.schemas import PlanBy, PlanOut
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("actions:read")]

router = APIRouter(tags=["plans"])


@router.get("/plans", response_model=list[PlanOut])
def list_plans(uow: Read, by: PlanBy = PlanBy.OBJECTIVE, place: UUID | None = None) -> Any:  # noqa: ANN401  shaped by response_model
    return queries.plans(uow, by, place)
