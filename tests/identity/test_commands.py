from datetime import date, timedelta

import pytest
from pydantic import SecretStr

from services.identity import commands
from services.identity.errors import (
    EmailTaken,
    GrantEndsBeforeItStarts,
    OneGroupOnly,
    OwnGrant,
    WeakPassword,
    WrongParent,
)
from services.identity.events import GrantChanged, NodeChanged
from services.identity.schemas import GrantIn, NodeChange, NodeIn, NodeKind, PersonIn, Role
from shared.auth import SYSTEM
from shared.errors import StaleVersion
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import SINCE, World


def test_a_site_is_announced_with_its_path(world: World, work: Work, bus: Bus) -> None:
    with work("identity", world.greta, "identity:admin") as uow:
        data = NodeIn(kind=NodeKind.SITE, parent_id=world.division, name="Grenoble")
        site = commands.open_node(uow, data)

    event = bus.published(NodeChanged)[-1]
    assert event.path == [world.group, world.division, site.id]


def test_one_installation_holds_one_group(world: World, work: Work) -> None:
    with work("identity", world.greta, "identity:admin") as uow, pytest.raises(OneGroupOnly):
        commands.open_node(uow, NodeIn(kind=NodeKind.GROUP, name="Un autre groupe"))


def test_a_site_belongs_below_a_division_or_the_group(world: World, work: Work) -> None:
    data = NodeIn(kind=NodeKind.SITE, parent_id=world.lyon, name="Lyon bis")

    with work("identity", world.greta, "identity:admin") as uow, pytest.raises(WrongParent):
        commands.open_node(uow, data)


def test_a_node_is_renamed_on_the_version_that_was_shown(world: World, work: Work) -> None:
    with work("identity", world.greta, "identity:admin") as uow, pytest.raises(StaleVersion):
        commands.rename_node(uow, world.lyon, NodeChange(name="Lyon Sud", version=99))


def test_an_email_address_is_one_persons(world: World, work: Work) -> None:
    with work("identity", world.greta, "identity:admin") as uow, pytest.raises(EmailTaken):
        commands.add_person(uow, PersonIn(name="Une autre", email="ALICE@example.org"))


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaa",
        "abababababab",
        "password1234",
        "P@ssw0rd1234",
        "azertyuiop12",
        "motdepasse2026",
        "berthedupont",
        "b@example.org",
        "qualitesecurite",
        "123456789012",
    ],
)
def test_a_password_that_is_easily_guessed_is_refused(
    world: World, work: Work, password: str
) -> None:
    data = PersonIn(name="Berthe Dupont", email="b@example.org", password=SecretStr(password))

    with work("identity", SYSTEM, "identity:admin") as uow, pytest.raises(WeakPassword):
        commands.add_person(uow, data)


def grant_in(person: World, name: str, **changes: object) -> GrantIn:
    values = {
        "person_id": getattr(person, name).id,
        "role": Role.AUDITOR,
        "node_id": person.lyon,
        "valid_from": SINCE,
        "valid_to": SINCE + timedelta(days=700),
    }
    return GrantIn.model_validate(values | changes)


def test_nobody_gives_a_role_to_themselves(world: World, work: Work, bus: Bus) -> None:
    with work("identity", world.greta, "identity:admin") as uow, pytest.raises(OwnGrant):
        commands.grant(uow, grant_in(world, "greta"))

    assert all(event.person_id != world.greta.id for event in bus.published(GrantChanged)[10:])


def test_a_grant_cannot_end_before_it_starts(world: World, work: Work) -> None:
    backwards = grant_in(world, "bob", valid_to=date(2019, 1, 1))

    with (
        work("identity", world.greta, "identity:admin") as uow,
        pytest.raises(GrantEndsBeforeItStarts),
    ):
        commands.grant(uow, backwards)


def test_a_grant_taken_back_ended_yesterday(world: World, work: Work, bus: Bus) -> None:
    with work("identity", world.greta, "identity:admin") as uow:
        held = commands.grant(uow, grant_in(world, "bob"))
        commands.end_grant(uow, held.id, date(2021, 1, 10))

    assert bus.published(GrantChanged)[-1].valid_to == date(2021, 1, 9)
