"""What people report, correct and define, and how each may be refused."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from services.indicators import commands
from services.indicators.errors import (
    BoundsCrossed,
    DenominatorMissing,
    DenominatorUnwanted,
    IncompatibleUnit,
    MeaningChanged,
    MeasurementExists,
    NotASite,
    NotMeasuredByPeople,
    PeriodNotBegun,
    QuantityOutOfRange,
    SourceDoesNotFit,
)
from services.indicators.events import AlertRaised, Measured, MeasurementReported
from services.indicators.method import commands as method
from services.indicators.models import Value
from services.indicators.schemas import (
    Aggregation,
    CorrectionIn,
    Frequency,
    MeasurementIn,
    Missing,
    Source,
    Status,
)
from shared.auth import SYSTEM, Actor
from shared.catalogue import AlreadySuperseded
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.operations import changes
from shared.work import unit_of_work
from tests.conftest import Work
from tests.helpers import Bus
from tests.indicators.factories import (
    MARCH,
    alerts,
    defined,
    definition_in,
    edition,
    measurement_in,
    number,
    numbers,
    opened,
    ratio_in,
    reported,
    tell,
    value,
)
from tests.world import World

DEFINE, MEASURE = "indicators:define", "indicators:measure"


def test_a_report_is_the_sites_value_at_once_and_the_groups_when_it_was_heard(
    world: World, bus: Bus
) -> None:
    defined(definition_in())

    reported(measurement_in("EAU_TOT", 120), by=world.alice)
    assert numbers("EAU_TOT", [world.lyon, world.division]) == [120, None]

    bus.deliver_all()
    reported(measurement_in("EAU_TOT", 80, site=world.lille), by=world.charlie)
    bus.deliver_all()

    assert numbers("EAU_TOT", [world.lyon, world.division, world.group]) == [120, 200, 200]
    told = {(e.site_id, e.value) for e in bus.published(Measured)}
    assert {(world.lyon, Decimal(120)), (world.group, Decimal(200))} <= told


def test_who_has_not_reported_is_missing_and_not_zero(world: World, bus: Bus) -> None:
    defined(ratio_in(target=5, alert=10))

    reported(measurement_in("TF1", 2, 150_000))
    bus.deliver_all()

    found = value("TF1", world.division)
    assert found is not None
    assert (found.reporting, found.expected, found.status) == (1, 2, Status.GREY)
    assert value("TF1", world.lille) is None
    assert alerts("TF1", world.division) == []


def test_a_reported_ratio_is_added_up_from_its_components(world: World, bus: Bus) -> None:
    defined(ratio_in(target=5, alert=10))
    for site, accidents, hours in (
        (world.lyon, 2, 150_000),
        (world.lille, 1, 20_000),
        (world.brest, 0, 330_000),
    ):
        reported(measurement_in("TF1", accidents, hours, site=site))
        bus.deliver_all()

    assert number("TF1", world.group) == 6
    assert [len(alerts("TF1", place)) for place in (world.lyon, world.lille, world.group)] == [
        1,
        1,
        0,
    ]


def test_no_hours_give_no_rate(world: World) -> None:
    defined(ratio_in())

    reported(measurement_in("TF1", 1, 0))

    found = value("TF1")
    assert found is not None
    assert found.value is None
    assert found.missing is Missing.ZERO_DENOMINATOR


def test_units_are_converted_and_periods_begin_on_their_first_day(world: World) -> None:
    defined(definition_in("AIR_NOX", unit="kg", frequency=Frequency.YEAR))

    data = measurement_in("AIR_NOX", "0.106", unit="g", period=date(2029, 7, 14))
    measurement = reported(data)

    assert measurement.numerator == Decimal("0.000106")
    assert measurement.period == date(2029, 1, 1)


def test_the_same_measurement_sent_again_changes_nothing(world: World, bus: Bus) -> None:
    defined(definition_in())
    data = measurement_in("EAU_TOT", 120).model_copy(update={"id": uuid4()})

    first, again = reported(data), reported(data)

    assert first.id == again.id
    assert len(bus.published(MeasurementReported)) == 1


def test_a_second_measurement_of_a_period_is_refused(world: World) -> None:
    defined(definition_in())
    reported(measurement_in("EAU_TOT", 120))

    with pytest.raises(MeasurementExists, match="correct it instead"):
        reported(measurement_in("EAU_TOT", 90, period=date(2030, 3, 20)))


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (measurement_in("EAU_TOT", 1, 2), DenominatorUnwanted),
        (measurement_in("EAU_TOT", 1, unit="kg"), IncompatibleUnit),
        (measurement_in("EAU_TOT", 1, period=date(2030, 4, 1)), PeriodNotBegun),
        (measurement_in("TF1", 1), DenominatorMissing),
        (measurement_in("TF1", 1, 1, unit="kg"), IncompatibleUnit),
        (measurement_in("TF1", 10**12, "0.00000001"), QuantityOutOfRange),
        (measurement_in("ACT_OPEN", 1), NotMeasuredByPeople),
        (measurement_in("NOTHING", 1), NotFound),
        (measurement_in("EAU_TOT", 1, site=World().division), NotASite),
        (measurement_in("EAU_TOT", 1, site=uuid4()), NotFound),
    ],
)
def test_a_measurement_that_makes_no_sense_is_refused(
    world: World, data: MeasurementIn, refusal: type[Exception]
) -> None:
    defined(definition_in())
    defined(ratio_in())

    with pytest.raises(refusal):
        reported(data)


def test_another_sites_measurement_does_not_exist(world: World) -> None:
    defined(definition_in())

    with pytest.raises(NotFound):
        reported(measurement_in("EAU_TOT", 1, site=world.lille), by=world.alice)


def test_a_reader_reports_nothing(world: World) -> None:
    with pytest.raises(Forbidden):
        world.bob.require(MEASURE)


def test_a_correction_keeps_the_old_value_who_and_why(world: World, work: Work, bus: Bus) -> None:
    defined(definition_in())
    measurement = reported(measurement_in("EAU_TOT", 1200), by=world.alice)
    bus.deliver_all()

    reason = "Index du compteur mal lu"
    with work("indicators", world.paul, MEASURE) as uow:
        data = CorrectionIn(version=1, numerator=Decimal(120), reason=reason)
        commands.correct(uow, measurement.id, data)
    bus.deliver_all()

    assert numbers("EAU_TOT", [world.lyon, world.group]) == [120, 120]
    with work("indicators", world.bob, "indicators:read") as uow:
        [last, first] = changes(uow, measurement.id).items
    assert (first.actor_name, last.actor_name) == ("Alice", "Paul")
    assert [Decimal(number) for number in last.diff["numerator"]] == [1200, 120]
    assert last.diff["reason"] == ["", reason]


def test_a_correction_is_made_on_the_version_that_was_shown(world: World, work: Work) -> None:
    defined(definition_in())
    measurement = reported(measurement_in("EAU_TOT", 1200))

    data = CorrectionIn(version=2, numerator=Decimal(120), reason="Mal lu")
    with work("indicators", world.alice, MEASURE) as uow, pytest.raises(StaleVersion):
        commands.correct(uow, measurement.id, data)


def test_a_correction_elsewhere_does_not_exist(world: World, work: Work) -> None:
    defined(definition_in())
    measurement = reported(measurement_in("EAU_TOT", 1200))

    data = CorrectionIn(version=1, numerator=Decimal(120), reason="Mal lu")
    with work("indicators", world.charlie, MEASURE) as uow, pytest.raises(NotFound):
        commands.correct(uow, measurement.id, data)


def test_a_correction_follows_the_same_rules(world: World, work: Work) -> None:
    defined(ratio_in())
    measurement = reported(measurement_in("TF1", 1, 1000))

    data = CorrectionIn(version=1, numerator=Decimal(1), reason="Heures perdues")
    with work("indicators", world.alice, MEASURE) as uow, pytest.raises(DenominatorMissing):
        commands.correct(uow, measurement.id, data)


def test_what_is_reported_after_a_period_ended_raises_its_alert(world: World, bus: Bus) -> None:
    defined(definition_in(target=50, alert=100))

    reported(measurement_in("EAU_TOT", 120, period=date(2030, 1, 1)))
    assert bus.published(AlertRaised) == []

    reported(measurement_in("EAU_TOT", 120, period=date(2030, 2, 1)))
    assert [e.period for e in bus.published(AlertRaised)] == [date(2030, 2, 1)]


def test_a_late_report_does_not_overrule_a_newer_one(world: World) -> None:
    defined(definition_in(target=50, alert=100))
    reported(measurement_in("EAU_TOT", 10, period=MARCH))

    reported(measurement_in("EAU_TOT", 120, period=date(2030, 2, 1)))

    assert alerts("EAU_TOT") == []


def test_a_new_edition_has_other_bounds_and_judges_from_then_on(world: World, work: Work) -> None:
    old = edition("ACT_RETARD")
    tell(opened(on=date(2030, 2, 1), due=date(2030, 2, 10)), on=date(2030, 2, 15))
    february = date(2030, 2, 1)

    with work("indicators", world.greta, DEFINE) as uow:
        data = definition_in("ACT_RETARD", unit="nb", source=Source.OVERDUE_ACTIONS, alert=0)
        new = method.redefine(uow, old.id, data)
    tell(opened(on=date(2030, 2, 1), due=date(2030, 2, 10)))

    before, after = value("ACT_RETARD", period=february), value("ACT_RETARD")
    assert before is not None
    assert after is not None
    assert (before.definition_id, before.status) == (old.id, Status.ORANGE)
    assert before.value == 2
    assert (after.definition_id, after.status) == (new.id, Status.RED)
    assert (new.edition, edition("ACT_RETARD").id) == (2, new.id)


def test_an_edition_is_superseded_once(world: World, work: Work) -> None:
    old = defined(definition_in())

    with work("indicators", world.greta, DEFINE) as uow:
        method.redefine(uow, old.id, definition_in(target=5))
        with pytest.raises(AlreadySuperseded):
            method.redefine(uow, old.id, definition_in(target=6))


@pytest.mark.parametrize(
    "changed",
    [
        {"unit": "L"},
        {"aggregation": Aggregation.RATIO_OF_SUMS},
        {"factor": 100},
        {"frequency": Frequency.YEAR},
        {"source": Source.OPEN_ACTIONS},
        {"code": "EAU_INT"},
    ],
)
def test_a_new_edition_keeps_the_meaning(
    world: World, work: Work, changed: dict[str, object]
) -> None:
    old = defined(definition_in())

    with work("indicators", world.greta, DEFINE) as uow, pytest.raises(MeaningChanged) as refused:
        method.redefine(uow, old.id, definition_in().model_copy(update=changed))

    assert refused.value.facts["kept"] == next(iter(changed))


def test_a_definition_must_make_sense(world: World) -> None:
    with pytest.raises(BoundsCrossed):
        defined(definition_in(target=10, alert=5))
    with pytest.raises(SourceDoesNotFit):
        defined(definition_in("TF9", source=Source.CLOSED_ON_TIME))


def test_figures_are_seen_only_by_those_whose_grants_cover_the_place(
    world: World, bus: Bus
) -> None:
    defined(definition_in())
    reported(measurement_in("EAU_TOT", 120))
    bus.deliver_all()

    def seen(actor: Actor) -> int:
        with unit_of_work("indicators", actor, permission="indicators:read") as uow:
            return len(uow.session.scalars(uow.select(Value)).all())

    assert [seen(a) for a in (world.bob, world.charlie, world.greta, SYSTEM)] == [1, 0, 3, 3]
