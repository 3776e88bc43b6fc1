"""What can be done to the tree, its people and their grants."""

from datetime import date, timedelta
from uuid import UUID

from services.identity.admin_schemas import NodeMove
from services.identity.ending import void_tokens_of
from services.identity.errors import (
    EmailTaken,
    GrantOver,
    LastCoordinator,
    NeedsTwoPeople,
    OneGroupOnly,
    OwnGrant,
    PasswordOfAnother,
    PersonInactive,
    WrongParent,
)
from services.identity.events import GrantChanged, NodeChanged, PersonChanged
from services.identity.models import Grant, Holding, Node, Person
from services.identity.queries import (
    group_node,
    is_coordinator_of_group,
    nodes_below,
    other_coordinators,
    person_by_email,
    sessions_of,
    visible_person,
)
from services.identity.schemas import (
    GOVERNED,
    LONGEST_OUTSIDERS,
    OUTSIDERS,
    GrantIn,
    Language,
    NodeChange,
    NodeIn,
    NodeKind,
    PersonIn,
    Role,
)
from services.identity.tokens import hash_of_strong
from shared.errors import Forbidden
from shared.work import TO_ADMINISTER, UnitOfWork

GOVERN = "identity:govern"
PARENTS: dict[NodeKind, tuple[NodeKind, ...]] = {
    NodeKind.DIVISION: (NodeKind.GROUP,),
    NodeKind.SITE: (NodeKind.DIVISION, NodeKind.GROUP),
    NodeKind.WORK_UNIT: (NodeKind.SITE,),
}


def open_node(uow: UnitOfWork, data: NodeIn) -> Node:
    uow.require_confirmed(TO_ADMINISTER)
    known = uow.find(Node, data.id)
    if known is not None:
        return known
    above = _parent_of(uow, data)
    if above is not None:
        uow.require_place(above.id)
    node = Node(**data.model_dump(exclude_none=True), path=[])
    uow.add(node)
    node.path = [*(above.path if above else []), node.id]
    _announce_node(uow, node)
    return node


def rename_node(uow: UnitOfWork, node_id: UUID, data: NodeChange) -> Node:
    uow.require_confirmed(TO_ADMINISTER)
    uow.require_place(node_id)
    node = uow.get(Node, node_id, lock=True, seen=data)
    node.name, node.code = data.name, data.code
    _announce_node(uow, node)
    return node


def move_node(uow: UnitOfWork, node_id: UUID, data: NodeMove) -> Node:
    """Put a place with all below it under another one. Only kinds that fit, so never in circles."""
    uow.require_confirmed(TO_ADMINISTER)
    uow.require_whole_group()
    node, above = uow.get(Node, node_id, lock=True, seen=data), uow.get(Node, data.parent_id)
    wanted = PARENTS.get(node.kind, ())
    if above.kind not in wanted:
        raise WrongParent(kind=node.kind, wanted=" / ".join(wanted))
    node.parent_id, depth = above.id, len(node.path) - 1
    for moved in nodes_below(uow, node.id):
        moved.path = [*above.path, *moved.path[depth:]]
        _announce_node(uow, moved)
    return node


def add_person(uow: UnitOfWork, data: PersonIn) -> Person:
    """Let somebody in, who may do nothing yet. They choose their password themselves."""
    uow.require_confirmed(TO_ADMINISTER)
    known = uow.find(Person, data.id)
    if known is not None:
        return known
    email = data.email.lower()
    if person_by_email(uow, email) is not None:
        raise EmailTaken
    person = Person(name=data.name, email=email, language=data.language)
    if data.id is not None:
        person.id = data.id
    if not uow.actor.all_powerful:
        person.added_by = uow.actor.id
    if data.password is not None:
        if not uow.actor.all_powerful:
            raise PasswordOfAnother
        person.password_hash = hash_of_strong(data.password.get_secret_value(), data.name, email)
    add_unless_taken(uow, person)
    announce_person(uow, person)
    return person


def speak(uow: UnitOfWork, language: Language) -> Person:
    """Have the portal and the mails speak the actor's language."""
    person = uow.get(Person, uow.actor.id, lock=True)
    person.language = language
    announce_person(uow, person)
    return person


def grant(uow: UnitOfWork, data: GrantIn) -> Grant:
    """Give a role that one person may give."""
    uow.require_confirmed(TO_ADMINISTER)
    known = uow.find(Grant, data.id)
    if known is not None:
        return known
    held = Grant(**data.model_dump(exclude_none=True))
    require_givable(uow, held)
    if held.needs_two_people and not uow.actor.all_powerful:
        raise NeedsTwoPeople
    return give(uow, held)


def require_givable(uow: UnitOfWork, held: Holding) -> None:
    """What must be so before anybody gives or proposes a role."""
    if held.person_id == uow.actor.id:
        raise OwnGrant
    held.require_order()
    person, place = uow.get(Person, held.person_id), uow.get(Node, held.node_id)
    uow.require_place(place.id)
    if uow.actor.all_powerful:
        return
    visible_person(uow, person.id)
    if not person.active:
        raise PersonInactive(name=person.name)
    require_governor_for(uow, held.role)
    held.require_limits(place)


def require_governor_for(uow: UnitOfWork, *roles: Role) -> None:
    """Roles over the whole group are the business of those who coordinate it."""
    if not GOVERNED.isdisjoint(roles) and uow.actor.places(GOVERN) is not None:
        raise Forbidden(permission=GOVERN)


def give(uow: UnitOfWork, held: Grant) -> Grant:
    """Whoever holds a role is seen by those it concerns, and no longer by who let them in."""
    uow.add(held)
    uow.get(Person, held.person_id).added_by = None
    if held.role in OUTSIDERS:
        _shorten_sessions(uow, held.person_id)
    announce_grant(uow, held)
    return held


def _shorten_sessions(uow: UnitOfWork, person_id: UUID) -> None:
    """Whoever is signed in already when they become one from outside stays no longer than they."""
    for session in uow.session.scalars(sessions_of(uow, person_id)):
        session.expires_at = min(session.expires_at, uow.now + LONGEST_OUTSIDERS)


def end_grant(uow: UnitOfWork, grant_id: UUID, today: date) -> Grant:
    """Take a role back: yesterday was its last day."""
    uow.require_confirmed(TO_ADMINISTER)
    held = uow.get(Grant, grant_id, lock=True)
    uow.require_place(held.node_id)
    require_governor_for(uow, held.role)
    if held.valid_to is not None and held.valid_to < today:
        raise GrantOver(day=held.valid_to)
    if is_coordinator_of_group(uow, held.person_id) and held.role is Role.GROUP_COORDINATOR:
        require_another_coordinator(uow, uow.get(Person, held.person_id))
    held.valid_to = today - timedelta(days=1)
    announce_grant(uow, held)
    void_tokens_of(uow, held.person_id)
    return held


def require_another_coordinator(uow: UnitOfWork, leaving: Person) -> None:
    """Two who leave at once wait for each other here, so that the second is told."""
    group = group_node(uow)
    if group is None:
        return
    uow.get(Node, group.id, lock=True)
    if not other_coordinators(uow, group.id, leaving.id):
        raise LastCoordinator(name=leaving.name)


def add_unless_taken(uow: UnitOfWork, person: Person) -> None:
    """An address may be taken by somebody the caller does not see, or was not there just now."""
    uow.add_unless(person, EmailTaken)


def _parent_of(uow: UnitOfWork, data: NodeIn) -> Node | None:
    if data.kind is NodeKind.GROUP:
        there = group_node(uow)
        if there is not None:
            raise OneGroupOnly(group=there.name)
        return None
    above = uow.get(Node, data.parent_id) if data.parent_id else None
    wanted = PARENTS[data.kind]
    if above is None or above.kind not in wanted:
        raise WrongParent(kind=data.kind, wanted=" / ".join(wanted))
    return above


def _announce_node(uow: UnitOfWork, node: Node) -> None:
    uow.session.flush()
    uow.publish(node_news(node), about=node)


def announce_person(uow: UnitOfWork, person: Person) -> None:
    uow.publish(person_news(person), about=person)


def announce_grant(uow: UnitOfWork, held: Grant) -> None:
    uow.publish(grant_news(held), about=held)


def node_news(node: Node) -> NodeChanged:
    return NodeChanged(
        node_id=node.id, kind=node.kind, name=node.name, code=node.code, path=node.path
    )


def person_news(person: Person) -> PersonChanged:
    return PersonChanged(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        active=person.active,
        manager_id=person.manager_id,
    )


def grant_news(held: Grant) -> GrantChanged:
    return GrantChanged(
        grant_id=held.id,
        person_id=held.person_id,
        role=held.role,
        node_id=held.node_id,
        process=held.process,
        valid_from=held.valid_from,
        valid_to=held.valid_to,
    )
