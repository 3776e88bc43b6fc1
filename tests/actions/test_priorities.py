"""Which priority a gravity and a recurrence give, and what is said against it."""

from datetime import timedelta
from typing import Any

import pytest

from services.actions.errors import PriorityNeedsReason, PriorityNotGiven
from services.actions.models import Delay
from services.actions.priorities import priority_of
from services.actions.queries import delay_of
from services.actions.schemas import ActionType, Priority, SourceKind
from shared.auth import SYSTEM
from shared.work import clock, unit_of_work
from tests.actions.factories import open_action, typed_action
from tests.world import World

RULE = {
    4: ("P1", "P1", "P1"),
    3: ("P2", "P1", "P1"),
    2: ("P3", "P3", "P2"),
    1: ("P4", "P3", "P3"),
}


@pytest.mark.parametrize("gravity", RULE)
def test_a_rating_gives_a_priority(gravity: int) -> None:
    assert tuple(priority_of(gravity, again) for again in (1, 2, 3)) == RULE[gravity]


def test_an_action_takes_the_priority_of_its_rating(world: World) -> None:
    action = typed_action(priority=None, gravity=3, recurrence=2)

    assert (action.priority, action.gravity, action.recurrence) == (Priority.P1, 3, 2)


def test_against_its_rating_a_reason_is_due(world: World) -> None:
    with pytest.raises(PriorityNeedsReason, match="give P1; say why it is P3"):
        typed_action(priority="P3", gravity=4, recurrence=1)

    action = typed_action(
        priority="P3", gravity=4, recurrence=1, priority_reason="Installation arrêtée"
    )
    assert (action.priority, action.priority_reason) == (Priority.P3, "Installation arrêtée")


@pytest.mark.parametrize("rated", [{}, {"gravity": 4}, {"recurrence": 2}])
def test_without_either_nothing_is_opened(world: World, rated: dict[str, Any]) -> None:
    with pytest.raises(PriorityNotGiven):
        typed_action(priority=None, **rated)


def test_containment_is_due_in_hours_and_waits_for_no_working_day(world: World) -> None:
    today = clock().date()

    for priority, days in (("P1", 1), ("P2", 2)):
        contained = typed_action(ActionType.CONTAINMENT, priority=priority)
        assert contained.due_on == today + timedelta(days=days)
        assert contained.plan_due_on <= contained.due_on
    assert typed_action(ActionType.CONTAINMENT, priority="P3").due_on > today + timedelta(days=80)


def test_the_hours_of_containment_came_with_the_delays(world: World) -> None:
    with unit_of_work("actions", SYSTEM) as uow:
        delays: list[Delay] = [delay_of(uow, priority) for priority in Priority]

    assert [delay.containment_hours for delay in delays] == [24, 48, None, None]


def test_an_action_says_what_it_answers(world: World) -> None:
    by_hand = typed_action(source_kind="customer_complaint", source_label="Réclamation 2026-118")
    answer = open_action()

    assert (by_hand.source_kind, by_hand.source_label) == (
        SourceKind.CUSTOMER_COMPLAINT,
        "Réclamation 2026-118",
    )
    assert (answer.source_kind, answer.source_id) == (SourceKind.AUDIT, answer.finding_id)
    assert typed_action().source_kind is SourceKind.OTHER


def test_the_same_request_twice_opens_one(world: World) -> None:
    first = typed_action(priority=None, gravity=2, recurrence=3)

    again = typed_action(id=first.id, priority=None, gravity=2, recurrence=3)

    assert (again.id, again.number) == (first.id, first.number)
