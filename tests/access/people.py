"""Who knocks: a person for each of the ten roles at each place, and one whose grant has expired."""

from typing import Final
from uuid import UUID

from services.identity import commands as identity
from services.identity.schemas import GrantIn, PersonIn, Role
from shared.auth import SYSTEM, Actor, Grant
from shared.work import UnitOfWork, unit_of_work
from tests.helpers import Bus
from tests.world import SINCE, WORLD, id_of, sitting

ROLES: Final = [role.value for role in Role]
WHOLE, HERE, SIBLING, FAR, EXPIRED = "group", "here", "sibling", "other division", "expired"
PLACES: Final[dict[str, UUID]] = {
    WHOLE: WORLD.group,
    HERE: WORLD.lyon,
    SIBLING: WORLD.lille,
    FAR: WORLD.brest,
}
WHERES: Final = (*PLACES, EXPIRED)
EVERYBODY: Final = [(role, where) for role in ROLES for where in WHERES]


def somebody(role: str, where: str) -> Actor:
    """A grant that has expired is in no token."""
    name = f"{role} {where}"
    if where == EXPIRED:
        return sitting(Actor(id_of(name), name))
    place = PLACES[where]
    held = Grant(role, None if where == WHOLE else frozenset({place}))
    return sitting(Actor(id_of(name), name, (held,)))


def address_of(role: str, where: str) -> str:
    return f"{role}.{where.replace(' ', '.')}@example.org"


def let_everybody_in() -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        for role, where in EVERYBODY:
            _let_in(uow, role, where)
    Bus().deliver_all()


def _let_in(uow: UnitOfWork, role: str, where: str) -> None:
    person = somebody(role, where)
    email = address_of(role, where)
    identity.add_person(uow, PersonIn(id=person.id, name=person.name, email=email))
    gone = SINCE if where == EXPIRED else None
    held = {"person_id": person.id, "role": role, "valid_from": SINCE, "valid_to": gone}
    node = PLACES.get(where, WORLD.lyon)
    identity.grant(uow, GrantIn.model_validate(held | {"node_id": node}))
