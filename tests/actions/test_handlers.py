"""What follows from a finding, as the event tells it."""

from datetime import date, timedelta

import pytest

from services.actions.models import Action
from services.actions.queries import owner_for
from services.audit.events import FindingRaised
from services.audit.schemas import Grade
from services.identity import commands as identity
from services.identity.schemas import GrantIn, Role
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.audit.factories import raised_finding
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import World, id_of


def actions() -> list[Action]:
    with unit_of_work("actions", SYSTEM) as uow:
        return list(uow.session.scalars(uow.select(Action)))


def test_a_nonconformity_opens_one_action_in_its_story(world: World, bus: Bus) -> None:
    finding = raised_finding()

    bus.deliver_all()

    [action] = actions()
    assert (action.finding_id, action.site_id) == (finding.id, world.lyon)
    assert action.correlation_id == finding.correlation_id
    assert action.title == "Traiter la non-conformité majeure (PROD)"


def test_the_same_finding_told_twice_opens_one_action(world: World, bus: Bus) -> None:
    raised_finding()
    bus.deliver_all()
    [told] = bus.envelopes(FindingRaised)

    bus.deliver(told)

    assert len(actions()) == 1


@pytest.mark.parametrize("grade", [Grade.STRENGTH, Grade.IMPROVEMENT, Grade.OBSERVATION])
def test_what_is_no_nonconformity_opens_nothing(world: World, bus: Bus, grade: Grade) -> None:
    raised_finding(grade)

    bus.deliver_all()

    assert actions() == []


def test_who_answers_is_who_held_the_role_on_that_day(world: World, work: Work, bus: Bus) -> None:
    paul_until = date(2026, 6, 30)
    with work("identity", SYSTEM, "identity:admin") as uow:
        grant_id = id_of("grant of Paul")
        identity.end_grant(uow, grant_id, today=paul_until + timedelta(days=1))
    bus.deliver_all()

    with unit_of_work("actions", SYSTEM) as uow:
        assert owner_for(uow, world.lyon, "PROD", paul_until) == world.paul.id
        assert owner_for(uow, world.lyon, "PROD", paul_until + timedelta(days=1)) == world.alice.id
        assert owner_for(uow, world.brest, "PROD", paul_until) is None


def test_an_owner_of_no_named_process_answers_for_the_others(
    world: World, work: Work, bus: Bus
) -> None:
    grant = GrantIn(
        person_id=world.diane.id,
        role=Role.PROCESS_OWNER,
        node_id=world.lyon,
        valid_from=date(2020, 1, 1),
    )
    with work("identity", SYSTEM, "identity:admin") as uow:
        identity.grant(uow, grant)
    bus.deliver_all()

    with unit_of_work("actions", SYSTEM) as uow:
        assert owner_for(uow, world.lyon, "LOG", date(2026, 1, 5)) == world.diane.id
        assert owner_for(uow, world.lyon, "PROD", date(2026, 1, 5)) == world.paul.id
