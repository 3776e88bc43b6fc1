from collections.abc import Callable
from uuid import uuid4

import pytest

from services.policy import commands
from services.policy.errors import (
    BaseNotInForce,
    PolicyNotApproved,
    PolicyNotDraft,
    PolicyNotInForce,
    PolicyNotInReview,
    TooFewDomains,
    UnknownOwner,
)
from services.policy.events import PolicyPublished
from services.policy.models import Policy
from services.policy.schemas import Domain, PolicyStatus
from shared.auth import SYSTEM
from shared.errors import Forbidden, StaleVersion
from shared.signing import OwnWork
from tests.conftest import Work
from tests.helpers import Bus
from tests.policy.factories import (
    DIVISIONAL,
    approved,
    change_of,
    draft,
    new_edition,
    policy_in,
    published,
    step,
    submitted,
)
from tests.world import World

Reach = Callable[[], Policy]


def test_a_policy_is_published_and_announced(world: World, bus: Bus) -> None:
    policy = published()

    [event] = bus.published(PolicyPublished)
    assert (event.policy_id, event.edition) == (policy.id, policy.edition)
    assert (policy.status, policy.approved_by) == (PolicyStatus.PUBLISHED, world.hugo.id)


def test_a_policy_of_one_domain_cannot_be_submitted(world: World, work: Work) -> None:
    policy = draft(Domain.QUALITY)

    with (
        work("policy", world.greta, "policy:write") as uow,
        pytest.raises(TooFewDomains, match="this one covers 1"),
    ):
        commands.submit_policy(uow, policy.id, step(policy))


def test_naming_a_domain_twice_does_not_make_it_two(world: World, work: Work) -> None:
    policy = draft(Domain.QUALITY, Domain.QUALITY)

    with work("policy", world.greta, "policy:write") as uow, pytest.raises(TooFewDomains):
        commands.submit_policy(uow, policy.id, step(policy))


@pytest.mark.parametrize("reach", [submitted, approved, published])
def test_only_a_draft_can_be_changed(world: World, work: Work, reach: Reach) -> None:
    policy = reach()

    with work("policy", world.greta, "policy:write") as uow:
        with pytest.raises(PolicyNotDraft, match="only a draft"):
            commands.revise_policy(uow, policy.id, change_of(policy))
        with pytest.raises(PolicyNotDraft):
            commands.submit_policy(uow, policy.id, step(policy))


def test_no_author_of_any_revision_approves(world: World, work: Work) -> None:
    policy = draft()
    with work("policy", world.hugo, "policy:write") as uow:
        policy = commands.revise_policy(uow, policy.id, change_of(policy))
    policy = submitted(policy)

    for author in (world.greta, world.hugo):
        with (
            work("policy", author, "policy:approve") as uow,
            pytest.raises(OwnWork, match="somebody else must do this"),
        ):
            commands.approve_policy(uow, policy.id, step(policy))

    assert policy.author_ids == [world.greta.id, world.hugo.id]


def test_only_what_is_in_review_can_be_approved(world: World, work: Work) -> None:
    for policy in (draft(), approved()):
        with work("policy", world.hugo, "policy:approve") as uow, pytest.raises(PolicyNotInReview):
            commands.approve_policy(uow, policy.id, step(policy))


def test_the_version_shown_is_the_version_approved(world: World, work: Work) -> None:
    policy = draft()
    shown = step(policy)
    submitted(policy)

    with work("policy", world.hugo, "policy:approve") as uow, pytest.raises(StaleVersion):
        commands.approve_policy(uow, policy.id, shown)


@pytest.mark.parametrize("reach", [draft, submitted, published])
def test_only_what_was_approved_is_published(world: World, work: Work, reach: Reach) -> None:
    policy = reach()

    with work("policy", world.greta, "policy:write") as uow, pytest.raises(PolicyNotApproved):
        commands.publish_policy(uow, policy.id, step(policy))


def test_a_new_edition_takes_the_place_of_the_one_in_force(world: World, work: Work) -> None:
    first = published()
    second = new_edition(first)

    assert (second.edition, second.status) == (first.edition + 1, PolicyStatus.DRAFT)
    assert (second.text, second.author_ids) == (first.text, [world.greta.id])

    second = published(second)

    with work("policy", SYSTEM, "policy:read") as uow:
        assert uow.get(Policy, first.id).status is PolicyStatus.SUPERSEDED
    assert second.supersedes_id == first.id


def test_a_new_edition_starts_only_from_the_one_in_force(world: World, work: Work) -> None:
    first = published()
    published(new_edition(first))

    with work("policy", world.greta, "policy:write") as uow:
        for policy_id in (first.id, draft().id):
            with pytest.raises(PolicyNotInForce, match="start the new edition"):
                commands.start_new_edition(uow, policy_id)


def test_an_edition_does_not_replace_a_text_its_author_never_saw(world: World, work: Work) -> None:
    first = published()
    second, third = new_edition(first), approved(new_edition(first))
    published(second)

    with (
        work("policy", world.greta, "policy:write") as uow,
        pytest.raises(BaseNotInForce, match="no longer in force"),
    ):
        commands.publish_policy(uow, third.id, step(third))


def test_a_policy_started_from_nothing_replaces_whatever_is_in_force(world: World) -> None:
    first = published()

    assert published().supersedes_id == first.id


def test_a_policy_needs_an_owner_who_is_here(world: World, work: Work) -> None:
    data = policy_in().model_copy(update={"owner_id": uuid4()})

    with work("policy", world.greta, "policy:write") as uow, pytest.raises(UnknownOwner):
        commands.draft_policy(uow, data)


def test_a_draft_sent_twice_is_there_once(world: World, work: Work) -> None:
    data = policy_in().model_copy(update={"id": uuid4()})

    with work("policy", world.greta, "policy:write") as uow:
        assert commands.draft_policy(uow, data) is commands.draft_policy(uow, data)


def test_a_coordinator_of_a_division_changes_nothing_for_the_group(
    world: World, work: Work
) -> None:
    first, second = published(), submitted()

    with work("policy", DIVISIONAL, "policy:write") as uow:
        with pytest.raises(Forbidden, match="policy:write"):
            commands.draft_policy(uow, policy_in())
        with pytest.raises(Forbidden, match="policy:write"):
            commands.revise_policy(uow, second.id, change_of(second))
        with pytest.raises(Forbidden, match="policy:write"):
            commands.start_new_edition(uow, first.id)
        with pytest.raises(Forbidden, match="policy:write"):
            commands.publish_policy(uow, second.id, step(second))
    with work("policy", DIVISIONAL, "policy:approve") as uow, pytest.raises(Forbidden):
        commands.approve_policy(uow, second.id, step(second))
