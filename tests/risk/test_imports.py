"""A register of risks comes in as a workbook: seen first, then whole or not at all, and back."""

from typing import Any

import pytest
from sqlalchemy import func, select

from services.risk import commands
from services.risk.events import RiskAssessed, RiskEscalated, RiskWithdrawn
from services.risk.models import Risk
from services.risk.schemas import RatingIn, ResidualIn
from shared import import_rows
from shared.auth import SYSTEM
from shared.errors import NotFound
from shared.import_rows import ImportHasErrors, ImportNotReady
from shared.import_schemas import ImportState
from shared.schemas import JobState
from shared.tabular import Cell, NotAWorkbook, Sheet, to_xlsx
from shared.work import unit_of_work
from tests.helpers import Bus
from tests.importing import (
    book,
    carried_out,
    errors,
    looked_through,
    outcome,
    run,
    sent,
    taken_back,
    why,
    work,
)
from tests.risk.test_commands import assessed
from tests.world import World

WHY = "Grille du groupe, connue des équipes."


def row(title: str, site: str = "Lyon", gravity: Cell = 2, **more: Any) -> list[Cell]:  # noqa: ANN401
    """A line as it is typed."""
    return [
        site,
        more.get("domain", "Sécurité"),
        more.get("process"),
        title,
        None,
        more.get("method"),
        more.get("reason", WHY),
        gravity,
        more.get("probability", 3 if gravity is not None else None),
    ]


def risks() -> list[Risk]:
    with unit_of_work("risk", SYSTEM) as uow:
        return list(uow.session.scalars(select(Risk).order_by(Risk.title)))


def test_a_workbook_is_shown_first_and_done_after(world: World, bus: Bus) -> None:
    told = looked_through("risk", "risks", world.alice, row("Chute"), row("Bruit", gravity=None))

    assert (told.state, outcome(told).changes) == (ImportState.LOOKED_THROUGH, {"add_risk": 2})
    assert risks() == []

    done = carried_out("risk", told.id, world.alice)

    assert done.state is ImportState.CARRIED_OUT
    assert [(r.title, r.site_id, r.initial_score) for r in risks()] == [
        ("Bruit", world.lyon, None),
        ("Chute", world.lyon, 6),
    ]
    assert [event.level for event in bus.published(RiskAssessed)] == [2]
    assert len({r.correlation_id for r in risks()}) == 2


def test_what_is_beyond_acceptance_is_escalated_as_if_entered_by_hand(
    world: World, bus: Bus
) -> None:
    told = looked_through("risk", "risks", world.alice, row("Chute", gravity=4, probability=4))
    assert outcome(told).changes == {"add_risk": 1, "escalate": 1}

    carried_out("risk", told.id, world.alice)

    assert [event.title for event in bus.published(RiskEscalated)] == ["Chute"]


def test_each_wrong_cell_is_named_and_nothing_can_be_done(world: World) -> None:
    told = looked_through(
        "risk",
        "risks",
        world.alice,
        row("Chute"),
        row("Ab", site="Lille", domain="Finances"),
        row("Bruit", gravity=9),
        row("Bruit fort", gravity=2, probability=None),
        row("Chute"),
        row("Vide", method="XYZ"),
        [None, "Q", None, None, None, None, "court", "beaucoup"],
    )

    assert errors(told) == [
        (3, "site_id", "unknown_site"),
        (3, "domain", "not_in_the_list"),
        (3, "title", "cell_invalid"),
        (4, "initial.gravity", "rating_off_scale"),
        (5, "initial.probability", "cell_invalid"),
        (6, "title", "twice_in_the_workbook"),
        (7, "method", "not_found"),
        (8, "site_id", "cell_invalid"),
        (8, "title", "cell_invalid"),
        (8, "method_reason", "cell_invalid"),
        (8, "initial.gravity", "cell_invalid"),
        (8, "initial.probability", "cell_invalid"),
    ]
    with pytest.raises(ImportHasErrors), work("risk", world.alice) as uow:
        import_rows.ask_to_carry_out(uow, told.id)
    assert risks() == []


def test_another_site_is_not_there_and_its_name_says_nothing(world: World) -> None:
    told = looked_through("risk", "risks", world.alice, row("Chute", site="Lille"))
    never = looked_through("risk", "risks", world.alice, row("Chute", site="Atlantis"))

    assert errors(told)[0][1:] == errors(never)[0][1:] == ("site_id", "unknown_site")


def test_what_is_there_already_stays_as_it_is(world: World) -> None:
    first = looked_through("risk", "risks", world.alice, row("Chute"))
    carried_out("risk", first.id, world.alice)

    again = looked_through("risk", "risks", world.alice, row("chute"), row("Bruit"))

    assert outcome(again).changes == {"add_risk": 1}
    only = looked_through("risk", "risks", world.alice, row("chute"))
    with pytest.raises(ImportHasErrors), work("risk", world.alice) as uow:
        import_rows.ask_to_carry_out(uow, only.id)


def test_what_changed_meanwhile_is_not_done(world: World) -> None:
    told = looked_through("risk", "risks", world.alice, row("Chute"), row("Bruit"))
    other = looked_through("risk", "risks", world.greta, row("Chute"))
    carried_out("risk", other.id, world.greta)

    ended = carried_out("risk", told.id, world.alice)

    assert (why(ended), ended.state) == ("outcome_changed", ImportState.LOOKED_THROUGH)
    assert [risk.title for risk in risks()] == ["Chute"]


def test_an_import_is_undone_as_a_whole(world: World, bus: Bus) -> None:
    there = assessed()
    told = looked_through("risk", "risks", world.alice, row("Chute"), row("Bruit"))
    carried_out("risk", told.id, world.alice)

    ended = taken_back("risk", told.id, world.alice)

    assert ended.state is ImportState.UNDONE
    assert [risk.id for risk in risks()] == [there.id]
    assert len(bus.published(RiskWithdrawn)) == 2
    with unit_of_work("risk", SYSTEM) as uow:
        history = uow.ledger.history
        kept = select(func.count()).where(history.c.action == "deleted")
        assert uow.session.scalar(kept) == 2
        assert uow.session.scalar(select(history.c.reason).where(history.c.action == "deleted"))


def test_what_somebody_changed_since_keeps_the_whole_import(world: World) -> None:
    told = looked_through("risk", "risks", world.alice, row("Chute"), row("Bruit"))
    carried_out("risk", told.id, world.alice)
    with unit_of_work("risk", world.greta, permission="risk:write") as uow:
        rating = {"gravity": 1, "probability": 1}
        data = ResidualIn(residual=RatingIn(**rating), measures="Garde-corps", version=1)
        commands.rate_residual(uow, risks()[0].id, data)

    ended = taken_back("risk", told.id, world.alice)

    assert (why(ended), ended.state) == ("import_touched", ImportState.CARRIED_OUT)
    assert len(risks()) == 2


def test_nothing_is_done_twice_or_out_of_turn(world: World) -> None:
    told = sent("risk", "risks", world.alice, book("risk", "risks", row("Chute")))
    for step in (import_rows.ask_to_carry_out, import_rows.ask_to_undo):
        with pytest.raises(ImportNotReady), work("risk", world.alice) as uow:
            step(uow, told.id)
    run("risk", told, world.alice)
    with work("risk", world.alice) as uow:
        asked = import_rows.ask_to_carry_out(uow, told.id)
    with pytest.raises(ImportNotReady), work("risk", world.alice) as uow:
        import_rows.ask_to_carry_out(uow, told.id)
    run("risk", asked, world.alice)
    with pytest.raises(ImportNotReady), work("risk", world.alice) as uow:
        import_rows.ask_to_carry_out(uow, told.id)

    assert len(risks()) == 1


def test_an_import_is_its_senders_alone(world: World) -> None:
    told = looked_through("risk", "risks", world.alice, row("Chute"))

    for step in (
        import_rows.own_import,
        import_rows.ask_to_carry_out,
        import_rows.ask_to_undo,
    ):
        with pytest.raises(NotFound), work("risk", world.greta) as uow:
            step(uow, told.id)
    with work("risk", world.greta) as uow:
        assert import_rows.own_imports(uow, None, 50).items == []
    with work("risk", world.alice) as uow:
        assert [one.id for one in import_rows.own_imports(uow, None, 50).items] == [told.id]


def test_a_new_workbook_takes_the_place_of_one_that_waits(world: World) -> None:
    first = looked_through("risk", "risks", world.alice, row("Chute"))
    second = looked_through("risk", "risks", world.alice, row("Bruit"))

    with work("risk", world.alice) as uow:
        assert [one.id for one in import_rows.own_imports(uow, None, 50).items] == [second.id]
        with pytest.raises(NotFound):
            import_rows.own_import(uow, first.id)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"{}"])
def test_what_is_plainly_no_workbook_is_refused_at_once(world: World, content: bytes) -> None:
    with pytest.raises(NotAWorkbook):
        sent("risk", "risks", world.alice, content)


@pytest.mark.parametrize("content", [b"PK and no more", to_xlsx(Sheet("A", ["Site"], []))])
def test_what_is_no_such_workbook_ends_with_a_reason(world: World, content: bytes) -> None:
    ended = run("risk", sent("risk", "risks", world.alice, content), world.alice)

    assert (ended.job.state, ended.outcome) == (JobState.FAILED, None)
    assert why(ended) in ("not_a_workbook", "wrong_columns")
