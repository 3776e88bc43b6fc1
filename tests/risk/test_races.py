"""Two at the same time, with commits that are real."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from services.risk.events import RiskEscalated
from services.risk.models import Risk
from shared.errors import StaleVersion
from tests.helpers import Bus
from tests.risk.test_commands import assessed, residual

TOGETHER = 6


def test_of_several_ratings_at_once_one_counts_and_escalates_once(own_database: str) -> None:
    risk = assessed(2, 2)
    start = Barrier(TOGETHER)

    def rate(_: int) -> Risk | None:
        start.wait()
        try:
            return residual(risk, 4, 4)
        except StaleVersion:
            return None

    with ThreadPoolExecutor(TOGETHER) as pool:
        rated = [found for found in pool.map(rate, range(TOGETHER)) if found]

    assert [(risk.residual_level, risk.version) for risk in rated] == [(4, 2)]
    assert len(Bus().published(RiskEscalated)) == 1
