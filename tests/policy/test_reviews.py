from uuid import uuid4

import pytest

from services.policy import commands
from services.policy.errors import AlreadyDecided
from services.policy.events import PolicyReviewDecided, PolicyReviewRequested
from services.policy.models import ReviewRequest
from services.policy.schemas import Decision, DecisionIn, RequestStatus
from shared.errors import Forbidden, NotFound, StaleVersion
from tests.conftest import Work
from tests.helpers import Bus
from tests.policy.factories import BOTH, alert, hear, published, requested
from tests.world import World


def decision(request: ReviewRequest) -> DecisionIn:
    return DecisionIn(
        version=request.version, decision=Decision.REVISE, reason="L'engagement n'est plus tenu"
    )


def test_an_alert_asks_for_a_review_with_its_cause(world: World, bus: Bus) -> None:
    policy = published()
    story, event = uuid4(), alert()

    hear(event, story=story)

    [asked] = bus.published(PolicyReviewRequested)
    assert (asked.alert_id, asked.indicator_code) == (event.alert_id, event.code)
    assert (asked.policy_id, asked.owner_id) == (policy.id, world.hugo.id)
    [envelope] = bus.envelopes(PolicyReviewRequested)
    assert (envelope.correlationid, envelope.siteid) == (story, world.lyon)


def test_the_cause_is_kept_to_the_last_digit(world: World) -> None:
    request = requested()

    assert (request.indicator_code, str(request.value), str(request.bound)) == (
        "NC_MAJ_12M",
        "3.50000000",
        "2.00000000",
    )
    assert (request.status, request.decided_at) == (RequestStatus.PENDING, None)


def test_one_review_is_asked_for_per_alert(world: World, bus: Bus) -> None:
    event, id = alert(), uuid4()

    hear(event, id)
    hear(event, id)
    hear(event)

    assert len(bus.published(PolicyReviewRequested)) == 1


def test_without_a_policy_in_force_nobody_owns_the_review(world: World, bus: Bus) -> None:
    hear(alert())

    [asked] = bus.published(PolicyReviewRequested)
    assert (asked.policy_id, asked.owner_id) == (None, None)


def test_a_review_is_decided_with_a_reason_and_announced(
    world: World, work: Work, bus: Bus
) -> None:
    request = requested()

    with work("policy", world.greta, "policy:decide") as uow:
        decided = commands.decide_review(uow, request.id, decision(request))

    [event] = bus.published(PolicyReviewDecided)
    assert (event.request_id, event.decision) == (request.id, Decision.REVISE)
    assert (decided.decided_by, decided.status) == (world.greta.id, RequestStatus.DECIDED)


def test_a_review_is_decided_once(world: World, work: Work, bus: Bus) -> None:
    request = requested()
    with work("policy", world.greta, "policy:decide") as uow:
        request = commands.decide_review(uow, request.id, decision(request))

    with work("policy", world.hugo, "policy:decide") as uow, pytest.raises(AlreadyDecided):
        commands.decide_review(uow, request.id, decision(request))

    assert len(bus.published(PolicyReviewDecided)) == 1


def test_a_review_is_decided_on_what_was_shown(world: World, work: Work) -> None:
    request = requested()
    old = decision(request).model_copy(update={"version": request.version + 1})

    with work("policy", world.greta, "policy:decide") as uow, pytest.raises(StaleVersion) as stale:
        commands.decide_review(uow, request.id, old)

    assert stale.value.facts["current"]["status"] == "pending"


def test_another_places_review_does_not_exist(world: World, work: Work) -> None:
    request = requested(world.brest)

    with work("policy", BOTH, "policy:decide") as uow, pytest.raises(NotFound):
        commands.decide_review(uow, request.id, decision(request))


def test_who_only_reads_at_the_site_is_refused(world: World, work: Work) -> None:
    request = requested(world.lyon)

    with (
        work("policy", BOTH, "policy:decide") as uow,
        pytest.raises(Forbidden, match="policy:decide"),
    ):
        commands.decide_review(uow, request.id, decision(request))
