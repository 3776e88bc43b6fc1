"""Several at the same time, with commits that are real."""

from services.risk.events import RiskEscalated
from services.risk.models import Risk
from shared.errors import StaleVersion
from tests.helpers import Bus, together
from tests.risk.test_commands import assessed, residual

TIMES = 6


def test_of_several_ratings_at_once_one_counts_and_escalates_once(own_database: str) -> None:
    risk = assessed(2, 2)

    outcomes = together(*[lambda: residual(risk, 4, 4)] * TIMES)

    rated = [outcome for outcome in outcomes if isinstance(outcome, Risk)]
    assert [(risk.residual_level, risk.version) for risk in rated] == [(4, 2)]
    assert sum(isinstance(outcome, StaleVersion) for outcome in outcomes) == TIMES - 1
    assert len(Bus().published(RiskEscalated)) == 1
