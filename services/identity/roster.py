"""People as who administers them looks at them: found by name, with what they hold."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select, func, or_, select

from services.identity.admin_schemas import PersonRow, PersonSheet, ProposalOut, SessionShown
from services.identity.models import Grant, Node, Person, Proposal
from services.identity.queries import (
    in_force,
    pending_proposals,
    sessions_of,
    tokens_of,
    visible_grants,
    visible_people,
    visible_person,
)
from services.identity.schemas import GrantOut, PersonalTokenOut, PersonOut, Role
from services.identity.sign_in_models import PersonalToken, SignedIn
from shared.pages import Order, Paging, page
from shared.schemas import LARGEST_PAGE, In
from shared.work import UnitOfWork


class Wanted(In):
    """Whom to list: by a part of the name or the address, by a role, by a place and all below."""

    text: str = Field(default="", max_length=100)
    role: Role | None = None
    node_id: UUID | None = None
    active: bool | None = None


class Asked(Wanted):
    """A page of them."""

    after: str | None = Field(default=None, max_length=400)
    limit: int = Field(default=50, ge=1, le=LARGEST_PAGE)


def people(uow: UnitOfWork, asked: Wanted) -> Select[Person]:
    found = visible_people(uow, [])
    if asked.text:
        like = f"%{_literal(asked.text)}%"
        found = found.where(or_(Person.name.ilike(like), Person.email.ilike(like)))
    if asked.active is not None:
        found = found.where(Person.active.is_(asked.active))
    if asked.role is None and asked.node_id is None:
        return found
    held = visible_grants(uow, None, None).where(in_force(uow.now.date()))
    if asked.role is not None:
        held = held.where(Grant.role == asked.role)
    if asked.node_id is not None:
        below = select(Node.id).where(Node.path.contains([asked.node_id]))
        held = held.where(Grant.node_id.in_(below))
    return found.where(Person.id.in_(held.with_only_columns(Grant.person_id)))


def list_people(uow: UnitOfWork, asked: Asked) -> dict[str, Any]:
    """A page of people, each with the roles of today; in three statements, however many."""
    found = page(uow, people(uow, asked), Order(Person.name), Paging(asked.after, asked.limit))
    ids = [person.id for person in found["items"]]
    held = defaultdict(list)
    now = visible_grants(uow, None, None).where(Grant.person_id.in_(ids))
    for grant in uow.session.scalars(now.where(in_force(uow.now.date())).order_by(Grant.id)):
        held[grant.person_id].append(GrantOut.model_validate(grant))
    seen = _last_seen(uow, ids)
    rows = [
        PersonRow(**_plain(person), grants=held[person.id], seen_at=seen.get(person.id))
        for person in found["items"]
    ]
    return found | {"items": rows}


def sheet(uow: UnitOfWork, person_id: UUID) -> PersonSheet:
    person = visible_person(uow, person_id)
    grants = visible_grants(uow, None, person_id).order_by(Grant.valid_from.desc(), Grant.id)
    proposed = pending_proposals(uow).where(Proposal.person_id == person_id)
    sessions = sessions_of(uow, person_id).order_by(SignedIn.seen_at.desc())
    tokens = tokens_of(uow, person_id).order_by(PersonalToken.id)
    return PersonSheet(
        **_plain(person),
        joined=person.password_hash is not None,
        manager=_manager_of(uow, person),
        grants=[GrantOut.model_validate(row) for row in _first(uow, grants)],
        proposals=[ProposalOut.model_validate(row) for row in _first(uow, proposed)],
        sessions=[SessionShown.model_validate(row) for row in _first(uow, sessions)],
        tokens=[PersonalTokenOut.model_validate(row) for row in _first(uow, tokens)],
        seen_at=_last_seen(uow, [person_id]).get(person_id),
    )


def _manager_of(uow: UnitOfWork, person: Person) -> PersonOut | None:
    if person.manager_id is None:
        return None
    manager = uow.session.scalar(visible_people(uow, [person.manager_id]))
    return PersonOut.model_validate(manager) if manager else None


def _plain(person: Person) -> dict[str, Any]:
    return PersonOut.model_validate(person).model_dump()


def _first(uow: UnitOfWork, rows: Select[Any]) -> Sequence[Any]:
    return uow.session.scalars(rows.limit(LARGEST_PAGE)).all()


def _last_seen(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    latest = select(SignedIn.person_id, func.max(SignedIn.seen_at).label("seen_at"))
    rows = uow.session.execute(
        latest.where(SignedIn.person_id.in_(ids)).group_by(SignedIn.person_id)
    )
    return {row.person_id: row.seen_at for row in rows}


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
