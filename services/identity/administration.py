"""The doors of whoever administers: the tree, its people, what they hold."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.identity import accounts, commands, imports, proposals, queries, roster
from services.identity.admin_schemas import (
    FileFormat,
    NodeMove,
    PersonChange,
    PersonRow,
    PersonSheet,
    ProposalIn,
    ProposalOut,
    RefusalIn,
    SheetKind,
)
from services.identity.models import Grant, Node, Person, Proposal
from services.identity.schemas import (
    GrantIn,
    GrantOut,
    Language,
    NodeChange,
    NodeIn,
    NodeOut,
    NodeRow,
    PersonIn,
    PersonOut,
    PlaceOut,
)
from shared.openapi import files
from shared.pages import Order, Paged, page
from shared.schemas import LARGEST_PAGE, Change, Page
from shared.tabular import CSV, XLSX
from shared.work import UnitOfWork, authorised

Read = Annotated[UnitOfWork, authorised("identity:read")]
Admin = Annotated[UnitOfWork, authorised("identity:admin")]
Protect = Annotated[UnitOfWork, authorised("identity:protect")]
Govern = Annotated[UnitOfWork, authorised("identity:govern")]
Ids = Annotated[list[UUID] | None, Query(max_length=LARGEST_PAGE)]


class ExportAsked(roster.Wanted):
    """Whom to list, and as what."""

    language: Language = "fr"
    format: FileFormat = FileFormat.XLSX


router = APIRouter()


@router.get("/places", response_model=list[PlaceOut])
def list_places(uow: Read) -> Any:  # noqa: ANN401  shaped by response_model
    """The group, the divisions and the sites that the caller knows of, in one short answer."""
    return queries.outline(uow)


@router.get("/nodes", response_model=Page[NodeRow])
def list_nodes(uow: Read, paging: Paged, ids: Ids = None, parent_id: UUID | None = None) -> Any:  # noqa: ANN401  shaped by response_model
    """The tree, or what is right below one of its nodes, with how many are below each."""
    return queries.tree_rows(uow, ids or [], parent_id, paging)


@router.post("/nodes", response_model=NodeOut, status_code=201)
def open_node(data: NodeIn, uow: Admin) -> Node:
    return commands.open_node(uow, data)


@router.put("/nodes/{node_id}", response_model=NodeOut)
def rename_node(node_id: UUID, data: NodeChange, uow: Admin) -> Node:
    return commands.rename_node(uow, node_id, data)


@router.post("/nodes/{node_id}/move", response_model=NodeOut)
def move_node(node_id: UUID, data: NodeMove, uow: Govern) -> Node:
    return commands.move_node(uow, node_id, data)


@router.get("/people", response_model=Page[PersonOut])
def list_people(uow: Read, paging: Paged, ids: Ids = None) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.visible_people(uow, ids or []), Order(Person.name), paging)


@router.get("/roster", response_model=Page[PersonRow])
def list_roster(uow: Protect, asked: Annotated[roster.Asked, Query()]) -> Any:  # noqa: ANN401  shaped by response_model
    return roster.list_people(uow, asked)


@router.post("/people", response_model=PersonOut, status_code=201)
def add_person(data: PersonIn, uow: Admin) -> Person:
    return commands.add_person(uow, data)


@router.get("/people/{person_id}")
def read_person(person_id: UUID, uow: Protect) -> PersonSheet:
    return roster.sheet(uow, person_id)


@router.put("/people/{person_id}", response_model=PersonOut)
def change_person(person_id: UUID, data: PersonChange, uow: Admin) -> Person:
    return accounts.change_person(uow, person_id, data)


@router.post("/people/{person_id}/deactivate", response_model=PersonOut)
def deactivate(person_id: UUID, data: Change, uow: Admin) -> Person:
    return accounts.deactivate(uow, person_id, data)


@router.post("/people/{person_id}/reactivate", response_model=PersonOut)
def reactivate(person_id: UUID, data: Change, uow: Admin) -> Person:
    return accounts.reactivate(uow, person_id, data)


@router.post("/people/{person_id}/sessions/end", status_code=204)
def end_sessions(person_id: UUID, uow: Protect) -> Response:
    accounts.end_sessions_of(uow, person_id)
    return Response(status_code=204)


@router.post("/people/{person_id}/tokens/revoke", status_code=204)
def revoke_tokens(person_id: UUID, uow: Protect) -> Response:
    accounts.revoke_tokens_of(uow, person_id)
    return Response(status_code=204)


@router.post("/people/{person_id}/invite", status_code=202, response_class=Response)
def invite(person_id: UUID, uow: Admin) -> Response:
    """Mail a person who has no password yet a link to choose one."""
    accounts.invite(uow, person_id)
    return Response(status_code=202)


@router.get("/grants", response_model=Page[GrantOut])
def list_grants(
    uow: Read, paging: Paged, node_id: UUID | None = None, person_id: UUID | None = None
) -> Any:  # noqa: ANN401  shaped by response_model
    rows = queries.visible_grants(uow, node_id, person_id)
    return page(uow, rows, Order(Grant.id), paging)


@router.post("/grants", response_model=GrantOut, status_code=201)
def grant(data: GrantIn, uow: Admin) -> Grant:
    return commands.grant(uow, data)


@router.post("/grants/{grant_id}/end", response_model=GrantOut)
def end_grant(grant_id: UUID, uow: Admin) -> Grant:
    return commands.end_grant(uow, grant_id, uow.now.date())


@router.get("/proposals", response_model=Page[ProposalOut])
def list_proposals(uow: Admin, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
    return page(uow, queries.pending_proposals(uow), Order(Proposal.id), paging)


@router.post("/proposals", response_model=ProposalOut, status_code=201)
def propose(data: ProposalIn, uow: Admin) -> Proposal:
    return proposals.propose(uow, data)


@router.post("/proposals/{proposal_id}/confirm", response_model=ProposalOut)
def confirm_proposal(proposal_id: UUID, uow: Admin) -> Proposal:
    return proposals.confirm(uow, proposal_id)


@router.post("/proposals/{proposal_id}/refuse", response_model=ProposalOut)
def refuse_proposal(proposal_id: UUID, data: RefusalIn, uow: Admin) -> Proposal:
    return proposals.refuse(uow, proposal_id, data)


@router.post("/proposals/{proposal_id}/withdraw", response_model=ProposalOut)
def withdraw_proposal(proposal_id: UUID, uow: Admin) -> Proposal:
    return proposals.withdraw(uow, proposal_id)


@router.get("/exports/{kind}", response_class=Response, responses=files(XLSX, CSV))
def export(kind: SheetKind, uow: Admin, asked: Annotated[ExportAsked, Query()]) -> Response:
    """People as the list of them is narrowed, or all places, in the columns of the import."""
    format = asked.format
    content = imports.exported(uow, kind, asked.language, format, asked)
    return Response(content, media_type=CSV if format is FileFormat.CSV else XLSX)
