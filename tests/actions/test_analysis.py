"""How causes are looked for: what may be concluded, in which order, by whom and until when."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from services.actions import commands
from services.actions.analysis import disciplines
from services.actions.analysis.errors import (
    CauseNeedsProof,
    EightDOutOfOrder,
    NotInTheScheme,
    NotReadBack,
    NotTheLast,
    StepAlreadyComplete,
    StepIncomplete,
    TooFewWhys,
    TooManyWhys,
    UnknownFact,
    WhyOfNothing,
)
from services.actions.analysis.models import Analysis
from services.actions.analysis.schemas import Discipline
from services.actions.errors import (
    ActionFinished,
    ActionNotOpen,
    HumanErrorAlone,
    NotYourAction,
    RootCauseMissing,
)
from services.actions.models import Action
from services.actions.schemas import ActionStatus, StartIn
from shared.auth import Actor
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.work import unit_of_work
from tests.actions.analysing import again, ask_why, sort_causes, write
from tests.actions.factories import (
    done_action,
    open_action,
    plan_in,
    planned_action,
    resources_in,
    started_action,
    verified_action,
)
from tests.actions.reasons import CAUSE, EIGHT_D, ISHIKAWA, WHYS
from tests.conftest import Api
from tests.helpers import together
from tests.world import World


def chain(depth: int) -> list[dict[str, Any]]:
    """So many whys one below the other, the last confirmed."""
    whys: list[dict[str, Any]] = [
        {"because": f"Parce que {n}", **({"of": n - 1} if n > 1 else {})}
        for n in range(1, depth + 1)
    ]
    whys[-1] |= {"status": "confirmed", "proof": "Constaté sur place"}
    return whys


def test_the_confirmed_cause_becomes_the_root_cause(world: World) -> None:
    action = planned_action()

    kept = ask_why(action)

    assert kept.root_cause == again(action).root_cause == CAUSE
    assert (kept.round, kept.changed_by) == (1, world.paul.id)


@pytest.mark.parametrize("depth", [3, 5, 7])
def test_from_three_to_seven_whys_lead_to_a_root_cause(world: World, depth: int) -> None:
    assert ask_why(open_action(), whys=chain(depth)).root_cause == f"Parce que {depth}"


def whys(*changed: tuple[int, dict[str, object]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = deepcopy(WHYS["whys"])
    for number, change in changed:
        found[number - 1] |= change
    return found


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"whys": chain(2)}, TooFewWhys),
        ({"whys": chain(8)}, TooManyWhys),
        ({"reads_back": False}, NotReadBack),
        ({"whys": whys((1, {"of": 4}))}, WhyOfNothing),
        ({"whys": whys((2, {"of": 2}))}, WhyOfNothing),
        ({"whys": whys((2, {"status": "confirmed", "proof": "Vu"}))}, NotTheLast),
        ({"whys": whys((3, {"proof": ""}))}, CauseNeedsProof),
        ({"whys": whys((4, {"proof": ""}))}, CauseNeedsProof),
        ({"whys": whys((3, {"because": "Erreur humaine"}))}, HumanErrorAlone),
    ],
)
def test_what_does_not_hold_is_not_concluded(
    world: World, given: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        ask_why(open_action(), **given)


def test_while_nothing_is_confirmed_it_is_kept_as_far_as_it_goes(world: World) -> None:
    kept = ask_why(open_action(), whys=[{"because": "Erreur humaine"}], reads_back=False)

    assert kept.root_cause == ""


def test_the_families_lead_to_a_root_cause_too(world: World) -> None:
    action = open_action()

    kept = sort_causes(action)

    assert again(action).root_cause == kept.root_cause == ISHIKAWA["causes"][1]["cause"]


def cause(cause: str, status: str, proof: str = "") -> dict[str, str]:
    return {"family": "method", "cause": cause, "status": status, "proof": proof}


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"scheme": "5M"}, NotInTheScheme),
        (
            {"causes": [{"family": "method", "cause": "Gamme", "status": "confirmed"}]},
            CauseNeedsProof,
        ),
        (
            {"causes": [{"family": "method", "cause": "Gamme", "status": "ruled_out"}]},
            CauseNeedsProof,
        ),
        ({"causes": [cause("Human error", "confirmed", "Vu")]}, HumanErrorAlone),
    ],
)
def test_a_cause_has_its_family_and_its_proof(
    world: World, given: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        sort_causes(open_action(), **given)


def test_the_steps_of_an_8d_end_in_their_order(world: World) -> None:
    action = open_action()

    with pytest.raises(EightDOutOfOrder, match="D4 is complete after D0 only"):
        write(action, "D4")
    assert write(action, "D4", complete=False).steps[4].completed_on is None
    for step in ("D0", "D1", "D2", "D3"):
        write(action, step)
    assert again(action).root_cause == ""

    kept = write(action, "D4")

    assert again(action).root_cause == kept.root_cause
    assert kept.root_cause.startswith(EIGHT_D["D4"]["cause_of_occurrence"])


def test_a_step_is_complete_when_it_says_all_that_is_asked(world: World) -> None:
    action = open_action()

    with pytest.raises(StepIncomplete):
        write(action, "D0", symptom="  ")
    with pytest.raises(UnknownFact, match="no mood"):
        write(action, "D0", mood="Bon")


def test_a_complete_step_stays_but_containment_goes_on_until_d6(world: World) -> None:
    action = open_action()
    for step in ("D0", "D1", "D2", "D3"):
        write(action, step)

    with pytest.raises(StepAlreadyComplete):
        write(action, "D2", complete=False)
    assert write(action, "D3", complete=False, until="2027-03-01").steps[3].active

    for step in ("D4", "D5", "D6"):
        kept = write(action, step)
    assert not kept.steps[3].active
    with pytest.raises(StepAlreadyComplete):
        write(action, "D3", complete=False)


def test_the_days_of_an_8d_are_those_of_the_rules() -> None:
    begun = date(2026, 11, 6)

    assert {step: disciplines.due(step, begun) for step in Discipline} == {
        "D0": date(2026, 11, 7),
        "D1": None,
        "D2": None,
        "D3": date(2026, 11, 8),
        "D4": date(2026, 11, 23),
        "D5": date(2026, 11, 23),
        "D6": begun + timedelta(days=30),
        "D7": None,
        "D8": begun + timedelta(days=60),
    }


def test_an_8d_runs_on_with_the_work_and_the_others_do_not(world: World) -> None:
    action = started_action()

    for analyse in (ask_why, sort_causes):
        with pytest.raises(ActionNotOpen):
            analyse(action)

    assert write(action, "D0").steps[0].completed_by == world.paul.id
    assert write(done_action(), "D0").steps[0].completed_on is not None
    with pytest.raises(ActionFinished):
        write(verified_action(effective=True), "D0")


def test_corrective_work_starts_once_a_cause_is_concluded(world: World) -> None:
    action = open_action()
    with unit_of_work("actions", world.paul, permission="actions:progress") as uow:
        action = commands.plan_action(uow, action.id, plan_in(action, root_cause=""))

    def start() -> Action:
        with unit_of_work("actions", world.paul, permission="actions:progress") as uow:
            return commands.start_action(uow, action.id, StartIn(version=again(action).version))

    ask_why(action, whys=[{"because": "Les rebuts bloquent"}])
    with pytest.raises(RootCauseMissing):
        start()
    ask_why(again(action))
    assert start().status is ActionStatus.IN_PROGRESS


def test_without_effect_the_causes_are_looked_for_again(world: World) -> None:
    action = planned_action()
    ask_why(action)
    action = verified_action(effective=False)
    first = ask_why(action)
    assert first.round == 2


@pytest.mark.parametrize("analyse", [ask_why, sort_causes, lambda a, by: write(a, "D0", by=by)])
def test_the_causes_are_for_who_deals_with_it(
    world: World, analyse: Callable[[Action, Actor], Analysis]
) -> None:
    action = open_action(process="LOG")

    for somebody, refusal in (
        (world.paul, NotYourAction),
        (world.bob, Forbidden),
        (world.charlie, NotFound),
    ):
        with pytest.raises(refusal):
            analyse(action, somebody)

    with unit_of_work("actions", world.alice, permission="actions:progress") as uow:
        helped = resources_in(action, contributor_ids=[world.paul.id])
        action = commands.resource_action(uow, action.id, helped)
    assert analyse(action, world.paul).changed_by == world.paul.id


@pytest.mark.usefixtures("own_database")
def test_of_two_who_write_at_once_one_is_told() -> None:
    action = open_action()

    outcomes = together(*[lambda: ask_why(action)] * 4)

    assert sum(isinstance(outcome, Analysis) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {Analysis, StaleVersion}


def test_all_rounds_are_shown_the_newest_first(api: Api, world: World) -> None:
    action = open_action()
    ask_why(action)
    write(action, "D0")

    path = f"/api/v1/actions/actions/{action.id}/analyses"
    shown = api(world.bob).get(path).json()["items"]

    assert {one["method"]: len(one["steps"]) for one in shown} == {"five_whys": 0, "eight_d": 9}
    assert api(world.charlie).get(path).status_code == 404
