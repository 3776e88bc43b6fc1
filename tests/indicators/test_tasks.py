"""By the clock: a new day makes actions late, and a new month has figures of its own."""

from datetime import date

from sqlalchemy import Connection

from services.indicators.events import AlertRaised, Measured
from services.indicators.schemas import Missing, Status
from services.indicators.tasks import recount_everything, tasks
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.counting import statements
from tests.helpers import Bus
from tests.indicators.factories import (
    at,
    defined,
    definition_in,
    number,
    numbers,
    opened,
    tell,
    value,
)
from tests.world import World

FEBRUARY, MARCH = date(2030, 2, 1), date(2030, 3, 1)


def fire(day: date) -> None:
    with unit_of_work("indicators", SYSTEM, now=at(day)) as uow:
        recount_everything(uow)


def test_sites_where_nothing_happened_report_zero(world: World) -> None:
    fire(date(2030, 3, 15))

    assert numbers("ACT_OPEN", [world.lyon, world.lille, world.brest, world.group]) == [0] * 4
    found = value("NC_MAJ_12M", world.group)
    assert found is not None
    assert (found.reporting, found.expected, found.status) == (3, 3, Status.GREEN)
    ratio = value("ACT_DELAI", world.group)
    assert ratio is not None
    assert (ratio.value, ratio.missing) == (None, Missing.ZERO_DENOMINATOR)


def test_an_action_becomes_late_by_itself(world: World, bus: Bus) -> None:
    for _ in range(3):
        tell(opened(on=date(2030, 3, 1), due=date(2030, 3, 15)), on=date(2030, 3, 1))
    fire(date(2030, 3, 15))
    assert number("ACT_RETARD") == 0

    fire(date(2030, 3, 16))

    assert numbers("ACT_RETARD", [world.lyon, world.group]) == [3, 3]
    assert "ACT_RETARD" in {event.code for event in bus.published(AlertRaised)}


def test_a_new_month_begins_and_the_old_one_stays_as_it_was(world: World) -> None:
    tell(opened(on=date(2030, 2, 10), due=date(2030, 3, 5)), on=date(2030, 2, 10))

    fire(date(2030, 3, 31))

    assert [number("ACT_RETARD", period=month) for month in (FEBRUARY, MARCH)] == [0, 1]


def test_past_months_are_filled_for_sites_that_were_not_counted_then(world: World) -> None:
    tell(opened(on=date(2030, 2, 10)), on=date(2030, 2, 10))

    fire(date(2030, 3, 31))

    found = value("ACT_OPEN", world.group, FEBRUARY)
    assert found is not None
    assert [found.value, found.reporting, found.expected] == [1, 3, 3]


def test_a_second_run_changes_and_announces_nothing(world: World, bus: Bus) -> None:
    fire(date(2030, 3, 15))
    told = bus.published(Measured)

    fire(date(2030, 3, 15))

    assert bus.published(Measured) == told


def test_what_people_report_is_not_made_up(world: World) -> None:
    defined(definition_in())

    fire(date(2030, 3, 15))

    assert value("EAU_TOT") is None


def test_a_run_costs_the_same_however_many_sites_and_months(
    world: World, undone: dict[str, Connection]
) -> None:
    def cost() -> int:
        with statements(undone["indicators"]) as sent:
            fire(date(2030, 3, 15))
        return len([s for s in sent if "SAVEPOINT" not in s])

    first = cost()
    tell(opened(on=date(2028, 6, 1)))
    assert cost() <= first


def test_the_job_is_registered_for_every_hour_and_so_for_ten_past_midnight() -> None:
    _, when = tasks.jobs["indicators.recount_everything"]
    assert when == {"minute": "10"}
