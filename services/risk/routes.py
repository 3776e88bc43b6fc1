from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.risk import commands, queries
from services.risk.models import Method, Risk
from services.risk.schemas import (
    Domain,
    MatrixOut,
    MethodIn,
    MethodOut,
    Rating,
    ResidualIn,
    RiskIn,
    RiskOut,
)
from shared.catalogue import current
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.search import Kind, search_router
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("risk:read")]
Write = Annotated[UnitOfWork, authorised("risk:write")]
Configure = Annotated[UnitOfWork, authorised("risk:configure")]

Sorted = Annotated[Order, sortable(*queries.RISKS_BY)]

router = APIRouter()
router.include_router(search_router("risk:read", Kind("risk", Risk, Risk.title, Risk.process)))


@router.get("/risks", response_model=Page[RiskOut])
def list_risks(uow: Read, paging: Paged, order: Sorted, wanted: queries.Filtered) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.risks(uow, wanted), order, paging)


@router.post("/risks", response_model=RiskOut, status_code=201)
def assess_risk(data: RiskIn, uow: Write) -> Risk:
    """Enter a risk. One that is beyond what the site may accept is escalated at once."""
    return commands.assess_risk(uow, data)


@router.get("/risks/{risk_id}", response_model=RiskOut)
def read_risk(risk_id: UUID, uow: Read) -> Risk:
    return uow.get(Risk, risk_id)


@router.post("/risks/{risk_id}/residual", response_model=RiskOut)
def rate_residual(risk_id: UUID, data: ResidualIn, uow: Write) -> Risk:
    return commands.rate_residual(uow, risk_id, data)


@router.get("/methods", response_model=Page[MethodOut])
def list_methods(uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, current(uow, Method), Order(Method.code), paging)


@router.get("/methods/{method_id}/matrix")
def read_matrix(
    method_id: UUID,
    uow: Read,
    rating: Rating = Rating.INITIAL,
    place: UUID | None = None,
    domain: Domain | None = None,
) -> MatrixOut:
    """Count the risks by gravity and probability."""
    wanted = queries.Filters(place, domain, rating=rating)
    return queries.matrix(uow, uow.get(Method, method_id), wanted)


@router.get("/methods/{method_id}", response_model=MethodOut)
def read_method(method_id: UUID, uow: Read) -> Method:
    return uow.get(Method, method_id)


@router.post("/methods", response_model=MethodOut, status_code=201)
def add_method(data: MethodIn, uow: Configure) -> Method:
    return commands.add_method(uow, data)


@router.post("/methods/{method_id}/supersede", response_model=MethodOut, status_code=201)
def supersede_method(method_id: UUID, data: MethodIn, uow: Configure) -> Method:
    return commands.supersede_method(uow, method_id, data)
