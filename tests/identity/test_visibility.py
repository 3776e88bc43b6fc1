"""Whose rows of identity PostgreSQL shows, whatever a query asks."""

from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from services.identity import access, signing_in
from services.identity.models import Person
from services.identity.schemas import PersonalTokenIn, Role
from services.identity.sign_in_schemas import SignIn
from shared.auth import SYSTEM, Actor
from shared.work import unit_of_work
from tests.identity.test_administration import ADMIN, proposed
from tests.promises import Promise
from tests.world import World

ROWS = {
    "person": "select id from identity.person",
    "grant": 'select person_id from identity."grant"',
    "session": "select person_id from identity.session",
    "personal_token": "select person_id from identity.personal_token",
    "proposal": "select person_id from identity.proposal",
    "node": "select id from identity.node",
}


@pytest.fixture
def everybodys_things(own_database: str) -> None:
    world = World()
    for actor in (world.bob, world.anna, world.greta):
        with unit_of_work("identity", SYSTEM) as uow:
            signing_in.open_session(uow, uow.get(Person, actor.id))
        with unit_of_work("identity", actor, permission="identity:read") as uow:
            access.make_personal_token(uow, PersonalTokenIn(name="Un programme"))
    proposed(world.alice, world.bob.id, Role.SITE_COORDINATOR, world.lyon)
    proposed(world.charlie, world.anna.id, Role.SITE_COORDINATOR, world.lille)
    with unit_of_work("identity", SYSTEM) as uow:
        signing_in.check_password(uow, SignIn(email="bob@example.org", password=SecretStr("x")), "")


def shown(actor: Actor, permission: str) -> dict[str, set[UUID]]:
    """All rows that bare SQL gets, as the service's own login."""
    with unit_of_work("identity", actor, permission=permission) as uow:
        return {
            table: set(uow.session.scalars(text(statement))) for table, statement in ROWS.items()
        }


@pytest.mark.security
@pytest.mark.usefixtures("everybodys_things")
def test_bare_sql_shows_nobody_and_nothing_of_another_site(promise: Promise) -> None:
    world = World()
    lille = {world.charlie.id, world.anna.id, world.lille}
    leaks = 0
    for actor, permission in (
        (world.bob, "identity:read"),
        (world.alice, "identity:read"),
        (world.alice, ADMIN),
        (world.alice, "identity:protect"),
    ):
        leaks += sum(len(ids & lille) for ids in shown(actor, permission).values())
    assert leaks == 0

    promise("A6", "identity's rows of another site in bare SQL", leaks, "0")


@pytest.mark.security
@pytest.mark.usefixtures("everybodys_things")
def test_without_the_policies_bare_sql_shows_them(
    monkeypatch: pytest.MonkeyPatch, promise: Promise
) -> None:
    """The control: the statements above would find them."""
    world = World()
    monkeypatch.setattr("shared.work.readable", lambda *_: "*")
    found = shown(world.alice, ADMIN)
    tables = sum(world.anna.id in ids or world.lille in ids for ids in found.values())
    assert tables == len(ROWS)
    promise("A6", "the same without a scope, tables that show them", tables, "all (control)")


@pytest.mark.usefixtures("everybodys_things")
def test_sessions_and_tokens_are_their_owners_but_for_who_administers() -> None:
    world = World()
    reading = shown(world.greta, "identity:read")
    assert reading["session"] == reading["personal_token"] == {world.greta.id}
    helping = shown(world.alice, "identity:protect")
    assert helping["session"] == helping["personal_token"] == {world.bob.id}


@pytest.mark.usefixtures("everybodys_things")
def test_failed_attempts_are_seen_by_the_platform_alone() -> None:
    world = World()
    count = text("select count(*) from identity.attempt")
    with unit_of_work("identity", world.greta, permission=ADMIN) as uow:
        assert uow.session.scalar(count) == 0
    with unit_of_work("identity", SYSTEM) as uow:
        assert uow.session.scalar(count) == 1
