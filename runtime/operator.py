"""What an operator does at the command line, with the rights of who runs the installation."""

import sys
from datetime import UTC, datetime
from getpass import getpass

from pydantic import ValidationError
from sqlalchemy import select, update

from runtime.services import SERVICES
from services.identity import access, commands
from services.identity.models import Node
from services.identity.queries import group_node, other_coordinators, own_tokens, person_by_email
from services.identity.schemas import (
    GrantIn,
    NodeIn,
    NodeKind,
    PersonalTokenIn,
    PersonIn,
    Role,
)
from shared.auth import SYSTEM, Actor
from shared.errors import DomainError
from shared.operations import replay as replay_dead
from shared.outbox import wake
from shared.work import UnitOfWork, unit_of_work

ENOUGH = 2
TOKEN_NAME = "qse token"  # noqa: S105  what the token is called


def first_person(email: str, name: str, group: str) -> str:
    """Open the group of an empty installation, with somebody who may add everybody else.

    And with a second one, since a coordinator's role takes two people. Later ones are named by
    those who are there, and on record.
    """
    try:
        person = PersonIn.model_validate({"email": email, "name": name, "password": _password()})
        root = NodeIn(kind=NodeKind.GROUP, name=group)
        with unit_of_work("identity", SYSTEM) as uow:
            node = _group_with_one(uow, group) or commands.open_node(uow, root)
            coordinator = commands.add_person(uow, person)
            role, today = Role.GROUP_COORDINATOR, uow.now.date()
            held = GrantIn(person_id=coordinator.id, role=role, node_id=node.id, valid_from=today)
            commands.grant(uow, held)
    except ValidationError as refused:
        sys.exit(f"qse: {refused.errors()[0]['loc'][-1]}: {refused.errors()[0]['msg']}")
    except DomainError as refused:
        sys.exit(f"qse: {refused}")
    return f"{name} is the coordinator of {group}, and signs in as {email}."


def _group_with_one(uow: UnitOfWork, name: str) -> Node | None:
    """The group, while nobody in it could confirm what its one coordinator proposes."""
    there = group_node(uow)
    if there is None or there.name != name:
        return None
    return there if len(other_coordinators(uow, there.id, SYSTEM.id)) < ENOUGH else None


def _password() -> str:
    """From a terminal without showing it, else the first line of the input; never an argument."""
    return getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def personal_token(email: str) -> str:
    """Make a personal token for somebody, replacing the oldest made here when they hold many."""
    with unit_of_work("identity", SYSTEM) as uow:
        person = person_by_email(uow, email)
    if person is None:
        sys.exit(f"qse: nobody here has the address {email}")
    with unit_of_work("identity", Actor(person.id, person.name, all_powerful=True)) as uow:
        held = uow.session.scalars(own_tokens(uow)).all()
        made_here = [row for row in held if row.name == TOKEN_NAME]
        if len(held) >= access.MOST_TOKENS and made_here:
            access.revoke_personal_token(uow, made_here[0].id)
            uow.session.flush()
        token, _ = access.make_personal_token(uow, PersonalTokenIn(name=TOKEN_NAME))
    return token


def replay(service: str, *, since: str | None, dead: bool) -> str:
    """Publish a service's events again, or retry its dead letters. Effects happen once anyway."""
    if service not in SERVICES:
        sys.exit(f"qse: there is no service {service}; there are {', '.join(SERVICES)}")
    return _retry_dead(service) if dead else _publish_again(service, since)


def _publish_again(service: str, since: str | None) -> str:
    start = datetime.fromisoformat(since).replace(tzinfo=UTC) if since else None
    with unit_of_work(service, SYSTEM) as uow:
        outbox = uow.ledger.outbox
        again = update(outbox).where(outbox.c.published_at.is_not(None))
        if start is not None:
            again = again.where(outbox.c.occurred_at >= start)
        done = uow.session.execute(again.values(published_at=None, settled_at=None))
    wake(service)
    return f"{done.rowcount} events of {service} will be published again."  # type: ignore[attr-defined]


def _retry_dead(service: str) -> str:
    with unit_of_work(service, SYSTEM) as uow:
        table = uow.ledger.dead_letter
        rows = uow.session.execute(select(table.c.event_id, table.c.handler)).all()
    handlers = SERVICES[service].handlers
    known = [(event_id, handler) for event_id, handler in rows if handlers.knows(handler)]
    done = [replay_dead(service, handlers, event_id, handler) for event_id, handler in known]
    return f"{sum(done)} of {len(rows)} dead letters of {service} were dealt with."
