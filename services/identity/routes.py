from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.identity import account, commands, links, queries, sign_in
from services.identity.models import Grant, Node, Person, Process
from services.identity.schemas import (
    GrantIn,
    GrantOut,
    NodeChange,
    NodeIn,
    NodeOut,
    PersonIn,
    PersonOut,
    ProcessIn,
    ProcessOut,
)
from shared.crud import crud_router
from shared.pages import LARGEST, Paged, page
from shared.schemas import Page
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("identity:read")]
Admin = Annotated[UnitOfWork, authorised("identity:admin")]

router = APIRouter()
router.include_router(sign_in.router)
router.include_router(account.router)
router.include_router(
    crud_router("/processes", Process, ProcessIn, ProcessOut, ("identity:read", "identity:admin"))
)


@router.get("/nodes", response_model=Page[NodeOut])
def list_nodes(uow: Read, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.visible_nodes(uow), Node.name, paging)


@router.post("/nodes", response_model=NodeOut, status_code=201)
def open_node(data: NodeIn, uow: Admin) -> Node:
    return commands.open_node(uow, data)


@router.put("/nodes/{node_id}", response_model=NodeOut)
def rename_node(node_id: UUID, data: NodeChange, uow: Admin) -> Node:
    return commands.rename_node(uow, node_id, data)


@router.get("/people", response_model=Page[PersonOut])
def list_people(
    uow: Read, paging: Paged, ids: Annotated[list[UUID] | None, Query(max_length=LARGEST)] = None
) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.visible_people(uow, ids or []), Person.name, paging)


@router.post("/people", response_model=PersonOut, status_code=201)
def add_person(data: PersonIn, uow: Admin) -> Person:
    return commands.add_person(uow, data)


@router.post("/people/{person_id}/invite", status_code=202)
def invite(person_id: UUID, uow: Admin) -> Response:
    """Mail a person who has no password yet a link to choose one."""
    links.invite(uow, person_id)
    return Response(status_code=202)


@router.get("/grants", response_model=Page[GrantOut])
def list_grants(
    uow: Read, paging: Paged, node_id: UUID | None = None, person_id: UUID | None = None
) -> Any:  # noqa: ANN401  shaped by response_model
    rows = queries.visible_grants(uow, node_id, person_id)
    return page(uow, rows, Grant.id, paging)


@router.post("/grants", response_model=GrantOut, status_code=201)
def grant(data: GrantIn, uow: Admin) -> Grant:
    return commands.grant(uow, data)


@router.post("/grants/{grant_id}/end", response_model=GrantOut)
def end_grant(grant_id: UUID, uow: Admin) -> Grant:
    return commands.end_grant(uow, grant_id, uow.now.date())
