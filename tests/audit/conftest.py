import pytest

from tests.audit.factories import give_process
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import World


@pytest.fixture
def own_process(world: World, work: Work, bus: Bus) -> None:
    """Diane is given a process at the very site she audits."""
    give_process(bus, "MAINT")
