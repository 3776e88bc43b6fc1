"""Measurements from a workbook: in the indicator's unit, added up, and out again."""

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from services.indicators.events import MeasurementReported, MeasurementWithdrawn
from services.indicators.models import Measurement
from services.indicators.schemas import Missing
from shared.auth import SYSTEM
from shared.import_schemas import ImportState
from shared.tabular import Cell
from shared.work import clock, unit_of_work
from tests.helpers import Bus
from tests.importing import carried_out, errors, looked_through, outcome, taken_back
from tests.indicators.factories import (
    adopted_in,
    alerts,
    defined,
    definition_in,
    number,
    ratio_in,
    value,
)
from tests.world import World

MAY = date(2026, 5, 1)
Row = list[Cell]


def row(code: str, period: Cell, value: Cell, below: Cell = None, **more: str) -> Row:
    return [more.get("site", "Lyon"), code, period, value, below, more.get("unit"), None]


def measurements() -> int:
    with unit_of_work("indicators", SYSTEM) as uow:
        return uow.session.scalar(select(func.count()).select_from(Measurement)) or 0


def test_figures_come_in_any_unit_and_are_added_up(world: World, bus: Bus) -> None:
    defined(definition_in())
    defined(ratio_in())
    told = looked_through(
        "indicators",
        "measurements",
        world.greta,
        row("EAU_TOT", "2026-05", "1 200,5"),
        row("EAU_TOT", "05/2026", 300_000, unit="L", site="Lille"),
        row("TF1", date(2026, 5, 31), 2, 100_000),
    )
    assert outcome(told).changes == {"report_measurement": 3}

    carried_out("indicators", told.id, world.greta)
    bus.deliver_all()

    assert number("EAU_TOT", world.lyon, MAY) == Decimal("1200.5")
    assert number("EAU_TOT", world.group, MAY) == Decimal("1500.5")
    assert number("TF1", world.lyon, MAY) == 20
    assert len(bus.published(MeasurementReported)) == 3


def test_each_wrong_cell_is_named(world: World) -> None:
    defined(definition_in())
    defined(ratio_in())
    ahead = clock().date().year + 1
    told = looked_through(
        "indicators",
        "measurements",
        world.alice,
        row("EAU", "2026-05", 1),
        row("EAU_TOT", ahead, 1),
        row("EAU_TOT", "mai", 1),
        row("EAU_TOT", "2026-05", "beaucoup"),
        row("EAU_TOT", "2026-05", 1, 2),
        row("TF1", "2026-05", 1),
        row("EAU_TOT", "2026-05", 1, unit="kg"),
        row("EAU_TOT", "2026-05", 1, site="Lille"),
        row("EAU_TOT", "2026-05", 1),
        row("EAU_TOT", "2026-05", 2),
    )

    assert errors(told) == [
        (2, "code", "not_found"),
        (3, "period", "period_not_begun"),
        (4, "period", "not_a_day"),
        (5, "numerator", "cell_invalid"),
        (6, "denominator", "denominator_unwanted"),
        (7, "denominator", "denominator_missing"),
        (8, "unit", "incompatible_unit"),
        (9, "site_id", "unknown_site"),
        (11, "period", "twice_in_the_workbook"),
    ]


def test_what_was_reported_already_is_corrected_and_not_imported(world: World) -> None:
    defined(definition_in())
    told = looked_through("indicators", "measurements", world.alice, row("EAU_TOT", "2026-05", 1))
    carried_out("indicators", told.id, world.alice)

    again = looked_through(
        "indicators",
        "measurements",
        world.alice,
        row("EAU_TOT", "2026-05", 1),
        row("EAU_TOT", "2026-06", 1),
    )
    other = looked_through("indicators", "measurements", world.alice, row("EAU_TOT", "2026-05", 2))

    assert outcome(again).changes == {"report_measurement": 1}
    assert errors(other) == [(2, "numerator", "measurement_exists")]


def test_undone_the_period_is_not_reported_and_the_sums_follow(world: World, bus: Bus) -> None:
    defined(definition_in(target=10, alert=20))
    month = clock().date().replace(day=1)
    told = looked_through("indicators", "measurements", world.greta, row("EAU_TOT", month, 99))
    carried_out("indicators", told.id, world.greta)
    bus.deliver_all()
    assert number("EAU_TOT", world.group, month) == 99
    assert [alert.back_at for alert in alerts("EAU_TOT")] == [None]

    ended = taken_back("indicators", told.id, world.greta)
    bus.deliver_all()

    assert (ended.state, measurements()) == (ImportState.UNDONE, 0)
    assert len(bus.published(MeasurementWithdrawn)) == 1
    for place in (world.lyon, world.group):
        left = value("EAU_TOT", place, month)
        assert left is not None
        assert (left.value, left.missing) == (None, Missing.NOT_REPORTED)
    assert all(alert.back_at is not None for alert in alerts("EAU_TOT"))


def test_the_parts_of_a_formula_come_in_one_cell(world: World, bus: Bus) -> None:
    """(180 + 70) / 12 500 = 2 %. What is missing, unknown or no number is said of that cell."""
    defined(adopted_in("COPQ"))
    whole = "INTERNAL=180; EXTERNAL = 70,0 ;TURNOVER=12 500"
    told = looked_through(
        "indicators", "measurements", world.greta, [*row("COPQ", "2026-05", None), whole]
    )
    carried_out("indicators", told.id, world.greta)
    assert number("COPQ", world.lyon, MAY) == 2

    wrong = looked_through(
        "indicators",
        "measurements",
        world.greta,
        [*row("COPQ", "2026-06", None), "INTERNAL=180"],
        [*row("COPQ", "2026-06", None), "INTERNAL=1; EXTERNAL=1; TURNOVER=1; X=1"],
        [*row("COPQ", "2026-06", None), "INTERNAL=beaucoup"],
        [*row("COPQ", "2026-05", None), whole],
        [*row("COPQ", "2026-05", None), "INTERNAL=181; EXTERNAL=70; TURNOVER=12500"],
    )
    assert errors(wrong) == [
        (2, "amounts", "amounts_missing"),
        (3, "amounts", "amounts_unknown"),
        (4, "amounts", "amounts_unreadable"),
        (6, "numerator", "measurement_exists"),
    ]
