import pytest

from services.identity import commands
from services.identity.schemas import GrantIn, Role
from shared.auth import SYSTEM
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import SINCE, World


@pytest.fixture
def own_process(world: World, work: Work, bus: Bus) -> None:
    """Diane is given a process at the very site she audits."""
    give_process(world, work, bus, "MAINT")


@pytest.fixture
def own_production(world: World, work: Work, bus: Bus) -> None:
    """Diane is given the very process of the findings."""
    give_process(world, work, bus, "PROD")


def give_process(world: World, work: Work, bus: Bus, process: str) -> None:
    with work("identity", SYSTEM, "identity:admin") as uow:
        grant = GrantIn(
            person_id=world.diane.id,
            role=Role.PROCESS_OWNER,
            node_id=world.lyon,
            process=process,
            valid_from=SINCE,
        )
        commands.grant(uow, grant)
    bus.deliver_all()
