import pytest

from services.identity import commands
from services.identity.schemas import GrantIn, Role
from shared.auth import SYSTEM
from tests.audit.programmes import known_references
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import SINCE, World


@pytest.fixture
def own_process(world: World, work: Work, bus: Bus) -> None:
    """Diane is given a process at the very site she audits."""
    with work("identity", SYSTEM, "identity:admin") as uow:
        grant = GrantIn(
            person_id=world.diane.id,
            role=Role.PROCESS_OWNER,
            node_id=world.lyon,
            process="MAINT",
            valid_from=SINCE,
        )
        commands.grant(uow, grant)
    bus.deliver_all()


@pytest.fixture
def library(world: World) -> None:
    """References and processes that audits can be about."""
    known_references()
