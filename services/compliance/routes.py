from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.compliance import commands, queries
from services.compliance.models import Reference, Requirement
from services.compliance.schemas import (
    ReferenceChange,
    ReferenceIn,
    ReferenceOut,
    RequirementChange,
    RequirementIn,
    RequirementOut,
    ShippedOut,
    StepIn,
    SupersedeIn,
    Theme,
)
from shared.pages import Order, Paged, page, sortable
from shared.schemas import Page
from shared.search import Kind, search_router
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("compliance:read")]
Write = Annotated[UnitOfWork, authorised("compliance:write")]

Sorted = Annotated[Order, sortable(*queries.REFERENCES_BY)]

router = APIRouter()
router.include_router(
    search_router(
        "compliance:read",
        Kind("reference", Reference, Reference.title_fr, Reference.code, Reference.title_en),
        Kind(
            "requirement",
            Requirement,
            Requirement.title_fr,
            Requirement.number,
            Requirement.title_en,
        ),
    )
)


@router.get("/references", response_model=Page[ReferenceOut])
def list_references(uow: Read, paging: Paged, order: Sorted, wanted: queries.Filtered) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.references(uow, wanted), order, paging)


@router.post("/references", response_model=ReferenceOut, status_code=201)
def draft_reference(data: ReferenceIn, uow: Write) -> Reference:
    return commands.draft_reference(uow, data)


@router.get("/references/{reference_id}", response_model=ReferenceOut)
def read_reference(reference_id: UUID, uow: Read) -> Reference:
    return uow.get(Reference, reference_id)


@router.put("/references/{reference_id}", response_model=ReferenceOut)
def revise_reference(reference_id: UUID, data: ReferenceChange, uow: Write) -> Reference:
    return commands.revise_reference(uow, reference_id, data)


@router.post("/references/{reference_id}/issue", response_model=ReferenceOut)
def issue_reference(reference_id: UUID, data: StepIn, uow: Write) -> Reference:
    """Put it in force. From here on neither it nor its requirements change."""
    return commands.issue_reference(uow, reference_id, data)


@router.post("/references/{reference_id}/supersede", response_model=ReferenceOut)
def supersede_reference(reference_id: UUID, data: SupersedeIn, uow: Write) -> Reference:
    return commands.supersede_reference(uow, reference_id, data)


@router.post(
    "/references/{reference_id}/requirements", response_model=RequirementOut, status_code=201
)
def add_requirement(reference_id: UUID, data: RequirementIn, uow: Write) -> Requirement:
    return commands.add_requirement(uow, reference_id, data)


@router.get("/requirements", response_model=Page[RequirementOut])
def list_requirements(
    uow: Read, paging: Paged, reference_id: UUID | None = None, theme: Theme | None = None
) -> Any:  # noqa: ANN401  shaped by response_model
    """The requirements of a reference in the order of its text; those of a theme in all."""
    rows = queries.requirements(uow, reference_id, theme)
    return page(uow, rows, Order(Requirement.position), paging)


@router.get("/requirements/{requirement_id}", response_model=RequirementOut)
def read_requirement(requirement_id: UUID, uow: Read) -> Requirement:
    return uow.get(Requirement, requirement_id)


@router.put("/requirements/{requirement_id}", response_model=RequirementOut)
def revise_requirement(requirement_id: UUID, data: RequirementChange, uow: Write) -> Requirement:
    return commands.revise_requirement(uow, requirement_id, data)


@router.post("/requirements/{requirement_id}/remove", response_model=RequirementOut)
def remove_requirement(requirement_id: UUID, data: StepIn, uow: Write) -> Requirement:
    return commands.remove_requirement(uow, requirement_id, data)


@router.get("/shipped")
def list_shipped(uow: Read) -> list[ShippedOut]:
    """The standards that come with the product."""
    return queries.shipped(uow)


@router.post("/shipped/{name}", response_model=ReferenceOut, status_code=201)
def load_shipped(name: str, uow: Write) -> Reference:
    return commands.load_shipped(uow, name)
