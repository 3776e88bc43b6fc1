"""Figures over windows of time, and beside their target."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from services.indicators.reading import queries
from services.indicators.reading.schemas import Summary
from services.indicators.reading.windows import Made, rolling, year_to_date
from services.indicators.schemas import Aggregation, Direction, Status
from shared.auth import Actor
from shared.errors import NotFound
from shared.work import unit_of_work
from tests.helpers import Bus
from tests.indicators import factories as figures
from tests.indicators.factories import defined, definition_in, measurement_in, ratio_in, reported
from tests.world import WORLD, World

# Fourteen months of a worked example: with a rate per million hours, the twelve months that end
# in the 12th, 13th and 14th are 8.77, 8.75 and 13.10; the mean of monthly rates would be 8.18,
# 8.18 and 12.10.
ACCIDENTS = [0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 3]
HOURS = [40, 41, 42, 39, 40, 38, 20, 41, 42, 43, 40, 30, 41, 42]
RATIO = Aggregation.RATIO_OF_SUMS


def month(number: int) -> date:
    return date(2029 + number // 12, number % 12 + 1, 1)


def made(numerators: list[int | None], denominators: list[int] | None = None) -> list[Made]:
    under = denominators or [0] * len(numerators)
    return [
        Made(month(n), None if a is None else Decimal(a), Decimal(under[n] * 1000))
        for n, a in enumerate(numerators)
    ]


@pytest.mark.parametrize(("last", "rate"), [(11, "8.77"), (12, "8.75"), (13, "13.10")])
def test_twelve_months_divide_sums_and_average_no_rates(last: int, rate: str) -> None:
    found = rolling(RATIO, Decimal(10**6), made([*ACCIDENTS], HOURS)[: last + 1])
    assert found is not None
    assert found.value is not None
    assert round(found.value, 2) == Decimal(rate)
    assert (found.reported, found.expected) == (12, 12)


def test_the_year_to_date_begins_in_january() -> None:
    """Of the second year two months are there: 3 accidents in 83,000 hours are 36.14."""
    found = year_to_date(RATIO, Decimal(10**6), made([*ACCIDENTS], HOURS))
    assert found is not None
    assert found.value is not None
    assert (found.since, found.until, found.expected) == (date(2030, 1, 1), date(2030, 2, 1), 2)
    assert round(found.value, 2) == Decimal("36.14")


@pytest.mark.parametrize(
    ("aggregation", "value"),
    [
        (Aggregation.SUM, 10),
        (Aggregation.MAX, 6),
        (Aggregation.LAST_SUM, 3),
        (Aggregation.PRODUCT_CHAIN, None),
        (Aggregation.NONE, None),
    ],
)
def test_each_kind_is_added_up_over_time_in_its_way(
    aggregation: Aggregation, value: int | None
) -> None:
    found = rolling(aggregation, Decimal(1), made([1, 6, None, 3]))
    assert found is not None
    assert (found.value, found.reported, found.expected) == (value, 3, 12)


def test_nothing_has_no_window() -> None:
    assert rolling(RATIO, Decimal(1), []) is None
    empty = rolling(RATIO, Decimal(1), made([None]))
    assert empty is not None
    assert empty.value is None


def summary(code: str, place: UUID = WORLD.lyon, who: Actor = WORLD.greta) -> Summary:
    with unit_of_work("indicators", who, permission="indicators:read") as uow:
        return queries.summary(uow, figures.edition(code), place)


def test_a_summary_says_how_far_the_target_is(world: World, bus: Bus) -> None:
    """2 accidents in 400,000 hours are 5, and 1 in 100,000 are 10; over both months 6."""
    defined(ratio_in(target=8, alert=20))
    reported(measurement_in("TF1", 2, 400_000, period=date(2030, 2, 1)))
    reported(measurement_in("TF1", 1, 100_000))
    bus.deliver_all()

    found = summary("TF1")
    assert [found.value, found.gap] == [10, 2]
    assert found.rolling is not None
    assert [found.rolling.value, found.rolling.status] == [6, Status.GREEN]
    assert (found.rolling.reported, found.rolling.expected) == (2, 12)
    of_group = summary("TF1", world.group)
    assert of_group.rolling is not None
    assert of_group.rolling.value == 6


def test_where_more_is_better_what_lacks_is_the_gap(world: World) -> None:
    defined(definition_in(direction=Direction.HIGH, target=100))
    reported(measurement_in("EAU_TOT", 80))
    found = summary("EAU_TOT")
    assert found.gap == 20
    assert found.rolling is not None
    assert [found.rolling.value, found.rolling.status] == [80, Status.GREY]


def test_what_is_counted_has_no_window_of_its_own(world: World) -> None:
    figures.tell(figures.raised())
    found = summary("NC_MAJ_12M")
    assert [found.value, found.rolling, found.year_to_date] == [1, None, None]


def test_another_sites_summary_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        summary("NC_MAJ_12M", who=world.charlie)
