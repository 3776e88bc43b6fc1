"""Formulas: named amounts become a numerator and a denominator, exactly."""

from decimal import Decimal
from typing import Any

import pytest

from services.indicators.aggregation import rounded, value_of
from services.indicators.definition_schemas import Component
from services.indicators.errors import (
    AmountsMissing,
    AmountsUnknown,
    ChainNeedsPlainSteps,
    ComponentTwice,
    FormulaNeedsSides,
)
from services.indicators.formula import Formula
from services.indicators.schemas import Aggregation, Side
from services.indicators.shipped import definitions


def part(code: str, side: Side = Side.NUMERATOR, weight: str = "1") -> Component:
    name = f"Part {code}"
    return Component(code=code, name_fr=name, name_en=name, side=side, weight=Decimal(weight))


def formula(aggregation: Aggregation, *parts: Component) -> Formula:
    return Formula(aggregation, parts)


# Indicator, its amounts, the figure: the worked examples of the domain.
WORKED: list[tuple[str, dict[str, Any], str]] = [
    (
        "COQ",  # (40 + 110 + 180 + 70) / 12 500 = 3.2 %
        {"PREVENTION": 40, "APPRAISAL": 110, "INTERNAL": 180, "EXTERNAL": 70, "TURNOVER": 12500},
        "3.2",
    ),
    ("COPQ", {"INTERNAL": 180, "EXTERNAL": 70, "TURNOVER": 12500}, "2"),
    ("RTY", {"STEP_1": "0.95", "STEP_2": "0.98", "STEP_3": "0.99"}, "92.169"),
    (
        "COV_TOT",  # 100 - 35 - 12 - 5 - 10 = 38 t
        {"I1": 100, "O5": 35, "O6": 12, "O7": 5, "O8": 10},
        "38",
    ),
    (
        "COV_DIFF",  # (100 - 8 - 35 - 12 - 5 - 10) / (100 + 20) = 30 / 120 = 25 %
        {"I1": 100, "O1": 8, "O5": 35, "O6": 12, "O7": 5, "O8": 10, "INPUT": 120},
        "25",
    ),
    (
        "GES_S1",  # 50 + 2 x 29.8 + 0.1 x 273 + 0.001 x 25 200 = 162.1 t
        {"COMBUSTION": 50, "PROCESS": "27.3", "FUGITIVE": "25.2", "MOBILE": "59.6"},
        "162.1",
    ),
    ("TF1", {"LTI": 2, "HOURS": 150000}, "13.33333333"),
    ("TF2", {"LTI": 2, "NO_LOST": 3, "HOURS": 150000}, "33.33333333"),
    ("PPM_CLIENT", {"DEFECTIVE": 120, "DELIVERED": 1000000}, "120"),
    ("DECH_VAL", {"REUSED": 200, "RECYCLED": 100, "RECOVERED": 20, "TOTAL": 400}, "80"),
    ("EN_INT", {"ENERGY": 5200, "PRODUCTION": 8000}, "0.65"),
]


@pytest.mark.parametrize(("code", "amounts", "figure"), WORKED, ids=[row[0] for row in WORKED])
def test_the_shipped_formulas_give_the_worked_figures(
    code: str, amounts: dict[str, Any], figure: str
) -> None:
    data = definitions()[code]
    made = formula(data.aggregation, *data.components)
    made.require_coherent()
    sides = made.combined({name: Decimal(amount) for name, amount in amounts.items()})
    value = value_of(data.aggregation, data.factor, *sides)
    assert value is not None
    assert rounded(value) == Decimal(figure)


def test_every_shipped_indicator_is_coherent_and_named_in_both_languages() -> None:
    assert len(definitions()) == 37
    for code, data in definitions().items():
        assert data.code == code
        assert not data.everywhere
        formula(data.aggregation, *data.components).require_coherent()
        assert all(p.name_fr and p.name_en for p in data.components), code


def test_weights_may_take_away() -> None:
    made = formula(Aggregation.SUM, part("IN"), part("OUT", weight="-0.5"))
    assert list(made.combined({"IN": Decimal(3), "OUT": Decimal(4)})) == [1, None]


def test_a_figure_with_one_part_a_side_is_given_by_its_sides() -> None:
    plain = formula(Aggregation.RATIO_OF_SUMS, part("N"), part("D", Side.DENOMINATOR))
    assert not plain.is_composed
    assert not formula(Aggregation.SUM).is_composed
    assert formula(Aggregation.SUM, part("N", weight="2")).is_composed
    assert formula(Aggregation.SUM, part("A"), part("B")).is_composed


@pytest.mark.parametrize(
    ("aggregation", "parts", "refusal"),
    [
        (Aggregation.SUM, [part("A"), part("A")], ComponentTwice),
        (Aggregation.SUM, [part("A"), part("B", Side.DENOMINATOR)], FormulaNeedsSides),
        (Aggregation.RATIO_OF_SUMS, [part("A")], FormulaNeedsSides),
        (Aggregation.RATIO_OF_SUMS, [part("A", Side.DENOMINATOR)], FormulaNeedsSides),
        (Aggregation.PRODUCT_CHAIN, [part("A", weight="2")], ChainNeedsPlainSteps),
    ],
)
def test_a_formula_that_makes_no_sense_is_refused(
    aggregation: Aggregation, parts: list[Component], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        formula(aggregation, *parts).require_coherent()


def test_all_parts_are_given_and_no_other() -> None:
    made = formula(Aggregation.SUM, part("A"), part("B"))
    with pytest.raises(AmountsMissing, match="B"):
        made.combined({"A": Decimal(1)})
    with pytest.raises(AmountsUnknown, match="C"):
        made.combined({"A": Decimal(1), "B": Decimal(1), "C": Decimal(1)})


def test_other_names_mean_the_same_and_other_weights_do_not() -> None:
    made = formula(Aggregation.SUM, part("A"), part("B"))
    renamed = part("A").model_copy(update={"name_fr": "Autrement dit"})
    assert made.means_the_same([part("B"), renamed])
    assert not made.means_the_same([part("A"), part("B", weight="2")])
    assert not made.means_the_same([part("A")])
