"""Two at the same moment, on real commits."""

import pytest

from services.policy import commands
from services.policy.errors import BaseNotInForce
from services.policy.models import Policy, ReviewRequest
from services.policy.schemas import Decision, DecisionIn, PolicyStatus
from shared.auth import SYSTEM, Actor
from shared.errors import StaleVersion
from shared.work import unit_of_work
from tests.helpers import together
from tests.policy.factories import alert, approved, hear, new_edition, published, requested, step
from tests.world import WORLD


def publish(policy: Policy) -> Policy:
    with unit_of_work("policy", WORLD.greta, permission="policy:write") as uow:
        return commands.publish_policy(uow, policy.id, step(policy))


def decide(request: ReviewRequest, by: Actor) -> ReviewRequest:
    data = DecisionIn(version=request.version, decision=Decision.ACT, reason="Agir au plus vite")
    with unit_of_work("policy", by, permission="policy:decide") as uow:
        return commands.decide_review(uow, request.id, data)


def in_state(status: PolicyStatus) -> int:
    with unit_of_work("policy", SYSTEM) as uow:
        return len(uow.session.scalars(uow.select(Policy).where(Policy.status == status)).all())


@pytest.mark.usefixtures("own_database")
def test_of_two_editions_published_at_once_one_is_in_force() -> None:
    first = published()
    second, third = approved(new_edition(first)), approved(new_edition(first))

    outcomes = together(lambda: publish(second), lambda: publish(third))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["BaseNotInForce", "Policy"]
    assert BaseNotInForce in [type(outcome) for outcome in outcomes]
    assert (in_state(PolicyStatus.PUBLISHED), in_state(PolicyStatus.SUPERSEDED)) == (1, 1)


@pytest.mark.usefixtures("own_database")
def test_of_two_first_policies_published_at_once_one_stays_in_force() -> None:
    one, other = approved(), approved()

    together(lambda: publish(one), lambda: publish(other))

    assert (in_state(PolicyStatus.PUBLISHED), in_state(PolicyStatus.SUPERSEDED)) == (1, 1)


@pytest.mark.usefixtures("own_database")
def test_of_two_decisions_at_once_one_wins_and_the_other_is_told() -> None:
    request = requested()

    outcomes = together(*(lambda by=by: decide(request, by) for by in (WORLD.greta, WORLD.hugo)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "ReviewRequest",
        "StaleVersion",
    ]
    [refused] = [outcome for outcome in outcomes if isinstance(outcome, StaleVersion)]
    assert refused.facts["current"]["status"] == "decided"


@pytest.mark.usefixtures("own_database")
def test_an_alert_heard_twice_at_once_asks_once() -> None:
    event = alert()
    same = event.alert_id

    together(lambda: hear(event, same), lambda: hear(event, same))

    with unit_of_work("policy", SYSTEM) as uow:
        rows = uow.session.scalars(uow.select(ReviewRequest)).all()
        assert [row.alert_id for row in rows] == [same]
