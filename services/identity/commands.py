"""What can be done to the tree, its people and their grants."""

from datetime import date
from uuid import UUID

from services.identity.errors import (
    EmailTaken,
    GrantEndsBeforeItStarts,
    OneGroupOnly,
    OwnGrant,
    WrongParent,
)
from services.identity.events import GrantChanged, NodeChanged, PersonChanged
from services.identity.models import Grant, Node, Person
from services.identity.queries import group_node, person_by_email
from services.identity.schemas import (
    GrantIn,
    Language,
    NodeChange,
    NodeIn,
    NodeKind,
    PersonIn,
)
from services.identity.tokens import hash_of_strong
from shared.work import TO_ADMINISTER, UnitOfWork

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


def add_person(uow: UnitOfWork, data: PersonIn) -> Person:
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
    if data.password is not None:
        password = data.password.get_secret_value()
        person.password_hash = hash_of_strong(password, data.name, email)
    uow.add(person)
    _announce_person(uow, person)
    return person


def speak(uow: UnitOfWork, language: Language) -> Person:
    """Have the portal and the mails speak the actor's language."""
    person = uow.get(Person, uow.actor.id, lock=True)
    person.language = language
    _announce_person(uow, person)
    return person


def grant(uow: UnitOfWork, data: GrantIn) -> Grant:
    uow.require_confirmed(TO_ADMINISTER)
    known = uow.find(Grant, data.id)
    if known is not None:
        return known
    if data.person_id == uow.actor.id:
        raise OwnGrant
    if data.valid_to is not None and data.valid_to < data.valid_from:
        raise GrantEndsBeforeItStarts(start=data.valid_from, end=data.valid_to)
    uow.get(Person, data.person_id)
    uow.get(Node, data.node_id)
    uow.require_place(data.node_id)
    given = uow.add(Grant(**data.model_dump(exclude_none=True)))
    _announce_grant(uow, given)
    return given


def end_grant(uow: UnitOfWork, grant_id: UUID, today: date) -> Grant:
    """Take a role back: yesterday was its last day."""
    uow.require_confirmed(TO_ADMINISTER)
    held = uow.get(Grant, grant_id, lock=True)
    uow.require_place(held.node_id)
    held.valid_to = date.fromordinal(today.toordinal() - 1)
    _announce_grant(uow, held)
    return held


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
    event = NodeChanged(
        node_id=node.id, kind=node.kind, name=node.name, code=node.code, path=node.path
    )
    uow.publish(event, about=node)


def _announce_person(uow: UnitOfWork, person: Person) -> None:
    event = PersonChanged(
        person_id=person.id,
        name=person.name,
        email=person.email,
        language=person.language,
        active=person.active,
    )
    uow.publish(event, about=person)


def _announce_grant(uow: UnitOfWork, held: Grant) -> None:
    event = GrantChanged(
        grant_id=held.id,
        person_id=held.person_id,
        role=held.role,
        node_id=held.node_id,
        process=held.process,
        valid_from=held.valid_from,
        valid_to=held.valid_to,
    )
    uow.publish(event, about=held)
