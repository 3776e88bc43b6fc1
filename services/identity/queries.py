from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from services.identity.admin_schemas import ProposalStatus
from services.identity.models import Grant, Node, Person, Proposal
from services.identity.schemas import Awaits, NodeKind, NodeOut, NodeRow, Role
from services.identity.sign_in_models import Link, PersonalToken, ProviderAccount, SignedIn
from services.identity.tokens import fingerprint
from shared.auth import SYSTEM, Actor
from shared.errors import NotFound
from shared.pages import Order, Paging, page
from shared.work import UnitOfWork, unit_of_work

IDLE = timedelta(minutes=30)

MOST_PLACES = 5000
"""As many as a group may have divisions and sites."""


def person_by_email(uow: UnitOfWork, email: str) -> Person | None:
    return uow.session.scalar(uow.select(Person).where(Person.email == email.lower()))


def valid_grants(uow: UnitOfWork, person_id: UUID) -> Sequence[Grant]:
    mine = uow.select(Grant).where(Grant.person_id == person_id, in_force(uow.now.date()))
    return uow.session.scalars(mine.order_by(Grant.id)).all()


def in_force(day: date) -> ColumnElement[bool]:
    return (Grant.valid_from <= day) & not_over(day)


def not_over(day: date) -> ColumnElement[bool]:
    return or_(Grant.valid_to.is_(None), Grant.valid_to >= day)


def all_roles_of(uow: UnitOfWork, person_id: UUID) -> list[tuple[Role, UUID]]:
    """What somebody holds or will hold, anywhere: the caller sees only what is near them."""
    with unit_of_work("identity", SYSTEM, now=uow.now) as everywhere:
        held = everywhere.select(Grant).where(Grant.person_id == person_id)
        rows = everywhere.session.scalars(held.where(not_over(uow.now.date())))
        return [(grant.role, grant.node_id) for grant in rows]


def is_coordinator_of_group(uow: UnitOfWork, person_id: UUID) -> bool:
    return any(grant.role is Role.GROUP_COORDINATOR for grant in valid_grants(uow, person_id))


def other_coordinators(uow: UnitOfWork, group_id: UUID, besides: UUID) -> Sequence[Person]:
    """Two, if there are, who could sign in today and coordinate the group without that one."""
    held = select(Grant.person_id).where(Grant.role == Role.GROUP_COORDINATOR)
    held = held.where(Grant.node_id == group_id, in_force(uow.now.date()))
    others = uow.select(Person).where(Person.active, Person.id != besides, Person.id.in_(held))
    return uow.session.scalars(others.limit(2)).all()


def is_proposed(person_id: UUID) -> bool:
    """Whether somebody may become a coordinator anywhere."""
    with unit_of_work("identity", SYSTEM) as everywhere:
        found = pending_proposals(everywhere).where(Proposal.person_id == person_id).limit(1)
        return everywhere.session.scalar(found) is not None


def pending_proposals(uow: UnitOfWork) -> Select[Proposal]:
    """Those in the caller's places that somebody may still decide."""
    open_now = uow.select(Proposal).where(
        Proposal.status == ProposalStatus.PENDING, Proposal.expires_at > uow.now
    )
    if uow.places is None:
        return open_now
    return open_now.where(Proposal.node_id.in_(uow.places))


def nodes_below(uow: UnitOfWork, node_id: UUID) -> Sequence[Node]:
    """The node and all below it, locked: they move together or not at all."""
    below = uow.select(Node).where(Node.path.contains([node_id])).order_by(Node.id)
    return uow.session.scalars(below.with_for_update()).all()


def visible_person(uow: UnitOfWork, person_id: UUID) -> Person:
    person = uow.session.scalar(visible_people(uow, [person_id]))
    if person is None:
        raise NotFound(kind="Person", id=person_id)
    return person


def group_node(uow: UnitOfWork) -> Node | None:
    return uow.session.scalar(uow.select(Node).where(Node.kind == NodeKind.GROUP))


def places_below(uow: UnitOfWork, node_ids: set[UUID]) -> dict[UUID, list[UUID]]:
    """Each node with everything below it, the node included; one statement for all."""
    below: dict[UUID, list[UUID]] = {id: [] for id in node_ids}
    if not node_ids:
        return below
    rows = uow.session.execute(select(Node.id, Node.path).where(Node.path.overlap(list(node_ids))))
    for id, path in rows:
        for above in node_ids.intersection(path):
            below[above].append(id)
    return below


def visible_nodes(uow: UnitOfWork) -> Select[Node]:
    """The caller's places, and the division and group above them by name."""
    places = uow.places
    everything = uow.select(Node)
    if places is None:
        return everything
    above = select(func.unnest(Node.path)).where(Node.id.in_(places))
    return everything.where(or_(Node.id.in_(places), Node.id.in_(above)))


def outline(uow: UnitOfWork) -> Sequence[Row[UUID, NodeKind, str, list[UUID]]]:
    """The caller's places without work units, by name: what pages choose from and name by."""
    columns = (Node.id, Node.kind, Node.name, Node.path)
    places = visible_nodes(uow).where(Node.kind != NodeKind.WORK_UNIT)
    rows = places.with_only_columns(*columns).order_by(Node.name, Node.id).limit(MOST_PLACES)
    return uow.session.execute(rows).all()


def tree_rows(
    uow: UnitOfWork, ids: list[UUID], parent_id: UUID | None, paging: Paging
) -> dict[str, Any]:
    """A page of nodes: some by their ids, or what is right below one; else all."""
    rows = visible_nodes(uow)
    if ids:
        rows = rows.where(Node.id.in_(ids))
    if parent_id is not None:
        rows = rows.where(Node.parent_id == parent_id)
    found = page(uow, rows, Order(Node.name), paging)
    shown = [NodeOut.model_validate(node) for node in found["items"]]
    below = _count_below(uow, [node.id for node in shown])
    items = [NodeRow(**node.model_dump(), below=below.get(node.id, 0)) for node in shown]
    return found | {"items": items}


def _count_below(uow: UnitOfWork, ids: list[UUID]) -> dict[UUID, int]:
    children = visible_nodes(uow).where(Node.parent_id.in_(ids)).group_by(Node.parent_id)
    rows = uow.session.execute(children.with_only_columns(Node.parent_id, func.count()))
    return {id: count for id, count in rows if id is not None}


def visible_people(uow: UnitOfWork, ids: list[UUID]) -> Select[Person]:
    """Those who hold a role, or may soon, where the caller may look or above; whom they let in."""
    people = uow.select(Person)
    if ids:
        people = people.where(Person.id.in_(ids))
    if uow.places is None:
        return people
    held_here = select(Grant.person_id).join(Node, Node.id == Grant.node_id)
    places = visible_nodes(uow).with_only_columns(Node.id)
    held_here = held_here.where(Grant.node_id.in_(places))
    waiting = select(Proposal.person_id).where(Proposal.node_id.in_(uow.places))
    mine = (Person.id == uow.actor.id) | (Person.added_by == uow.actor.id)
    return people.where(or_(Person.id.in_(held_here), Person.id.in_(waiting), mine))


def superiors_of(uow: UnitOfWork, person_id: UUID) -> list[UUID]:
    """All whom somebody reports to, at whatever remove."""
    up = select(Person.manager_id.label("id")).where(Person.id == person_id).cte(recursive=True)
    up = up.union(select(Person.manager_id).where(Person.id == up.c.id))
    return list(uow.session.scalars(select(up.c.id).where(up.c.id.is_not(None))))


def visible_grants(uow: UnitOfWork, node_id: UUID | None, person_id: UUID | None) -> Select[Grant]:
    grants = uow.select(Grant)
    if uow.places is not None:
        grants = grants.where(Grant.node_id.in_(visible_nodes(uow).with_only_columns(Node.id)))
    if person_id is not None:
        grants = grants.where(Grant.person_id == person_id)
    if node_id is None:
        return grants
    above = select(func.unnest(Node.path)).where(Node.id == node_id)
    return grants.where(Grant.node_id.in_(above))


def live_sessions(uow: UnitOfWork) -> Select[SignedIn]:
    """Sessions that are neither ended, nor expired, nor left idle too long, nor half begun."""
    return begun_sessions(uow).where(SignedIn.awaits == Awaits.NOTHING)


def begun_sessions(uow: UnitOfWork) -> Select[SignedIn]:
    live = uow.select(SignedIn).where(SignedIn.ended_at.is_(None), SignedIn.expires_at > uow.now)
    return live.where(SignedIn.seen_at > uow.now - IDLE)


def session_of(uow: UnitOfWork, token: str) -> SignedIn | None:
    return uow.session.scalar(live_sessions(uow).where(SignedIn.token_hash == fingerprint(token)))


def own_sessions(uow: UnitOfWork) -> Select[SignedIn]:
    return sessions_of(uow, uow.actor.id)


def sessions_of(uow: UnitOfWork, person_id: UUID) -> Select[SignedIn]:
    return live_sessions(uow).where(SignedIn.person_id == person_id)


def personal_token_of(uow: UnitOfWork, token: str) -> PersonalToken | None:
    live = (
        uow.select(PersonalToken)
        .where(PersonalToken.token_hash == fingerprint(token))
        .where(PersonalToken.revoked_at.is_(None), PersonalToken.expires_at > uow.now)
    )
    return uow.session.scalar(live)


def own_tokens(uow: UnitOfWork) -> Select[PersonalToken]:
    return tokens_of(uow, uow.actor.id)


def tokens_of(uow: UnitOfWork, person_id: UUID) -> Select[PersonalToken]:
    theirs = uow.select(PersonalToken).where(PersonalToken.person_id == person_id)
    return theirs.where(PersonalToken.revoked_at.is_(None), PersonalToken.expires_at > uow.now)


def link_of(uow: UnitOfWork, token: str, *, lock: bool = False) -> Link | None:
    live = uow.select(Link).where(Link.token_hash == fingerprint(token), Link.used_at.is_(None))
    live = live.where(Link.expires_at > uow.now)
    return uow.session.scalar(live.with_for_update() if lock else live)


def provider_account_of(uow: UnitOfWork, person_id: UUID) -> ProviderAccount | None:
    theirs = uow.select(ProviderAccount).where(ProviderAccount.person_id == person_id)
    return uow.session.scalar(theirs.limit(1))


def own_provider_accounts(uow: UnitOfWork) -> Select[ProviderAccount]:
    return uow.select(ProviderAccount).where(ProviderAccount.person_id == uow.actor.id)


def permissions(actor: Actor, known: Sequence[str]) -> list[str]:
    return [name for name in known if actor.places(name) != frozenset()]
