from fastapi import APIRouter

from services.identity import account, administration, record, sign_in
from services.identity.models import Node, Person
from services.identity.queries import visible_nodes, visible_people
from shared.search import Kind, search_router

router = APIRouter()
router.include_router(sign_in.router)
router.include_router(account.router)
router.include_router(administration.router)
router.include_router(record.router)
router.include_router(
    search_router(
        "identity:read",
        Kind(
            "person",
            Person,
            Person.name,
            Person.email,
            rows=lambda uow: visible_people(uow, []),
        ),
        Kind("place", Node, Node.name, Node.code, rows=visible_nodes),
    )
)
