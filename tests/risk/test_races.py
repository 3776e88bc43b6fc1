"""Several at the same time, with commits that are real."""

from services.risk.events import RiskEscalated
from services.risk.models import Risk
from shared import import_rows
from shared.errors import NotFound, StaleVersion
from shared.import_rows import ImportNotReady
from shared.import_schemas import ImportOut, ImportState
from tests.helpers import Bus, together
from tests.importing import carried_out, looked_through, taken_back, why, work
from tests.risk.test_commands import assessed, residual
from tests.risk.test_imports import risks, row
from tests.world import WORLD

TIMES = 6


def test_of_several_ratings_at_once_one_counts_and_escalates_once(own_database: str) -> None:
    risk = assessed(2, 2)

    outcomes = together(*[lambda: residual(risk, 4, 4)] * TIMES)

    rated = [outcome for outcome in outcomes if isinstance(outcome, Risk)]
    assert [(risk.residual_level, risk.version) for risk in rated] == [(4, 2)]
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == TIMES - 1
    assert len(Bus().published(RiskEscalated)) == 1


def test_what_is_undone_and_changed_at_once_is_one_or_the_other(own_database: str) -> None:
    """Whoever comes first wins whole: no change is lost, and nothing changed is taken away."""
    for number in range(TIMES):
        told = looked_through("risk", "risks", WORLD.alice, row(f"Chute {number}"))
        carried_out("risk", told.id, WORLD.alice)
        [risk] = [risk for risk in risks() if risk.title == f"Chute {number}"]

        changed, undone = together(
            lambda risk=risk: _changed(risk),  # type: ignore[misc]
            lambda sent=told.id: taken_back("risk", sent, WORLD.alice),  # type: ignore[misc]
        )

        assert isinstance(undone, ImportOut)
        there = any(left.id == risk.id for left in risks())
        assert (changed, why(undone), undone.state, there) in (
            (True, "import_touched", ImportState.CARRIED_OUT, True),
            (False, "", ImportState.UNDONE, False),
        )


def test_what_is_asked_for_twice_at_once_is_done_once(own_database: str) -> None:
    told = looked_through("risk", "risks", WORLD.alice, row("Chute"))

    def ask() -> object:
        with work("risk", WORLD.alice) as uow:
            return import_rows.ask_to_carry_out(uow, told.id)

    outcomes = together(*[ask] * TIMES)

    assert sum(isinstance(outcome, ImportOut) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ImportNotReady) for outcome in outcomes) == TIMES - 1


def _changed(risk: Risk) -> bool:
    try:
        residual(risk, 1, 1)
    except NotFound:
        return False
    return True
