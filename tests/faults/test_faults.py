"""Everything is killed in turn, and nothing is lost or happens twice. Broken platforms show it."""

import pytest

from tests.faults.runs import CONTROLS, SHORT, run


def test_nothing_is_lost_or_doubled_while_everything_is_killed() -> None:
    found = run(SHORT)

    assert found.clean, found


@pytest.mark.parametrize("name", CONTROLS)
def test_the_checker_sees_a_platform_that_is_broken(name: str) -> None:
    found = CONTROLS[name]()

    assert not found.clean, f"{name}: nothing was noticed"
