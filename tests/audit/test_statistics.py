"""What findings add up to, of the sites that somebody may read, in a fixed number of statements."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import Connection

from services.audit.answers.schemas import By, Statistics
from services.audit.answers.statistics import statistics
from services.audit.schemas import Grade
from shared.auth import Actor
from shared.work import clock, unit_of_work
from tests.audit.factories import answered, raised_finding, sent_back
from tests.counting import statements
from tests.world import World


def told(somebody: Actor) -> Statistics:
    with unit_of_work("audit", somebody, permission="audit:read") as uow:
        return statistics(uow, None)


def test_findings_are_counted_by_clause_process_site_and_year(world: World) -> None:
    raised_finding(Grade.MAJOR)
    raised_finding(Grade.MAJOR)
    raised_finding(Grade.STRENGTH)

    found = told(world.greta)

    keys = {by: [(t.key, t.grade, t.count) for t in found.tallies if t.by is by] for by in By}
    year = str(clock().year)
    assert keys[By.REQUIREMENT] == [
        ("ISO 9001 8.5.1", Grade.MAJOR, 2),
        ("ISO 9001 8.5.1", Grade.STRENGTH, 1),
    ]
    assert keys[By.PROCESS] == [("PROD", Grade.MAJOR, 2), ("PROD", Grade.STRENGTH, 1)]
    assert keys[By.SITE] == [(str(world.lyon), Grade.MAJOR, 2), (str(world.lyon), "PF", 1)]
    assert keys[By.YEAR] == [(year, Grade.MAJOR, 2), (year, Grade.STRENGTH, 1)]


def test_nothing_of_another_site_is_counted(world: World) -> None:
    raised_finding()

    found = told(world.charlie)

    assert (found.tallies, found.recurrence, found.mean_age) == ([], [], None)


def test_the_rate_of_repeats_leaves_praise_and_ideas_out(world: World) -> None:
    raised_finding(Grade.MINOR)
    raised_finding(Grade.MINOR)
    raised_finding(Grade.IMPROVEMENT)

    [year] = told(world.bob).recurrence

    assert (year.found, year.repeated) == (2, 1)


def test_the_age_of_what_is_open_is_told_in_steps(world: World) -> None:
    for days in (0, 30, 31, 400):
        with time_machine.travel(clock() - timedelta(days=days)):
            raised_finding(Grade.MINOR)
    raised_finding(Grade.OBSERVATION)

    found = told(world.bob)

    steps = [(age.up_to, age.count) for age in found.ages]
    assert steps == [(30, 2), (90, 1), (180, 0), (365, 0), (None, 1)]
    assert found.mean_age == pytest.approx((0 + 30 + 31 + 400) / 4)


def test_answers_come_in_time_late_or_not_yet(world: World) -> None:
    answered()
    with time_machine.travel(clock() - timedelta(days=16)):
        late = raised_finding()
        raised_finding()
    answered(late)
    sent_back()

    found = told(world.bob).timeliness

    assert (found.in_time, found.late, found.waited_for, found.overdue) == (1, 1, 1, 1)


def test_it_costs_the_same_however_much_there_is(
    world: World, logins: dict[str, Connection]
) -> None:
    def cost() -> int:
        with statements(logins["audit"]) as sent:
            told(world.greta)
        return len(sent)

    raised_finding()
    few = cost()
    for _ in range(5):
        raised_finding()

    assert cost() == few
