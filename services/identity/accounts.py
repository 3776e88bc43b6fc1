"""Accounts that are there: changed, closed, opened again, signed out everywhere."""

from uuid import UUID

from services.identity import links
from services.identity.admin_schemas import PersonChange
from services.identity.commands import (
    add_unless_taken,
    announce_person,
    require_another_coordinator,
    require_governor_for,
)
from services.identity.ending import end_sessions, revoke
from services.identity.errors import (
    CoordinatorKeepsAddress,
    HoldsRolesElsewhere,
    OwnSuperior,
    PersonActive,
    PersonInactive,
    UnknownSuperior,
)
from services.identity.models import Person
from services.identity.queries import (
    all_roles_of,
    is_coordinator_of_group,
    is_proposed,
    person_by_email,
    sessions_of,
    superiors_of,
    tokens_of,
    visible_people,
    visible_person,
)
from services.identity.schemas import COORDINATORS
from shared.schemas import Change
from shared.work import TO_ADMINISTER, UnitOfWork


def change_person(uow: UnitOfWork, person_id: UUID, data: PersonChange) -> Person:
    """Address somebody differently. To whom mails go decides who can set the password."""
    person = _administered(uow, person_id, data)
    email = data.email.lower()
    if email != person.email and _is_or_will_be_coordinator(uow, person_id):
        raise CoordinatorKeepsAddress(name=person.name)
    person.name, person.language, person.email = data.name, data.language, email
    person.manager_id = _superior(uow, person, data.manager_email)
    add_unless_taken(uow, person)
    announce_person(uow, person)
    return person


def deactivate(uow: UnitOfWork, person_id: UUID, data: Change) -> Person:
    """Close an account: whatever is signed in ends, and the roles give nothing from now on."""
    person = _administered(uow, person_id, data)
    if not person.active:
        raise PersonInactive(name=person.name)
    if is_coordinator_of_group(uow, person_id):
        require_another_coordinator(uow, person)
    person.active = False
    end_sessions(uow, uow.session.scalars(sessions_of(uow, person_id)))
    revoke(uow, uow.session.scalars(tokens_of(uow, person_id)))
    announce_person(uow, person)
    return person


def reactivate(uow: UnitOfWork, person_id: UUID, data: Change) -> Person:
    person = _administered(uow, person_id, data)
    if person.active:
        raise PersonActive(name=person.name)
    person.active = True
    announce_person(uow, person)
    return person


def invite(uow: UnitOfWork, person_id: UUID) -> None:
    """Mail somebody who has no password yet a link to choose one."""
    uow.require_confirmed(TO_ADMINISTER)
    person = _within_places(uow, person_id)
    if not person.active:
        raise PersonInactive(name=person.name)
    links.invite(uow, person)


def end_sessions_of(uow: UnitOfWork, person_id: UUID) -> None:
    uow.require_confirmed(TO_ADMINISTER)
    person = _within_places(uow, person_id)
    end_sessions(uow, uow.session.scalars(sessions_of(uow, person.id)))


def revoke_tokens_of(uow: UnitOfWork, person_id: UUID) -> None:
    uow.require_confirmed(TO_ADMINISTER)
    person = _within_places(uow, person_id)
    revoke(uow, uow.session.scalars(tokens_of(uow, person.id)))


def _superior(uow: UnitOfWork, person: Person, email: str | None) -> UUID | None:
    """Who has this address, unless they report to the person themselves, at whatever remove."""
    if email is None:
        return None
    found = person_by_email(uow, email.lower())
    if found is None or uow.session.scalar(visible_people(uow, [found.id])) is None:
        raise UnknownSuperior(email=email)
    if person.id in {found.id, *superiors_of(uow, found.id)}:
        raise OwnSuperior(name=person.name)
    return found.id


def _administered(uow: UnitOfWork, person_id: UUID, seen: Change) -> Person:
    """A person whom the caller may change: all that they hold is within the caller's places."""
    uow.require_confirmed(TO_ADMINISTER)
    person = _within_places(uow, person_id)
    require_governor_for(uow, *(role for role, _ in all_roles_of(uow, person_id)))
    return uow.get(Person, person.id, lock=True, seen=seen)


def _within_places(uow: UnitOfWork, person_id: UUID) -> Person:
    person = visible_person(uow, person_id)
    if uow.places is None:
        return person
    if any(place not in uow.places for _, place in all_roles_of(uow, person_id)):
        raise HoldsRolesElsewhere(name=person.name)
    return person


def _is_or_will_be_coordinator(uow: UnitOfWork, person_id: UUID) -> bool:
    roles = {role for role, _ in all_roles_of(uow, person_id)}
    return not COORDINATORS.isdisjoint(roles) or is_proposed(person_id)
