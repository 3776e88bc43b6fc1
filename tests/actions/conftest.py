from collections.abc import Callable

import pytest

from services.identity import commands
from services.identity.events import GrantChanged
from services.identity.schemas import GrantIn, Role
from shared.auth import SYSTEM
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import SINCE, World


@pytest.fixture
def give_prod_to_diane(world: World, work: Work, bus: Bus) -> Callable[[], None]:
    """From then on Diane owns the process PROD at Lyon, beside Paul."""

    def give() -> None:
        grant = GrantIn(
            person_id=world.diane.id,
            role=Role.PROCESS_OWNER,
            node_id=world.lyon,
            process="PROD",
            valid_from=SINCE,
        )
        with work("identity", SYSTEM, "identity:admin") as uow:
            commands.grant(uow, grant)
        bus.deliver(bus.envelopes(GrantChanged)[-1])

    return give
