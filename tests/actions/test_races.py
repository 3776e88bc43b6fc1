"""Several at the same time, with commits that are real."""

from datetime import UTC, datetime, time, timedelta

import pytest

from services.actions import commands, reminders
from services.actions.errors import ActionNotDone
from services.actions.events import ActionOverdue
from services.actions.models import Action
from services.audit.events import FindingRaised
from shared.auth import SYSTEM
from shared.errors import StaleVersion
from shared.work import unit_of_work
from tests.actions.factories import done_action, open_action, verdict
from tests.audit.factories import raised_finding
from tests.helpers import Bus, together
from tests.world import WORLD

pytestmark = pytest.mark.usefixtures("own_database")

TIMES = 6


def test_actions_opened_at_once_get_numbers_of_their_own() -> None:
    opened = together(*[open_action] * 12)

    numbers = sorted(action.number for action in opened if isinstance(action, Action))
    assert numbers == [f"A-2026-{n:04}" for n in range(1, 13)]


def test_of_several_verdicts_at_once_one_counts() -> None:
    action = done_action()

    def judge() -> Action:
        with unit_of_work("actions", WORLD.alice, permission="actions:verify") as uow:
            return commands.verify_action(uow, action.id, verdict(action))

    outcomes = together(*[judge] * TIMES)

    assert sum(isinstance(outcome, Action) for outcome in outcomes) == 1
    assert {type(o) for o in outcomes} <= {Action, StaleVersion, ActionNotDone}


def test_the_same_finding_heard_twice_at_once_opens_one_action() -> None:
    raised_finding()
    [told] = Bus().envelopes(FindingRaised)

    together(*[lambda: Bus().deliver(told)] * TIMES)

    with unit_of_work("actions", SYSTEM) as uow:
        assert len(uow.session.scalars(uow.select(Action)).all()) == 1


def test_two_clocks_at_once_tell_of_a_late_action_once() -> None:
    late = open_action().due_on + timedelta(days=1)

    def strike() -> int:
        with unit_of_work("actions", SYSTEM, now=datetime.combine(late, time(5), UTC)) as uow:
            return reminders.announce_overdue(uow)

    assert sorted(map(str, together(*[strike] * TIMES))) == ["0"] * (TIMES - 1) + ["1"]
    assert len(Bus().published(ActionOverdue)) == 1
