"""What the passing of time shows: figures that are late or too few, alerts that nobody takes up."""

from datetime import date
from uuid import UUID

import pytest

from services.indicators.alerting import commands as alerting
from services.indicators.alerting import watching
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import AcknowledgeIn, AlertStatus
from services.indicators.errors import LegalLimitMissing
from services.indicators.events import AlertEscalated, AlertRaised
from services.indicators.schemas import Rule
from services.policy.events import PolicyReviewRequested
from services.policy.models import ReviewRequest
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.helpers import Bus
from tests.indicators import factories as figures
from tests.indicators.factories import (
    alerts,
    at,
    defined,
    definition_in,
    measurement_in,
    ratio_in,
    reported,
)
from tests.world import WORLD, World

DUE = date(2030, 3, 10)
FEBRUARY = date(2030, 2, 1)


def look(on: date) -> None:
    with unit_of_work("indicators", SYSTEM, now=at(on)) as uow:
        watching.watch_the_clock(uow)


def escalate(on: date) -> None:
    with unit_of_work("indicators", SYSTEM, now=at(on)) as uow:
        watching.escalate(uow)


def of(rule: Rule, code: str = "EAU_TOT", place: UUID = WORLD.lyon) -> list[Alert]:
    return [alert for alert in alerts(code, place) if alert.rule is rule]


def test_a_figure_that_is_late_raises_one_alert_until_it_is_there(world: World, bus: Bus) -> None:
    """Due on the tenth day after the month: on the eleventh it is one day late."""
    defined(definition_in(watches=[Rule.STALE], due_day=10))

    look(DUE)
    assert of(Rule.STALE) == []
    look(date(2030, 3, 11))
    look(date(2030, 3, 15))
    [alert] = of(Rule.STALE)
    assert [alert.value, alert.period, alert.back_at] == [1, FEBRUARY, None]
    raised = [e for e in bus.published(AlertRaised) if e.rule is Rule.STALE]
    assert {e.site_id for e in raised} == {world.lyon, world.lille, world.brest}
    assert len(raised) == 3

    reported(measurement_in("EAU_TOT", 12, period=FEBRUARY))
    look(date(2030, 3, 16))
    [alert] = of(Rule.STALE)
    assert alert.back_at is not None
    [still] = of(Rule.STALE, place=world.lille)
    assert still.back_at is None


def test_only_sites_that_measure_are_late(world: World) -> None:
    defined(definition_in(watches=[Rule.STALE], due_day=10, everywhere=False))
    figures.measured_at("EAU_TOT")
    look(date(2030, 3, 20))
    assert len(of(Rule.STALE)) == 1
    assert of(Rule.STALE, place=world.lille) == []


def test_what_nobody_watches_is_late_in_silence(world: World) -> None:
    defined(definition_in(due_day=10))
    look(date(2030, 3, 20))
    assert of(Rule.STALE) == []


def test_a_group_figure_of_too_few_sites_raises_an_alert_once_it_is_due(
    world: World, bus: Bus
) -> None:
    """One of three sites is 33 %, below the 80 % that a figure is judged from."""
    defined(definition_in(watches=[Rule.INCOMPLETE], due_day=10))
    reported(measurement_in("EAU_TOT", 12, period=FEBRUARY))
    bus.deliver_all()

    look(DUE.replace(day=9))
    assert of(Rule.INCOMPLETE, place=world.group) == []
    look(date(2030, 3, 20))
    [alert] = of(Rule.INCOMPLETE, place=world.group)
    assert [alert.value, alert.bound] == [1, 3]
    assert of(Rule.INCOMPLETE) == []

    for site in (world.lille, world.brest):
        reported(measurement_in("EAU_TOT", 12, site=site, period=FEBRUARY))
    bus.deliver_all()
    look(date(2030, 3, 21))
    [alert] = of(Rule.INCOMPLETE, place=world.group)
    assert alert.back_at is not None


def test_four_fifths_of_what_the_law_allows_is_warned_of(world: World) -> None:
    """The limit is 100: 80 is not past four fifths of it, 81 is."""
    defined(definition_in(watches=[Rule.LEGAL], legal_limit=100))
    reported(measurement_in("EAU_TOT", 80, site=world.lille))
    reported(measurement_in("EAU_TOT", 81))
    assert of(Rule.LEGAL, place=world.lille) == []
    [alert] = of(Rule.LEGAL)
    assert [alert.value, alert.bound] == [81, 100]


def test_each_rule_has_an_alert_of_its_own(world: World) -> None:
    defined(definition_in(watches=[Rule.LEGAL], legal_limit=100, target=50, alert=70))
    reported(measurement_in("EAU_TOT", 90))
    assert {alert.rule for alert in alerts("EAU_TOT")} == {Rule.LEGAL, Rule.LIMIT}


def test_a_legal_limit_that_is_watched_is_given(world: World) -> None:
    with pytest.raises(LegalLimitMissing):
        defined(definition_in(watches=[Rule.LEGAL]))


def test_an_alert_that_nobody_sees_is_told_above_once(world: World, bus: Bus) -> None:
    defined(ratio_in(target=5, alert=10))
    reported(measurement_in("TF1", 2, 100_000))
    reported(measurement_in("TF1", 3, 100_000, site=world.lille))
    seen = alerts("TF1", world.lille)[0]
    with unit_of_work("indicators", world.charlie, permission="indicators:measure") as uow:
        alerting.acknowledge(uow, seen.id, AcknowledgeIn(version=seen.version))

    escalate(date(2030, 3, 20))
    assert bus.published(AlertEscalated) == []
    escalate(date(2030, 3, 23))
    escalate(date(2030, 3, 30))

    [event] = bus.published(AlertEscalated)
    assert (event.site_id, event.rule) == (world.lyon, Rule.LIMIT)
    assert alerts("TF1")[0].status is AlertStatus.RAISED


def test_only_a_figure_out_of_bounds_asks_for_a_review_of_the_policy(
    world: World, bus: Bus
) -> None:
    defined(definition_in(watches=[Rule.LEGAL], legal_limit=100, target=50, alert=70))
    reported(measurement_in("EAU_TOT", 90))
    assert {event.rule for event in bus.published(AlertRaised)} == {Rule.LEGAL, Rule.LIMIT}
    bus.deliver_all()
    [limit] = of(Rule.LIMIT)
    assert [event.alert_id for event in bus.published(PolicyReviewRequested)] == [limit.id]
    with unit_of_work("policy", SYSTEM) as uow:
        asked = uow.session.scalars(uow.select(ReviewRequest)).all()
    assert [request.alert_id for request in asked] == [limit.id]
