"""What an action is given, and the plans that actions make together."""

from decimal import Decimal

import pytest
from sqlalchemy import Connection

from services.actions import commands
from services.actions.errors import (
    ActionFinished,
    ContributorMayNotWork,
    ContributorTookPart,
    NotYourAction,
)
from services.actions.models import Action
from services.actions.schemas import ActionType, DoneIn
from shared.auth import Actor
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.work import unit_of_work
from tests.actions.factories import (
    done_action,
    open_action,
    resources_in,
    started_action,
    typed_action,
)
from tests.conftest import Api
from tests.counting import statements
from tests.helpers import together
from tests.world import WORLD, World, id_of

PLANS = "/api/v1/actions/plans"


def provide(action: Action, by: Actor = WORLD.paul, **facts: object) -> Action:
    with unit_of_work("actions", by, permission="actions:progress") as uow:
        return commands.resource_action(uow, action.id, resources_in(action, **facts))


def test_the_owner_says_what_it_takes(world: World) -> None:
    action = provide(
        open_action(),
        contributor_ids=[world.greta.id],
        cost_estimated="12500.50",
        load_days="3.5",
        means="Deux régleurs",
        gain="Un arrêt de moins par semaine",
        constraint_human="Régleurs en congé en août",
        objective="OBJ-S-02",
    )

    assert (action.cost_estimated, action.load_days) == (Decimal("12500.50"), Decimal("3.5"))
    assert (action.contributor_ids, action.objective) == ([world.greta.id], "OBJ-S-02")


def test_what_it_cost_is_said_when_it_is_done(world: World) -> None:
    action = started_action()
    done = DoneIn(evidence="Fiche au poste", cost_real=Decimal(9800), version=action.version)

    with unit_of_work("actions", world.paul, permission="actions:progress") as uow:
        action = commands.declare_done(uow, action.id, done)

    assert action.cost_real == 9800


@pytest.mark.parametrize("name", ["nobody", "bob", "charlie"])
def test_who_contributes_may_work_on_it(world: World, name: str) -> None:
    with pytest.raises(ContributorMayNotWork):
        provide(open_action(), contributor_ids=[id_of(name)])


def test_who_helped_once_the_work_started_stays_named(world: World) -> None:
    action = provide(started_action(), contributor_ids=[world.greta.id])

    with pytest.raises(ContributorTookPart):
        provide(action)

    both = provide(action, contributor_ids=[world.greta.id, world.hugo.id])
    assert both.contributor_ids == [world.greta.id, world.hugo.id]


def test_it_is_not_for_others_nor_elsewhere_nor_afterwards(world: World) -> None:
    of_alice = open_action(process="LOG")
    with pytest.raises(NotYourAction):
        provide(of_alice, world.paul)
    with pytest.raises(Forbidden):
        provide(of_alice, world.bob)
    with pytest.raises(NotFound):
        provide(of_alice, world.charlie)
    with pytest.raises(ActionFinished):
        provide(done_action())


def test_a_contributor_puts_files_with_it_and_changes_nothing_else(world: World) -> None:
    action = provide(open_action(process="LOG"), world.alice, contributor_ids=[world.paul.id])

    with unit_of_work("actions", world.paul, permission="actions:progress") as uow:
        assert commands.action_for_evidence(uow, action.id).id == action.id
    with pytest.raises(NotYourAction):
        provide(action, world.paul)


@pytest.mark.usefixtures("own_database")
def test_of_two_at_once_one_counts() -> None:
    action = open_action()

    outcomes = together(*[lambda: provide(action, means="Deux régleurs")] * 4)

    assert sum(isinstance(outcome, Action) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {Action, StaleVersion}


def test_a_plan_adds_up_what_serves_an_aim(api: Api, world: World) -> None:
    typed_action(objective="Zéro accident", cost_estimated="100", load_days="2")
    typed_action(objective="Zéro accident", cost_estimated="50.50")
    typed_action(objective="Zéro accident")
    typed_action(objective="Moins d'eau")
    typed_action()

    first, second = api(world.greta).get(PLANS).json()

    assert (first["key"], first["actions"], first["without_cost"]) == ("Zéro accident", 3, 1)
    assert (first["cost_estimated"], first["load_days"]) == ("150.5", "2")
    assert (first["finished"], first["late"], first["owners"]) == (0, 0, [str(world.paul.id)])
    assert second["key"] == "Moins d'eau"
    assert api(world.charlie).get(PLANS).json() == []


def test_plans_go_by_what_is_answered_too(api: Api, world: World) -> None:
    open_action()
    typed_action(source_kind="accident")

    plans = api(world.greta).get(PLANS, params={"by": "source"}).json()

    assert {plan["key"]: plan["actions"] for plan in plans} == {"accident": 1, "audit": 1}


@pytest.mark.parametrize("by", ["objective", "source"])
def test_a_plan_costs_the_same_with_one_row_and_with_200(
    api: Api, world: World, undone: dict[str, Connection], by: str
) -> None:
    client = api(world.greta)

    def cost() -> int:
        with statements(undone["actions"]) as sent:
            assert client.get(PLANS, params={"by": by}).status_code == 200
        return len(sent)

    typed_action(objective="Aim 0")
    few = cost()
    for number in range(199):
        typed_action(objective=f"Aim {number % 20}")
    assert cost() == few


def test_the_list_narrows_to_kind_source_aim_and_moves(api: Api, world: World) -> None:
    provide(
        typed_action(ActionType.CONTAINMENT, source_kind="accident"), objective="Aim", cost_real="1"
    )
    open_action()

    def count(**query: str) -> int:
        path = "/api/v1/actions/actions"
        return len(api(world.greta).get(path, params=query).json()["items"])

    assert (count(type="containment"), count(type="improvement")) == (1, 0)
    assert (count(source_kind="accident"), count(source_kind="audit")) == (1, 1)
    assert (count(objective="Aim"), count(objective="Other")) == (1, 0)
    assert (count(moved="false"), count(moved="true"), count(move_asked="false")) == (2, 0, 2)
    assert count(contributor_id=str(world.paul.id)) == 0
