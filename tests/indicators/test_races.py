"""Two at the same moment, on real commits."""

from uuid import UUID

import pytest

from services.indicators.alerting import commands as alerting
from services.indicators.alerting.models import Alert
from services.indicators.alerting.schemas import CloseAlertIn
from services.indicators.method import commands as method
from services.indicators.method.schemas import ValidateIn
from services.indicators.models import Definition
from shared.errors import StaleVersion
from shared.work import unit_of_work
from tests.helpers import together
from tests.indicators.factories import (
    TODAY,
    agreed,
    alerts,
    defined,
    definition_in,
    measured_at,
    measurement_in,
    numbers,
    opened,
    raised,
    reported,
    tell,
    value,
)
from tests.world import WORLD

pytestmark = pytest.mark.usefixtures("own_database")


def test_sites_of_one_group_counted_at_once_lose_nothing() -> None:
    sites = (WORLD.lyon, WORLD.lille, WORLD.brest)

    def open_some(site: UUID) -> None:
        for _ in range(8):
            tell(opened(site=site, on=TODAY))

    together(*(lambda site=site: open_some(site) for site in sites * 2))

    places = (*sites, WORLD.division, WORLD.group)
    assert numbers("ACT_OPEN", places) == [16, 16, 16, 32, 48]


def test_an_alert_raised_by_two_at_once_is_raised_once() -> None:
    together(*(lambda: tell(raised()) for _ in range(4)))

    [alert] = alerts("NC_MAJ_12M")
    assert [alert.value, alert.worst] == [1, 4]


def test_of_two_reports_of_a_period_one_is_kept() -> None:
    defined(definition_in())

    outcomes = together(*(lambda n=n: reported(measurement_in("EAU_TOT", n)) for n in (1, 2)))

    assert sorted(type(o).__name__ for o in outcomes) == ["Measurement", "MeasurementExists"]
    found = value("EAU_TOT")
    assert found is not None
    assert found.value in (1, 2)


def test_of_two_who_close_an_alert_one_is_told_that_it_changed() -> None:
    tell(raised())
    [alert] = alerts("NC_MAJ_12M")

    def close() -> Alert:
        data = CloseAlertIn(version=alert.version, reason="Traité en réunion")
        with unit_of_work("indicators", WORLD.alice, permission="indicators:measure") as uow:
            return alerting.close_alert(uow, alert.id, data)

    outcomes = together(close, close)

    assert sorted(type(o).__name__ for o in outcomes) == ["Alert", "StaleVersion"]
    assert any(isinstance(o, StaleVersion) for o in outcomes)


def test_a_site_that_is_added_twice_at_once_is_added_once() -> None:
    defined(definition_in(everywhere=False))

    outcomes = together(*(lambda: measured_at("EAU_TOT") for _ in range(3)))

    names = sorted(type(o).__name__ for o in outcomes)
    assert names == ["AlreadyMeasuredHere", "AlreadyMeasuredHere", "Instance"]


def test_of_two_who_validate_a_method_one_is_told_that_it_changed() -> None:
    row = agreed(defined(definition_in()).id)

    def validate() -> Definition:
        with unit_of_work("indicators", WORLD.hugo, permission="indicators:define") as uow:
            return method.validate(uow, row.id, ValidateIn(version=row.version))

    outcomes = together(validate, validate)

    assert sorted(type(o).__name__ for o in outcomes) == ["Definition", "StaleVersion"]
