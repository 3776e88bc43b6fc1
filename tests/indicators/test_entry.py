"""The grid: many figures of a site at once, each kept or refused as if it were alone."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from services.indicators.entry import commands, queries
from services.indicators.entry.schemas import Became, EntryIn, EntryOutcome
from shared.auth import Actor
from shared.errors import Forbidden, NotFound
from shared.work import unit_of_work
from tests.counting import statements
from tests.helpers import Bus
from tests.indicators import factories as figures
from tests.indicators.factories import (
    MARCH,
    TODAY,
    at,
    defined,
    definition_in,
    measurement_in,
    number,
    ratio_in,
    reported,
)
from tests.world import WORLD, World

FEBRUARY = date(2030, 2, 1)


def figure(code: str = "EAU_TOT", period: date = MARCH, **facts: object) -> dict[str, object]:
    return {"code": code, "period": period, **facts}


def entered(
    *rows: Mapping[str, object], by: Actor = WORLD.alice, reason: str = ""
) -> list[EntryOutcome]:
    data = EntryIn.model_validate({"site_id": WORLD.lyon, "reason": reason, "figures": rows})
    with unit_of_work("indicators", by, permission="indicators:measure", now=at(TODAY)) as uow:
        return commands.enter(uow, data)


def became(outcomes: list[EntryOutcome]) -> list[Any]:
    return [one.became or (one.refused and one.refused.type) for one in outcomes]


def test_many_figures_are_kept_at_once(world: World, bus: Bus) -> None:
    defined(definition_in())
    defined(ratio_in())
    outcomes = entered(
        figure(numerator="12.5"),
        figure(period=FEBRUARY, numerator=10),
        figure("TF1", numerator=1, denominator=20000),
    )
    bus.deliver_all()
    assert became(outcomes) == [Became.REPORTED] * 3
    assert [number("EAU_TOT"), number("EAU_TOT", period=FEBRUARY)] == [Decimal("12.5"), 10]
    assert number("TF1", world.group) == 50


def test_one_refusal_stops_no_other(world: World) -> None:
    defined(definition_in())
    defined(ratio_in())
    outcomes = entered(
        figure("TF1", numerator=1),
        figure(numerator=12),
        figure(period=date(2030, 4, 1), numerator=12),
        figure("NOPE", numerator=1),
    )
    assert became(outcomes) == [
        "denominator_missing",
        Became.REPORTED,
        "period_not_begun",
        "not_found",
    ]
    assert number("EAU_TOT") == 12
    assert number("TF1") is None


def test_a_correction_says_why_and_keeps_what_was_there(world: World, bus: Bus) -> None:
    defined(definition_in())
    first = reported(measurement_in("EAU_TOT", 12))
    shown = first.version

    assert became(entered(figure(numerator=12, version=shown))) == [Became.UNCHANGED]
    assert became(entered(figure(numerator=15, version=shown))) == ["correction_without_reason"]
    assert became(entered(figure(numerator=15), reason="Mal lu")) == ["measurement_exists"]
    outcomes = entered(figure(numerator=15, version=shown), reason="Relevé mal lu")
    bus.deliver_all()

    assert became(outcomes) == [Became.CORRECTED]
    assert [number("EAU_TOT"), number("EAU_TOT", world.group)] == [15, 15]
    stale = entered(figure(numerator=16, version=shown), reason="Encore mal lu")
    assert became(stale) == ["stale_version"]
    assert number("EAU_TOT") == 15


def test_parts_of_a_formula_are_compared_by_their_amounts(world: World) -> None:
    data = figures.adopted_in("COPQ")
    figures.defined(data)
    whole = {"INTERNAL": "180.0", "EXTERNAL": 70, "TURNOVER": 12500}
    [first] = entered(figure("COPQ", amounts=whole))
    assert first.became is Became.REPORTED
    again = whole | {"INTERNAL": "180"}
    assert became(entered(figure("COPQ", amounts=again))) == [Became.UNCHANGED]
    wrong = whole | {"INTERNAL": "181"}
    assert became(entered(figure("COPQ", amounts=wrong))) == ["measurement_exists"]


def test_what_is_implausible_is_kept_and_said_to_be(world: World) -> None:
    defined(definition_in(plausible_min=1, plausible_max=100))
    outcomes = entered(
        figure(numerator=1000), figure(period=FEBRUARY, numerator=100), figure("X", numerator=1)
    )
    assert [one.implausible for one in outcomes] == [True, False, False]
    assert number("EAU_TOT") == 1000
    [line] = grid(WORLD.alice)
    assert [one.implausible for one in line.measurements] == [False, True]


def grid(who: Actor, year: int = 2030) -> list[queries.Line]:
    with unit_of_work("indicators", who, permission="indicators:read") as uow:
        return queries.grid(uow, WORLD.lyon, year)


def test_the_grid_shows_what_the_site_reports_and_no_more(world: World) -> None:
    defined(definition_in())
    defined(definition_in("GAZ", everywhere=False))
    defined(definition_in("BOIS", everywhere=False))
    figures.measured_at("GAZ")
    reported(measurement_in("EAU_TOT", 12))
    reported(measurement_in("EAU_TOT", 13, period=date(2029, 12, 1)))

    lines = grid(world.alice)
    assert [line.definition.code for line in lines] == ["EAU_TOT", "GAZ"]
    assert [len(line.measurements) for line in lines] == [1, 0]


def test_another_sites_grid_is_neither_read_nor_filled(world: World) -> None:
    defined(definition_in())
    with pytest.raises(NotFound):
        grid(world.charlie)
    with pytest.raises(NotFound):
        entered(figure(numerator=1), by=world.charlie)
    with pytest.raises(Forbidden):
        entered(figure(numerator=1), by=world.bob)
    assert number("EAU_TOT") is None


def test_the_grid_costs_the_same_however_much_there_is(
    world: World, undone: Mapping[str, Connection]
) -> None:
    def cost() -> int:
        with statements(undone["indicators"]) as sent:
            grid(world.alice)
        return len(sent)

    defined(definition_in())
    few = cost()
    for number_of in range(20):
        code = defined(definition_in(f"EAU_{number_of}")).code
        reported(measurement_in(code, number_of))
    assert cost() == few
