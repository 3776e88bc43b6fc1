"""Two at the same time, with commits that are real."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from services.actions import commands
from services.actions.errors import ActionNotDone
from services.actions.models import Action
from shared.errors import StaleVersion
from shared.work import unit_of_work
from tests.actions.factories import done_action, open_action, verdict
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
