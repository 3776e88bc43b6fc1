from typing import Any

import pytest
from pydantic import ValidationError

from services.risk import commands
from services.risk.errors import BandsNotAscending, LevelWithoutBand, RatingOffScale
from services.risk.events import RiskAssessed, RiskEscalated
from services.risk.models import Risk
from services.risk.schemas import Domain, MethodIn, RatingIn, ResidualIn, RiskIn
from shared.errors import Forbidden, NotFound, StaleVersion
from shared.work import unit_of_work
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import WORLD, World, id_of


def risk_in(gravity: int | None = 2, probability: int = 2, **changes: Any) -> RiskIn:  # noqa: ANN401
    values = {
        "site_id": WORLD.lyon,
        "domain": Domain.SAFETY,
        "title": "Écrasement de la main",
        "method_reason": "Grille du groupe, connue des équipes.",
        "initial": gravity and RatingIn(gravity=gravity, probability=probability),
    }
    return RiskIn.model_validate(values | changes)


def assessed(gravity: int | None = 2, probability: int = 2) -> Risk:
    with unit_of_work("risk", WORLD.alice, permission="risk:write") as uow:
        return commands.assess_risk(uow, risk_in(gravity, probability))


def residual(risk: Risk, gravity: int, probability: int) -> Risk:
    data = ResidualIn(
        residual=RatingIn(gravity=gravity, probability=probability),
        measures="Verrouillage et commande bimanuelle",
        version=risk.version,
    )
    with unit_of_work("risk", WORLD.alice, permission="risk:write") as uow:
        return commands.rate_residual(uow, risk.id, data)


def test_a_rating_keeps_score_level_and_the_edition_it_was_made_with(world: World) -> None:
    risk = assessed(3, 3)

    assert (risk.initial_score, risk.initial_level, risk.residual_score) == (9, 3, None)
    assert risk.method_id is not None


def test_what_is_not_rated_is_null_and_not_announced(world: World, bus: Bus) -> None:
    risk = assessed(None)

    assert (risk.initial_score, risk.level) == (None, None)
    assert bus.published(RiskAssessed) == []


def test_an_unacceptable_risk_is_escalated_once(world: World, bus: Bus) -> None:
    risk = assessed(4, 3)
    residual(risk, 4, 4)

    assert len(bus.published(RiskEscalated)) == 1
    assert [event.level for event in bus.published(RiskAssessed)] == [4, 4]


def test_a_risk_that_fell_and_grew_again_is_escalated_again(world: World, bus: Bus) -> None:
    risk = residual(assessed(4, 3), 3, 2)
    assert risk.escalated_at is None

    residual(risk, 4, 4)

    assert len(bus.published(RiskEscalated)) == 2


def test_an_acceptable_risk_is_not_escalated(world: World, bus: Bus) -> None:
    assessed(3, 3)

    assert bus.published(RiskEscalated) == []


def test_a_rating_is_on_the_methods_scale(world: World, work: Work, bus: Bus) -> None:
    with work("risk", world.alice, "risk:write") as uow, pytest.raises(RatingOffScale):
        commands.assess_risk(uow, risk_in(5, 2))

    assert bus.published(RiskAssessed) == []


def test_the_choice_of_a_method_is_justified_in_writing(world: World) -> None:
    with pytest.raises(ValidationError, match="method_reason"):
        risk_in(method_reason="")


def test_an_unknown_method_is_refused(world: World, work: Work) -> None:
    with work("risk", world.alice, "risk:write") as uow, pytest.raises(NotFound):
        commands.assess_risk(uow, risk_in(method="KINNEY"))


def test_a_residual_rating_is_made_on_the_version_that_was_shown(world: World, work: Work) -> None:
    risk = assessed()
    rating = RatingIn(gravity=1, probability=1)
    data = ResidualIn(residual=rating, measures="Aucune autre", version=risk.version + 1)

    with work("risk", world.alice, "risk:write") as uow, pytest.raises(StaleVersion):
        commands.rate_residual(uow, risk.id, data)


def test_another_sites_risk_does_not_exist_and_a_reader_may_not_rate(
    world: World, work: Work
) -> None:
    risk = assessed()
    rating = RatingIn(gravity=1, probability=1)
    data = ResidualIn(residual=rating, measures="Aucune autre", version=risk.version)

    with work("risk", world.charlie, "risk:write") as uow, pytest.raises(NotFound):
        commands.rate_residual(uow, risk.id, data)
    with work("risk", world.bob, "risk:write") as uow, pytest.raises(Forbidden):
        commands.rate_residual(uow, risk.id, data)


def test_a_risk_sent_twice_is_entered_once(world: World, work: Work, bus: Bus) -> None:
    data = risk_in(id=id_of("a risk"))

    with work("risk", world.alice, "risk:write") as uow:
        assert commands.assess_risk(uow, data).id == commands.assess_risk(uow, data).id

    assert len(bus.published(RiskAssessed)) == 1


def method_in(minima: list[int], **changes: Any) -> MethodIn:  # noqa: ANN401
    bands = [
        {"level": n, "minimum": m, "label_fr": "x", "label_en": "x"}
        for n, m in enumerate(minima, 1)
    ]
    return MethodIn.model_validate(
        {
            "code": "GP5",
            "name_fr": "Cinq niveaux",
            "name_en": "Five levels",
            "scale": 5,
            "bands": bands,
            "escalation_level": 2,
        }
        | changes
    )


@pytest.mark.parametrize("minima", [[2, 5], [1, 5, 4], [1, 1]])
def test_the_bands_of_a_method_ascend_from_one(world: World, work: Work, minima: list[int]) -> None:
    with work("risk", world.greta, "risk:configure") as uow, pytest.raises(BandsNotAscending):
        commands.add_method(uow, method_in(minima))


def test_a_superseded_method_stays_as_it_was(world: World, work: Work) -> None:
    with work("risk", world.greta, "risk:configure") as uow:
        first = commands.add_method(uow, method_in([1, 10]))
        second = commands.supersede_method(uow, first.id, method_in([1, 15]))

    assert (first.edition, second.edition, second.code) == (1, 2, "GP5")
    assert first.superseded_at is not None
    assert first.bands[1]["minimum"] == 10


@pytest.mark.parametrize("wrong", [{"escalation_level": 3}, {"grave_floor_level": 4}])
def test_a_method_escalates_and_floors_at_levels_it_has(
    world: World, work: Work, wrong: dict[str, int]
) -> None:
    with (
        work("risk", world.greta, "risk:configure") as uow,
        pytest.raises(LevelWithoutBand, match="one of 1, 2"),
    ):
        commands.add_method(uow, method_in([1, 10], **wrong))


def test_each_rating_keeps_its_edition_and_the_newer_one_decides(
    world: World, work: Work, bus: Bus
) -> None:
    with work("risk", world.greta, "risk:configure") as uow:
        first = commands.add_method(uow, method_in([1, 10]))
    with work("risk", world.alice, "risk:write") as uow:
        risk = commands.assess_risk(uow, risk_in(3, 3, method="GP5"))
    assert risk.escalated_at is None
    with work("risk", world.greta, "risk:configure") as uow:
        second = commands.supersede_method(uow, first.id, method_in([1, 9]))

    risk = residual(risk, 3, 3)

    assert (risk.method_id, risk.residual_method_id) == (first.id, second.id)
    assert (risk.initial_level, risk.residual_level) == (1, 2)
    assert [event.level for event in bus.published(RiskEscalated)] == [2]


def test_an_unrated_risk_escalates_when_its_residual_is_too_high(world: World, bus: Bus) -> None:
    risk = residual(assessed(None), 4, 3)

    assert (risk.initial_level, risk.level) == (None, 4)
    [event] = bus.published(RiskEscalated)
    assert (event.risk_id, event.site_id) == (risk.id, world.lyon)


def test_a_residual_rating_off_the_scale_changes_nothing(world: World, bus: Bus) -> None:
    risk = assessed(2, 2)

    with pytest.raises(RatingOffScale, match="GP4 rates from 1 to 4; 5"):
        residual(risk, 2, 5)

    assert [event.level for event in bus.published(RiskAssessed)] == [2]
