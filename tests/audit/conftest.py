import pytest

from tests.audit.factories import give_process
from tests.audit.programmes import known_references
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import World


@pytest.fixture
def own_process(world: World, work: Work, bus: Bus) -> None:
    """Diane is given a process at the very site she audits."""
    give_process(bus, "MAINT")


@pytest.fixture
def library(world: World) -> None:
    """References and processes that audits can be about."""
    known_references()
