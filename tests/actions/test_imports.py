"""Actions from a workbook: numbered, due and told of as if each was opened by hand."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from services.actions import commands
from services.actions.events import ActionOpened, ActionsHandedOver, ActionWithdrawn
from services.actions.imports import TEMPLATE
from services.actions.models import Action
from services.actions.schemas import AssignIn, Origin, SourceKind
from services.indicators.fact_models import known_action
from services.notifications.models import Notification
from services.notifications.schemas import Kind
from shared.auth import SYSTEM
from shared.schemas import JobState
from shared.tabular import Cell, Sheet, to_xlsx
from shared.work import clock, unit_of_work
from tests.actions.factories import open_action
from tests.helpers import Bus
from tests.importing import (
    carried_out,
    errors,
    looked_through,
    outcome,
    run,
    sent,
    taken_back,
    why,
)
from tests.world import World

PAUL = "paul@example.org"


def row(title: str, owner: Cell = PAUL, due: Cell = None, **more: Any) -> list[Cell]:  # noqa: ANN401
    where = more.get("site", "Lyon")
    priority = more.get("priority", "P2")
    return [where, title, None, more.get("type", "Corrective action"), priority, owner, "PROD", due]


def actions() -> list[Action]:
    with unit_of_work("actions", SYSTEM) as uow:
        return list(uow.session.scalars(select(Action).order_by(Action.number)))


def test_actions_get_numbers_in_turn_and_their_owner_one_message(world: World, bus: Bus) -> None:
    first = open_action()
    sooner = clock().date() + timedelta(days=3)
    rows = [row("Carter"), row("Fiche", due=sooner), row("Vanne", priority="P3")]
    told = looked_through("actions", "actions", world.alice, *rows)
    carried_out("actions", told.id, world.alice)

    made = [action for action in actions() if action.id != first.id]
    numbers = [int(action.number[-4:]) for action in made]
    assert len({action.number for action in actions()}) == 4
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    assert {action.origin for action in made} == {Origin.IMPORT}
    assert [action.due_on for action in made if action.title == "Fiche"] == [sooner]
    assert len(bus.published(ActionOpened)) == 4
    assert [(e.owner_id, e.count) for e in bus.published(ActionsHandedOver)] == [(world.paul.id, 3)]
    bus.deliver_all()
    with unit_of_work("notifications", SYSTEM) as uow:
        theirs = select(Notification.kind).where(Notification.person_id == world.paul.id)
        kinds = list(uow.session.scalars(theirs))
    assert kinds.count(Kind.ACTIONS_HANDED_OVER) == 1
    assert kinds.count(Kind.ACTION_OPENED) == 1


def test_what_they_answer_serve_and_cost_comes_along(world: World) -> None:
    full = [*row("Carter"), "Presqu'accident", "OBJ-S-02", "1 200,50", 3]
    told = looked_through("actions", "actions", world.alice, full, row("Fiche"))
    carried_out("actions", told.id, world.alice)

    carter, sheet = actions()
    assert (carter.source_kind, carter.objective) == (SourceKind.NEAR_MISS, "OBJ-S-02")
    assert (carter.cost_estimated, carter.load_days) == (Decimal("1200.50"), Decimal(3))
    assert (sheet.source_kind, sheet.cost_estimated) == (SourceKind.OTHER, None)


def test_a_workbook_from_before_these_columns_is_read_all_the_same(world: World) -> None:
    columns = [column.title.fr for column in TEMPLATE.columns if not column.optional]
    old = to_xlsx(Sheet("A", columns, [row("Carter")]))

    told = run("actions", sent("actions", "actions", world.alice, old), world.alice)

    assert outcome(told).changes == {"open_action": 1}


def test_who_may_not_work_there_or_is_nobody_is_told_alike(world: World) -> None:
    told = looked_through(
        "actions",
        "actions",
        world.alice,
        row("Carter", owner="bob@example.org"),
        row("Fiche", owner="nobody@example.org"),
        row("Vanne", owner="charlie@example.org"),
        row("Presse", owner=None),
    )

    assert errors(told) == [
        (2, "owner_id", "owner_may_not_work"),
        (3, "owner_id", "owner_may_not_work"),
        (4, "owner_id", "owner_may_not_work"),
        (5, "owner_id", "cell_invalid"),
    ]


def test_a_deadline_beyond_the_delay_is_refused_as_by_hand(world: World) -> None:
    late = clock().date() + timedelta(days=1_000)
    told = looked_through(
        "actions",
        "actions",
        world.alice,
        row("Carter", due=late),
        row("Fiche", due="demain"),
        row("Vanne", priority="P9"),
    )

    assert errors(told) == [
        (2, "due_on", "deadline_beyond_delay"),
        (3, "due_on", "not_a_day"),
        (4, "priority", "not_in_the_list"),
    ]


def test_undone_they_count_nowhere(world: World, bus: Bus) -> None:
    told = looked_through("actions", "actions", world.alice, row("Carter"), row("Fiche"))
    carried_out("actions", told.id, world.alice)
    bus.deliver_all()

    assert taken_back("actions", told.id, world.alice).job.state is JobState.DONE
    bus.deliver_all()

    assert actions() == []
    assert len(bus.published(ActionWithdrawn)) == 2
    with unit_of_work("indicators", SYSTEM) as uow:
        assert set(uow.session.scalars(select(known_action.c.withdrawn))) == {True}


def test_an_action_that_somebody_took_up_keeps_them_all(world: World) -> None:
    told = looked_through("actions", "actions", world.alice, row("Carter"), row("Fiche"))
    carried_out("actions", told.id, world.alice)
    with unit_of_work("actions", world.greta, permission="actions:progress") as uow:
        one = actions()[0]
        data = AssignIn(owner_id=world.alice.id, version=one.version)
        commands.assign_action(uow, one.id, data)

    assert why(taken_back("actions", told.id, world.alice)) == "import_touched"
    assert len(actions()) == 2


def test_the_same_open_action_is_not_opened_again(world: World) -> None:
    told = looked_through("actions", "actions", world.alice, row("Carter"))
    carried_out("actions", told.id, world.alice)

    again = looked_through("actions", "actions", world.alice, row("CARTER"), row("Fiche"))

    assert outcome(again).changes == {"open_action": 1}
