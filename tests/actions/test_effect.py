"""How the effect is to be judged, by whom, and what follows from the verdict."""

import pytest

from services.actions import commands
from services.actions.errors import (
    ActionFinished,
    ActionNotDone,
    ActionNotOpen,
    EffectivenessNotPlanned,
    EffectMustBeVerified,
    HumanErrorAlone,
    IndicatorNotChosen,
    TargetMissing,
    UnknownIndicator,
    VerifierBelowOwner,
)
from services.actions.events import ActionClosed, ActionVerified
from services.actions.models import Action
from services.actions.schemas import (
    ActionStatus,
    ActionType,
    CloseIn,
    DoneIn,
    StartIn,
    Verdict,
    VerifyIn,
)
from services.indicators.events import IndicatorDefined
from services.indicators.method import commands as defining
from shared.auth import SYSTEM, Actor
from shared.errors import Forbidden, NotFound
from shared.signing import OwnWork
from shared.work import unit_of_work
from tests.actions.factories import (
    closed_correction,
    done_action,
    done_correction,
    open_action,
    plan_in,
    planned_action,
    resources_in,
    started_action,
    typed_action,
)
from tests.conftest import Work
from tests.helpers import Bus
from tests.shared.test_directory import reports_to
from tests.world import WORLD, World


def plan(action: Action, **changes: object) -> Action:
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        return commands.plan_action(uow, action.id, plan_in(action, **changes))


def judge(action: Action, result: Verdict, by: Actor | None = None) -> Action:
    data = VerifyIn(result=result, statement="Trois visites faites", version=action.version)
    with unit_of_work("actions", by or WORLD.alice, permission="actions:verify") as uow:
        return commands.verify_action(uow, action.id, data)


def close(action: Action, by: Actor) -> Action:
    data = CloseIn(statement="Vu en place", version=action.version)
    with unit_of_work("actions", by, permission="actions:verify") as uow:
        return commands.close_action(uow, action.id, data)


def start(action: Action) -> Action:
    with unit_of_work("actions", WORLD.paul, permission="actions:progress") as uow:
        return commands.start_action(uow, action.id, StartIn(version=action.version))


def test_no_work_starts_without_an_indicator_or_a_reason_for_none(world: World) -> None:
    action = plan(open_action(), no_indicator_because="")

    with pytest.raises(IndicatorNotChosen):
        start(action)

    named = plan(
        action, no_indicator_because="", effectiveness_indicator="TF1", indicator_target="12.5"
    )
    assert start(named).status is ActionStatus.IN_PROGRESS


def test_an_indicator_comes_with_the_value_to_reach(world: World) -> None:
    with pytest.raises(TargetMissing, match="TF1"):
        plan(open_action(), effectiveness_indicator="TF1")


def test_an_indicator_is_one_that_was_announced(world: World, work: Work, bus: Bus) -> None:
    with work("indicators", SYSTEM, None) as uow:
        defining.announce_definitions(uow)
    bus.deliver_all()

    with pytest.raises(UnknownIndicator, match="NO_SUCH"):
        plan(open_action(), effectiveness_indicator="NO_SUCH", indicator_target="0")

    code = bus.published(IndicatorDefined)[0].code
    planned = plan(open_action(), effectiveness_indicator=code, indicator_target="0")
    assert planned.effectiveness_indicator == code


@pytest.mark.parametrize("blame", ["Erreur humaine", "L'inattention", "human error", " Oubli. "])
def test_nobody_is_the_root_cause(world: World, blame: str) -> None:
    with pytest.raises(HumanErrorAlone):
        plan(open_action(), root_cause=blame)


def test_what_was_concluded_stays_when_the_plan_says_nothing_of_it(world: World) -> None:
    action = planned_action()

    assert plan(action, root_cause="").root_cause == action.root_cause != ""


def test_who_reports_to_the_owner_does_not_judge(world: World, bus: Bus) -> None:
    """At whatever remove: Diane reports to Bob, who reports to Paul."""
    action, correction = done_action(), done_correction()
    reports_to(world.diane.id, world.bob.id)
    reports_to(world.bob.id, world.paul.id)
    bus.deliver_all()

    with pytest.raises(VerifierBelowOwner):
        judge(action, Verdict.EFFECTIVE, world.diane)
    with pytest.raises(VerifierBelowOwner):
        close(correction, world.diane)
    assert not [*bus.published(ActionVerified), *bus.published(ActionClosed)]

    assert judge(action, Verdict.EFFECTIVE).status is ActionStatus.EFFECTIVE


def test_who_contributed_does_not_judge(world: World, work: Work) -> None:
    action = started_action()
    with work("actions", world.alice, "actions:progress") as uow:
        helped = resources_in(action, contributor_ids=[world.greta.id])
        action = commands.resource_action(uow, action.id, helped)
    with work("actions", world.paul, "actions:progress") as uow:
        done = DoneIn(evidence="Fiche au poste", version=action.version)
        action = commands.declare_done(uow, action.id, done)

    with pytest.raises(OwnWork):
        judge(action, Verdict.EFFECTIVE, world.greta)


@pytest.mark.parametrize("result", [Verdict.PARTIAL, Verdict.INEFFECTIVE])
def test_without_full_effect_it_is_planned_anew(world: World, bus: Bus, result: Verdict) -> None:
    action = judge(done_action(), result)

    assert (action.status, action.failures, action.round) == (ActionStatus.OPEN, 1, 2)
    assert (action.root_cause, action.result) == ("", result)
    [event] = bus.published(ActionVerified)
    assert (event.effective, event.result) == (False, result)
    with pytest.raises(EffectivenessNotPlanned):
        start(action)


def test_a_correction_starts_without_a_criterion_and_ends_without_a_check(
    world: World, bus: Bus
) -> None:
    for type in (ActionType.CORRECTION, ActionType.CONTAINMENT):
        action = close(done_correction(type), world.alice)
        assert (action.status, action.verified_by) == (ActionStatus.CLOSED, world.alice.id)

    assert [event.done_on for event in bus.published(ActionClosed)] == [action.done_on] * 2


def test_its_doer_does_not_close_it(world: World) -> None:
    with pytest.raises(Forbidden, match="actions:verify"):
        close(done_correction(), world.paul)

    mine = typed_action(owner_id=world.alice.id)
    with pytest.raises(OwnWork):
        close(mine, world.alice)


def test_what_removes_a_cause_is_verified_and_not_just_closed(world: World) -> None:
    with pytest.raises(EffectMustBeVerified):
        close(done_action(), world.alice)


def test_nothing_is_verified_that_was_never_to_be_measured(world: World) -> None:
    with pytest.raises(EffectivenessNotPlanned):
        judge(done_correction(), Verdict.EFFECTIVE)


def test_nothing_is_closed_before_it_is_done_twice_or_from_elsewhere(world: World) -> None:
    with pytest.raises(ActionNotDone):
        close(typed_action(), world.alice)
    with pytest.raises(NotFound):
        close(done_correction(), world.charlie)
    closed = closed_correction()
    with pytest.raises(ActionNotDone):
        close(closed, world.greta)
    with pytest.raises(ActionNotOpen):
        plan(closed)
    with pytest.raises(ActionFinished):
        closed.require_unfinished()
