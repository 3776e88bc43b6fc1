"""How an indicator comes to be: adopted, discussed, validated, and measured by choice."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from services.indicators.errors import (
    AmountsMissing,
    CountedEverywhere,
    ImplausibleLimits,
    MeaningChanged,
    NoLongerMeasuredHere,
    NotMeasuredHere,
    OwnerNotKnown,
    SidesUnwanted,
)
from services.indicators.events import ConsultationAsked, InstanceChanged
from services.indicators.method import commands
from services.indicators.method.errors import (
    AlreadyMeasuredHere,
    AnswersAwaited,
    AskedAlready,
    IndicatorNotShipped,
    MeasuredEverywhere,
    MethodNotInForce,
    NobodyWasConsulted,
    OpinionNeedsReason,
    PersonNotKnown,
    SaidAlready,
    ValidatedAlready,
    ValidatorDefinedIt,
)
from services.indicators.method.schemas import (
    AskIn,
    EndIn,
    Opinion,
    SayIn,
    ValidateIn,
)
from services.indicators.models import Definition, Instance
from services.indicators.queries import unreported
from services.indicators.schemas import Aggregation, MeasurementIn, Source, Status
from shared.auth import Actor
from shared.errors import Forbidden, NotFound
from shared.work import unit_of_work
from tests.helpers import Bus
from tests.indicators import factories as figures
from tests.indicators.factories import MARCH, TODAY, at, defined, definition_in, number, value
from tests.world import WORLD, World


def adopted(code: str, by: Actor = WORLD.greta) -> Definition:
    with unit_of_work("indicators", by, permission="indicators:define") as uow:
        return commands.adopt(uow, code)


def validated(definition: Definition, by: Actor = WORLD.hugo) -> Definition:
    with unit_of_work("indicators", by, permission="indicators:define") as uow:
        return commands.validate(uow, definition.id, ValidateIn(version=definition.version))


def ended(instance: Instance, by: Actor = WORLD.greta, on: date = TODAY) -> Instance:
    with unit_of_work("indicators", by, permission="indicators:measure", now=at(on)) as uow:
        return commands.measure_no_longer(uow, instance.id, EndIn(version=instance.version))


def put(code: str, amounts: Mapping[str, object], **facts: object) -> MeasurementIn:
    usual = {"code": code, "site_id": WORLD.lyon, "period": MARCH, "amounts": amounts}
    return MeasurementIn.model_validate(usual | facts)


# --- the catalogue, and the sites that measure ---------------------------------------------------


def test_an_adopted_indicator_is_measured_nowhere_until_a_site_says_so(world: World) -> None:
    adopted("TF2")
    data = put("TF2", {"LTI": 2, "NO_LOST": 3, "HOURS": 150000})
    with pytest.raises(NotMeasuredHere):
        figures.reported(data)

    figures.measured_at("TF2")
    measurement = figures.reported(data, by=world.alice)

    assert [measurement.numerator, measurement.denominator] == [5, 150000]
    assert measurement.amounts == {"LTI": "2", "NO_LOST": "3", "HOURS": "150000"}
    assert number("TF2") == Decimal("33.33333333")


def test_what_is_adopted_twice_or_not_shipped_is_refused(world: World) -> None:
    adopted("TF1")
    with pytest.raises(Exception, match="TF1"):
        adopted("TF1")
    with pytest.raises(IndicatorNotShipped):
        adopted("TF9")
    with pytest.raises(Forbidden):
        adopted("TF3", by=world.alice)


def test_a_figure_is_complete_when_the_sites_that_measure_it_reported(
    world: World, bus: Bus
) -> None:
    """Lyon and Lille measure it, Brest does not: two of two make the group's figure complete."""
    adopted("EAU_TOT")
    for site, water in ((world.lyon, 120), (world.lille, 80)):
        figures.measured_at("EAU_TOT", site)
        figures.reported(figures.measurement_in("EAU_TOT", water, site=site))
        bus.deliver_all()

    of_group = value("EAU_TOT", world.group)
    assert of_group is not None
    assert [of_group.value, of_group.reporting, of_group.expected] == [200, 2, 2]

    figures.measured_at("EAU_TOT", world.brest)
    bus.deliver_all()

    of_group = value("EAU_TOT", world.group)
    assert of_group is not None
    assert (of_group.reporting, of_group.expected, of_group.status) == (2, 3, Status.GREY)
    assert len(bus.published(InstanceChanged)) == 3


def test_a_site_that_stops_is_expected_no_longer_and_keeps_what_it_reported(
    world: World, bus: Bus
) -> None:
    adopted("EAU_TOT")
    instance = figures.measured_at("EAU_TOT")
    figures.reported(figures.measurement_in("EAU_TOT", 120))
    ended(instance)
    bus.deliver_all()
    with pytest.raises(NoLongerMeasuredHere):
        ended(figures.instance_of(instance.id))

    assert number("EAU_TOT") == 120
    later = put("EAU_TOT", {}, numerator=1, period=date(2030, 4, 2))
    with pytest.raises(NotMeasuredHere):
        figures.reported(later, on=date(2030, 5, 2))
    figures.measured_at("EAU_TOT", since=date(2030, 4, 1))
    figures.reported(later, on=date(2030, 5, 2))


def test_a_site_that_stops_and_begins_again_is_one_site(world: World, bus: Bus) -> None:
    adopted("EAU_TOT")
    ended(figures.measured_at("EAU_TOT", since=MARCH))
    figures.measured_at("EAU_TOT", since=MARCH)
    figures.reported(figures.measurement_in("EAU_TOT", 120))
    bus.deliver_all()

    of_group = value("EAU_TOT", world.group)
    assert of_group is not None
    assert (of_group.reporting, of_group.expected) == (1, 1)


def test_a_site_is_added_once_and_by_whoever_measures_there(world: World) -> None:
    adopted("EAU_TOT")
    figures.measured_at("EAU_TOT", by=world.alice)
    with pytest.raises(AlreadyMeasuredHere):
        figures.measured_at("EAU_TOT")
    with pytest.raises(NotFound):
        figures.measured_at("EAU_TOT", world.lyon, by=world.charlie)
    defined(definition_in("EAU_2"))
    with pytest.raises(MeasuredEverywhere):
        figures.measured_at("EAU_2")
    with pytest.raises(MeasuredEverywhere):
        figures.measured_at("ACT_OPEN")


# --- what a figure is made of --------------------------------------------------------------------


def test_parts_are_given_all_and_alone(world: World) -> None:
    adopted("COPQ")
    figures.measured_at("COPQ")
    with pytest.raises(AmountsMissing, match="EXTERNAL"):
        figures.reported(put("COPQ", {"INTERNAL": 180, "TURNOVER": 12500}))
    whole = {"INTERNAL": 180, "EXTERNAL": 70, "TURNOVER": 12500}
    with pytest.raises(SidesUnwanted):
        figures.reported(put("COPQ", whole, numerator=250))
    figures.reported(put("COPQ", whole))
    assert number("COPQ") == 2


def test_a_chain_is_shown_site_by_site_only(world: World, bus: Bus) -> None:
    """A mean of yields is no yield: the group has none."""
    adopted("RTY")
    figures.measured_at("RTY")
    figures.reported(put("RTY", {"STEP_1": "0.95", "STEP_2": "0.98", "STEP_3": "0.99"}))
    bus.deliver_all()
    assert number("RTY") == Decimal("92.169")
    assert value("RTY", world.group) is None


def test_of_many_sites_the_highest_counts_where_that_is_the_rule(world: World, bus: Bus) -> None:
    defined(definition_in("BRUIT", aggregation=Aggregation.MAX, unit="dB", target=80, alert=85))
    for site, noise in ((world.lyon, 79), (world.lille, 88), (world.brest, 70)):
        figures.reported(figures.measurement_in("BRUIT", noise, site=site))
        bus.deliver_all()
    of_group = value("BRUIT", world.group)
    assert of_group is not None
    assert [of_group.value, of_group.status] == [88, Status.RED]


def test_a_new_edition_keeps_the_formula_but_not_its_words(world: World) -> None:
    old = adopted("COPQ")
    body = definition_in("COPQ", unit="%", aggregation="RATIO_OF_SUMS", factor=100)
    with (
        unit_of_work("indicators", world.greta, permission="indicators:define") as uow,
        pytest.raises(MeaningChanged, match="components"),
    ):
        commands.redefine(uow, old.id, body)
    same = body.model_copy(update={"components": list(old.formula.components)})
    with unit_of_work("indicators", world.greta, permission="indicators:define") as uow:
        assert commands.redefine(uow, old.id, same).edition == 2


def test_what_is_counted_is_counted_everywhere(world: World) -> None:
    counted = definition_in("ACTIONS", source=Source.OPEN_ACTIONS)
    assert defined(counted).everywhere
    with pytest.raises(CountedEverywhere):
        defined(counted.model_copy(update={"code": "ACTIONS_2", "everywhere": False}))


def test_plausible_limits_and_owner_make_sense(world: World) -> None:
    with pytest.raises(ImplausibleLimits):
        defined(definition_in(plausible_min=9, plausible_max=1))
    with pytest.raises(OwnerNotKnown):
        defined(definition_in(owner_id=uuid4()))
    assert defined(definition_in(owner_id=world.paul.id)).owner_id == world.paul.id


# --- those concerned, and the validation ---------------------------------------------------------


def test_a_method_is_validated_once_those_asked_have_answered(world: World, bus: Bus) -> None:
    definition = defined(definition_in())
    with pytest.raises(NobodyWasConsulted):
        validated(definition)
    asked = figures.asked(definition.id, world.paul)
    [event] = bus.published(ConsultationAsked)
    assert (event.person_id, event.code) == (world.paul.id, "EAU_TOT")
    with pytest.raises(AnswersAwaited):
        validated(definition)

    said = figures.said(asked, world.paul, Opinion.RESERVES)
    assert (said.opinion, said.said) == (Opinion.RESERVES, "Les heures des intérimaires ?")
    done = validated(definition)
    assert done.validated_by == world.hugo.id
    with pytest.raises(ValidatedAlready):
        validated(done)
    with pytest.raises(ValidatedAlready):
        figures.asked(definition.id, world.bob)


def test_nobody_validates_what_they_defined_or_answer_for(world: World) -> None:
    mine = figures.defined(definition_in("EAU_1"))
    owned = figures.defined(definition_in("EAU_2", owner_id=world.hugo.id))
    for definition, by in ((mine, world.greta), (owned, world.hugo)):
        figures.said(figures.asked(definition.id, world.bob), world.bob)
        with pytest.raises(ValidatorDefinedIt):
            validated(definition, by=by)
    with pytest.raises(Forbidden):
        validated(mine, by=world.alice)


def test_only_who_was_asked_answers_and_only_once(world: World) -> None:
    asked = figures.asked(defined(definition_in()).id, world.paul)
    with pytest.raises(NotFound):
        figures.said(asked, world.bob)
    unsaid = SayIn(version=asked.version, opinion=Opinion.DISAGREES)
    with (
        unit_of_work("indicators", world.paul, permission="indicators:read") as uow,
        pytest.raises(OpinionNeedsReason),
    ):
        commands.say(uow, asked.id, unsaid)
    said = figures.said(asked, world.paul)
    with pytest.raises(SaidAlready):
        figures.said(said, world.paul)


def test_people_are_asked_once_and_about_what_is_in_force(world: World) -> None:
    old = defined(definition_in())
    figures.asked(old.id, world.paul)
    with pytest.raises(AskedAlready, match="Paul"):
        figures.asked(old.id, world.paul)
    nobody = AskIn(person_id=uuid4())
    with unit_of_work("indicators", world.greta, permission="indicators:define") as uow:
        with pytest.raises(PersonNotKnown):
            commands.ask(uow, old.id, nobody)
        commands.redefine(uow, old.id, definition_in(target=5))
    with pytest.raises(MethodNotInForce):
        figures.asked(old.id, world.bob)


def test_a_site_is_asked_for_what_it_measures(world: World) -> None:
    """Of what is measured where somebody chose to, only those sites are waited for."""
    adopted("EAU_TOT")
    figures.measured_at("EAU_TOT")

    def waited_for(who: Actor) -> set[str]:
        with unit_of_work("indicators", who, permission="indicators:read", now=at(TODAY)) as uow:
            rows = uow.session.execute(unreported(uow, None)).all()
        return {f"{row.site_id}: {row.due_on}" for row in rows}

    assert waited_for(world.greta) == {f"{world.lyon}: 2030-03-15"}
    assert waited_for(world.charlie) == set()
