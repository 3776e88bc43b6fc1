"""Control charts of indicators: from reported figures to limits, signals, alerts and phases."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import pytest

from services.indicators.errors import ChartNeedsRatio
from services.indicators.events import AlertRaised, SeriesChanged
from services.indicators.reading import commands, queries
from services.indicators.reading.errors import NoChartHere, PhaseInTheFuture, PhaseStartsAlready
from services.indicators.reading.models import Phase
from services.indicators.reading.schemas import ControlOut, Judged, PhaseIn
from services.indicators.schemas import Chart, Direction, Rule
from shared.auth import Actor
from shared.errors import Forbidden, NotFound
from shared.work import unit_of_work
from tests.helpers import Bus
from tests.indicators import factories as figures
from tests.indicators.factories import (
    TODAY,
    alerts,
    at,
    defined,
    definition_in,
    measurement_in,
    ratio_in,
    reported,
)
from tests.world import WORLD, World

WEIGHTS = [52.1, 51.8, 52.4, 52.0, 51.6, 52.3, 52.2, 51.9, 52.5, 52.0, 51.7, 53.9]
"""Twelve values of a worked example: mean 52.2, mean range 0.581818, limits 50.652 and 53.748."""


def month(number: int) -> date:
    return date(2029 + number // 12, number % 12 + 1, 1)


def measured(values: Sequence[float | None], code: str = "EAU_TOT", first: int = 0) -> None:
    for number, value in enumerate(values, first):
        if value is not None:
            reported(measurement_in(code, str(value), period=month(number)))


def chart(code: str = "EAU_TOT", place: UUID = WORLD.lyon, who: Actor = WORLD.greta) -> ControlOut:
    with unit_of_work("indicators", who, permission="indicators:read") as uow:
        return queries.control_chart(uow, figures.edition(code), place)


def begun(start: date, baseline: int | None = None, who: Actor = WORLD.alice) -> Phase:
    data = PhaseIn(site_id=WORLD.lyon, start=start, baseline=baseline, reason="Nouveau compteur")
    with unit_of_work("indicators", who, permission="indicators:measure", now=at(TODAY)) as uow:
        return commands.begin_phase(uow, figures.edition("EAU_TOT").id, data)


def test_single_values_have_the_limits_of_the_worked_example(world: World) -> None:
    defined(definition_in(target=53, alert=55))
    measured(WEIGHTS)
    found = chart()
    assert found.chart is Chart.INDIVIDUALS
    assert len(found.points) == 12
    last = found.points[-1]
    limits = [last.centre or 0, last.lower or 0, last.upper or 0]
    assert [round(limit, 3) for limit in limits] == [52.2, 50.652, 53.748]
    [signal] = found.signals
    assert (signal.rule, signal.period, signal.judged) == (
        "nelson_1",
        month(11),
        Judged.DEGRADATION,
    )


def test_a_month_without_figure_is_a_hole_and_no_zero(world: World) -> None:
    defined(definition_in())
    measured([52.1, None, 52.4, 52.0])
    found = chart()
    assert [point.value for point in found.points] == [52.1, None, 52.4, 52.0]


def test_rates_and_shares_have_limits_that_follow_their_size(world: World) -> None:
    """Rates per million hours: 35 in 51 millions are 0.686; over 10 millions up to 1.472."""
    defined(ratio_in(chart=Chart.RATE))
    for number, (events, hours) in enumerate(((4, 10), (7, 12), (3, 8), (6, 11), (15, 10))):
        reported(measurement_in("TF1", events, hours * 10**6, period=month(number)))
    found = chart("TF1")
    assert [round(point.centre or 0, 6) for point in found.points] == [0.686275] * 5
    assert [round(point.upper or 0, 4) for point in found.points] == [
        1.4722,
        1.4037,
        1.5649,
        1.4356,
        1.4722,
    ]
    assert [signal.period for signal in found.signals] == [month(4)]


def test_shares_are_shown_in_the_unit_of_the_indicator(world: World) -> None:
    """34 of 660 are 5.1515 %; over 100 the upper limit is 11.783 %."""
    data = figures.adopted_in("REBUT", chart=Chart.PROPORTION)
    defined(data)
    samples = ((3, 100), (5, 120), (2, 80), (8, 150), (4, 110), (12, 100))
    for number, (bad, size) in enumerate(samples):
        reported(measurement_in("REBUT", bad, size, period=month(number)))
    found = chart("REBUT")
    last = found.points[-1]
    assert (round(last.centre or 0, 4), round(last.upper or 0, 3)) == (5.1515, 11.783)
    assert [signal.period for signal in found.signals] == [month(5)]


def test_a_chart_of_parts_or_events_is_one_of_a_ratio(world: World) -> None:
    with pytest.raises(ChartNeedsRatio):
        defined(definition_in(chart=Chart.RATE))


def test_what_cannot_be_charted_has_no_points_and_no_error(world: World) -> None:
    defined(definition_in())
    assert chart().points == []
    measured([1.5])
    assert chart().points == []
    defined(ratio_in(chart=Chart.PROPORTION))
    for number in range(3):
        reported(measurement_in("TF1", 30, 20, period=month(number)))
    assert chart("TF1").points == []
    assert chart("NC_MAJ_12M").points == []


def test_quarters_are_means_of_three_months(world: World) -> None:
    defined(definition_in(chart=Chart.QUARTERS))
    measured([1, 2, 3, 2, 3, 4, 3, 4, 5])
    assert [point.value for point in chart().points] == [2, 3, 4]


def test_limits_start_anew_where_somebody_decided_it(world: World) -> None:
    """Ten around 10, then ten around 20: one phase makes the jump a signal, two phases none."""
    defined(definition_in())
    measured([10, 10.4, 9.8, 10.2, 9.9, 10.1, 10.3, 9.7, 10, 10.2])
    measured([20, 20.4, 19.8], first=10)
    assert chart().signals != []

    phase = begun(month(10).replace(day=9))
    assert phase.start == month(10)
    found = chart()
    assert found.signals == []
    assert [(p.start, p.points) for p in found.phases] == [(month(0), 10), (month(10), 3)]
    assert "too_few_points" in found.phases[1].cautions
    assert [round(found.points[n].centre or 0, 2) for n in (0, 12)] == [10.06, 20.07]


def test_a_phase_may_freeze_its_limits_on_its_first_points(world: World) -> None:
    defined(definition_in())
    measured([10, 10.4, 9.8, 10.2, 14, 15])
    begun(month(0), baseline=4)
    found = chart()
    assert round(found.points[-1].centre or 0, 2) == 10.1
    assert found.phases[0].points == 4


def test_a_phase_is_begun_once_where_there_is_a_chart_and_by_who_may(world: World) -> None:
    defined(definition_in())
    begun(month(2))
    with pytest.raises(PhaseStartsAlready):
        begun(month(2), baseline=5)
    with pytest.raises(PhaseInTheFuture):
        begun(date(2031, 1, 1))
    with pytest.raises(NotFound):
        begun(month(3), who=world.charlie)
    with pytest.raises(Forbidden):
        begun(month(3), who=world.bob)
    data = PhaseIn(site_id=world.lyon, start=month(1), reason="Pour voir")
    with (
        unit_of_work("indicators", world.greta, permission="indicators:measure") as uow,
        pytest.raises(NoChartHere),
    ):
        commands.begin_phase(uow, figures.edition("NC_MAJ_12M").id, data)


def test_a_pattern_the_wrong_way_raises_an_alert_and_a_good_one_none(
    world: World, bus: Bus
) -> None:
    """Thirteen quiet months, then far too much: out of limits. For more is better, it is good."""
    quiet = [10, 10.4, 9.8, 10.2, 9.9, 10.1, 10.3, 9.7, 10, 10.2, 9.9, 10.1, 10]
    defined(definition_in(watches=[Rule.PATTERN]))
    defined(definition_in("GAZ", direction=Direction.HIGH, watches=[Rule.PATTERN]))
    for code in ("EAU_TOT", "GAZ"):
        measured(quiet, code)
    bus.deliver_all()
    assert [alerts(code) for code in ("EAU_TOT", "GAZ")] == [[], []]

    for code in ("EAU_TOT", "GAZ"):
        measured([25], code, first=13)
    bus.deliver_all()

    assert bus.published(SeriesChanged) != []
    [alert] = alerts("EAU_TOT")
    assert (alert.rule, alert.signal, alert.period) == (Rule.PATTERN, "nelson_1", month(13))
    assert alerts("GAZ") == []
    told = [e for e in bus.published(AlertRaised) if e.site_id == world.lyon]
    assert [(e.rule, e.signal) for e in told] == [(Rule.PATTERN, "nelson_1")]

    measured([10.1], first=14)
    bus.deliver_all()
    [alert] = alerts("EAU_TOT")
    assert alert.back_at is not None


def test_a_trend_the_wrong_way_raises_an_alert(world: World, bus: Bus) -> None:
    defined(definition_in(watches=[Rule.TREND]))
    measured([10, 11, 10.5, 12, 12.5, 13, 14, 14.5])
    bus.deliver_all()
    [alert] = alerts("EAU_TOT")
    assert (alert.rule, alert.signal) == (Rule.TREND, "increasing")
    assert alert.value > 0


def test_a_series_that_nobody_watches_is_not_looked_at(world: World, bus: Bus) -> None:
    defined(definition_in(target=1, alert=2))
    measured([1, 2, 3])
    bus.deliver_all()
    assert bus.published(SeriesChanged) == []


def test_a_forecast_says_whether_the_target_will_be_met(world: World) -> None:
    """From 20 down by 1 a month: the target of 5 lies four months ahead."""
    defined(definition_in(target=5, alert=30))
    measured([20 - n for n in range(12)])
    found = chart()
    assert found.trend is not None
    assert (found.trend.verdict, found.trend.judged) == ("decreasing", Judged.IMPROVEMENT)
    assert found.forecast is not None
    assert found.forecast.outlook == "reached"
    assert found.forecast.met_on is not None
    assert month(15) <= found.forecast.met_on <= month(17)
    assert found.capability is not None


def test_another_sites_chart_is_not_there(world: World) -> None:
    defined(definition_in())
    measured([1, 2, 3])
    with pytest.raises(NotFound):
        chart(who=world.charlie)
    assert chart(who=world.bob).points != []
