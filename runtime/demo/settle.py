"""The tree opens and the people move in."""

from datetime import date, timedelta
from uuid import UUID

from pydantic import SecretStr

from runtime.demo.acting import at, today, until
from runtime.demo.group import (
    BY_NAME,
    DIVISIONS,
    GROUP,
    MOVED_IN,
    PASSWORD,
    PEOPLE,
    Someone,
    id_of,
)
from services.identity import accounts, commands
from services.identity.admin_schemas import PersonChange
from services.identity.models import Person
from services.identity.schemas import GrantIn, NodeIn, NodeKind, PersonIn, Role
from shared.auth import SYSTEM
from shared.directory import holders, person
from shared.work import UnitOfWork, unit_of_work

HELD_FOR = timedelta(days=729)
FOLLOWERS = (
    "audit",
    "actions",
    "indicators",
    "policy",
    "notifications",
    "risk",
    "compliance",
    "processes",
)


def settle() -> None:
    since = today() - MOVED_IN
    with unit_of_work("identity", SYSTEM, now=at(since)) as uow:
        _open_places(uow)
        for someone in PEOPLE:
            _let_in(uow, someone, since)
        for someone in PEOPLE:
            if someone.superior:
                _reports_to(uow, someone, BY_NAME[someone.superior])
    for service in FOLLOWERS:
        until(f"the directory of {service}", lambda service=service: _knows(service))  # type: ignore[misc]


def _open_places(uow: UnitOfWork) -> None:
    _open(uow, NodeKind.GROUP, GROUP, None)
    for division, sites in DIVISIONS.items():
        _open(uow, NodeKind.DIVISION, division, id_of(GROUP))
        for site in sites:
            _open(uow, NodeKind.SITE, site, id_of(division))


def _open(uow: UnitOfWork, kind: NodeKind, name: str, above: UUID | None) -> None:
    data = NodeIn(id=id_of(name), kind=kind, parent_id=above, name=name)
    commands.open_node(uow, data)


def _let_in(uow: UnitOfWork, someone: Someone, since: date) -> None:
    commands.add_person(
        uow,
        PersonIn(
            id=someone.id,
            name=someone.name,
            email=someone.email,
            language=someone.language,
            password=SecretStr(PASSWORD),
        ),
    )
    for role, place, process in someone.holds:
        commands.grant(
            uow,
            GrantIn(
                id=id_of(f"{someone.name} {role} {place}"),
                person_id=someone.id,
                role=Role(role),
                node_id=id_of(place),
                process=process,
                valid_from=since,
                valid_to=since + HELD_FOR,
            ),
        )


def _reports_to(uow: UnitOfWork, someone: Someone, superior: Someone) -> None:
    person = uow.get(Person, someone.id)
    if person.manager_id == superior.id:
        return
    change = PersonChange(
        name=someone.name,
        email=someone.email,
        language=someone.language,
        manager_email=superior.email,
        version=person.version,
    )
    accounts.change_person(uow, someone.id, change)


def _knows(service: str) -> bool:
    with unit_of_work(service, SYSTEM) as uow:
        return person(uow, PEOPLE[-1].id) is not None and _has_grant(uow)


def _has_grant(uow: UnitOfWork) -> bool:
    role, place, _ = PEOPLE[-1].holds[0]
    return bool(holders(uow, role, id_of(place), today()))
