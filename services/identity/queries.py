from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from services.identity.models import (
    Grant,
    Link,
    Node,
    Person,
    PersonalToken,
    ProviderAccount,
    SignedIn,
)
from services.identity.schemas import Awaits, NodeKind
from services.identity.tokens import fingerprint
from shared.auth import Actor
from shared.work import UnitOfWork

IDLE = timedelta(minutes=30)


def person_by_email(uow: UnitOfWork, email: str) -> Person | None:
    return uow.session.scalar(uow.select(Person).where(Person.email == email.lower()))


def valid_grants(uow: UnitOfWork, person_id: UUID) -> Sequence[Grant]:
    today = uow.now.date()
    mine = uow.select(Grant).where(Grant.person_id == person_id, Grant.valid_from <= today)
    open_ended = or_(Grant.valid_to.is_(None), Grant.valid_to >= today)
    return uow.session.scalars(mine.where(open_ended).order_by(Grant.id)).all()


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


def visible_people(uow: UnitOfWork, ids: list[UUID]) -> Select[Person]:
    """Those who hold a role where the caller may look, or above it; and the caller."""
    people = uow.select(Person)
    if ids:
        people = people.where(Person.id.in_(ids))
    if uow.places is None:
        return people
    held_here = select(Grant.person_id).join(Node, Node.id == Grant.node_id)
    places = visible_nodes(uow).with_only_columns(Node.id)
    held_here = held_here.where(Grant.node_id.in_(places))
    return people.where(or_(Person.id.in_(held_here), Person.id == uow.actor.id))


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
    return live_sessions(uow).where(SignedIn.person_id == uow.actor.id)


def personal_token_of(uow: UnitOfWork, token: str) -> PersonalToken | None:
    live = (
        uow.select(PersonalToken)
        .where(PersonalToken.token_hash == fingerprint(token))
        .where(PersonalToken.revoked_at.is_(None), PersonalToken.expires_at > uow.now)
    )
    return uow.session.scalar(live)


def own_tokens(uow: UnitOfWork) -> Select[PersonalToken]:
    mine = uow.select(PersonalToken).where(PersonalToken.person_id == uow.actor.id)
    return mine.where(PersonalToken.revoked_at.is_(None), PersonalToken.expires_at > uow.now)


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
