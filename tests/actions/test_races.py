"""Two at the same time, with commits that are real."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

from services.actions import commands
from services.actions.errors import ActionNotDone
from services.actions.events import ActionOverdue
from services.actions.models import Action
from services.audit.events import FindingRaised
from shared.auth import SYSTEM
from shared.errors import StaleVersion
from shared.work import unit_of_work
from tests.actions.factories import done_action, open_action, verdict
from tests.audit.factories import raised_finding
from tests.helpers import Bus
from tests.world import WORLD

TOGETHER = 6


def test_actions_opened_at_once_get_numbers_of_their_own(own_database: str) -> None:
    with ThreadPoolExecutor(TOGETHER) as pool:
        opened = list(pool.map(lambda _: open_action(), range(12)))

    assert sorted(a.number for a in opened) == [f"A-2026-{n:04}" for n in range(1, 13)]


def judge(action: Action, start: Barrier) -> bool:
    start.wait()
    try:
        with unit_of_work("actions", WORLD.alice, permission="actions:verify") as uow:
            commands.verify_action(uow, action.id, verdict(action))
    except (StaleVersion, ActionNotDone):
        return False
    return True


def test_of_several_verdicts_at_once_one_counts(own_database: str) -> None:
    action = done_action()
    start = Barrier(TOGETHER)

    with ThreadPoolExecutor(TOGETHER) as pool:
        counted = list(pool.map(lambda _: judge(action, start), range(TOGETHER)))

    assert counted.count(True) == 1


def test_the_same_finding_heard_twice_at_once_opens_one_action(own_database: str) -> None:
    raised_finding()
    [told] = Bus().envelopes(FindingRaised)
    start = Barrier(TOGETHER)

    def hear(_: int) -> None:
        start.wait()
        Bus().deliver(told)

    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(hear, range(TOGETHER)))

    with unit_of_work("actions", SYSTEM) as uow:
        assert len(uow.session.scalars(uow.select(Action)).all()) == 1


def test_two_clocks_at_once_tell_of_a_late_action_once(own_database: str) -> None:
    late = open_action().due_on + timedelta(days=1)
    start = Barrier(TOGETHER)

    def strike(_: int) -> int:
        start.wait()
        with unit_of_work("actions", SYSTEM, now=datetime.combine(late, time(5), UTC)) as uow:
            return commands.announce_overdue(uow)

    with ThreadPoolExecutor(TOGETHER) as pool:
        assert sum(pool.map(strike, range(TOGETHER))) == 1

    assert len(Bus().published(ActionOverdue)) == 1
