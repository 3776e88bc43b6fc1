"""The vectors of the domain notes for run rules: indices from 0, of the point that completes."""

from typing import NamedTuple

import numpy as np
import pytest

from services.indicators.schemas import Direction
from services.indicators.statistics.attributes import c_chart
from services.indicators.statistics.control import Phase
from services.indicators.statistics.rules import DEFAULTS, broken
from services.indicators.statistics.schemas import Chart, Judgement, Rule, Side
from services.indicators.statistics.signals import Signal, signals
from services.indicators.statistics.variables import imr_charts

Broken = dict[int, list[int]]


class Case(NamedTuple):
    name: str
    z: list[float]
    nelson: Broken
    western_electric: Broken


EIGHT = [0.5, 0.2, 0.9, 0.1, 0.4, 0.3, 0.8, 0.6]
HUGGING = [0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8, 0.9, -0.1, 0.2, -0.3, 0.4, -0.5, 0.6]
ALTERNATING = [0.3, -0.2, 0.4, -0.1, 0.2, -0.3, 0.5, -0.4, 0.1, -0.2, 0.3, -0.5, 0.4, -0.1]
CASES = [
    Case("beyond 3", [0.2, -0.5, 3.1, 0.4], {1: [2]}, {1: [2]}),
    Case("on 3", [0.2, -0.5, 3.0, 0.4], {}, {}),
    Case("nine on a side", [*EIGHT, 0.2, -0.1], {2: [8]}, {4: [7, 8]}),
    Case("eight on a side", [*EIGHT, -0.1], {}, {4: [7]}),
    Case("one on the centre", [*EIGHT[:4], 0.0, 0.3, 0.8, 0.6, 0.2, 0.4], {}, {}),
    Case("six rising", [-0.9, -0.5, -0.1, 0.2, 0.6, 0.9, 0.3], {3: [5]}, {}),
    Case("a tie", [-0.9, -0.5, -0.1, -0.1, 0.6, 0.9], {}, {}),
    Case("alternating", ALTERNATING, {4: [13]}, {}),
    Case("two of three", [0.1, 2.2, 0.3, 2.4, 0.2], {5: [3]}, {2: [3]}),
    Case("on opposite sides", [0.1, 2.2, -2.4, 0.2], {}, {}),
    Case("four of five", [0.2, 1.2, 1.3, 0.4, 1.5, 1.1, 0.0], {6: [5]}, {3: [5]}),
    Case("hugging", HUGGING, {4: [13, 14], 7: [14]}, {}),
    Case("outside 1", [1.2, -1.3, 1.4, -1.5, 1.6, 1.7, -1.8, 1.9], {8: [7]}, {}),
    Case(
        "outside 1 on one side",
        [1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9],
        {3: [5, 6, 7], 6: [4, 5, 6, 7]},
        {3: [4, 5, 6, 7], 4: [7]},
    ),
    Case("hugging up to 1", [*HUGGING[:8], 1.0, *HUGGING[9:]], {4: [13, 14]}, {}),
    Case("on 1", [1.2, -1.3, 1.4, -1.5, 1.6, 1.7, -1.0, 1.9], {}, {}),
    Case("on 2", [0.1, 2.2, 0.3, 2.0, 0.2], {}, {}),
    Case("clean", [0.1, -0.7, 1.2, -0.3, 0.4, -1.1, 0.6, 0.2, -0.4, 0.9], {}, {}),
]


def by_rule(z: list[float], name: str, last: int) -> Broken:
    found = {number: list(broken(Rule(f"{name}_{number}"), z)) for number in range(1, last + 1)}
    return {number: indices for number, indices in found.items() if indices}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("mirror", [1, -1])
def test_rules_are_broken_where_the_notes_say(case: Case, mirror: int) -> None:
    z = [mirror * value for value in case.z]

    assert by_rule(z, "nelson", 8) == case.nelson
    assert by_rule(z, "western_electric", 4) == case.western_electric


def test_a_gap_ends_every_pattern() -> None:
    for case in CASES:
        if len(case.z) > 4:
            holed = [*case.z]
            holed[3] = np.nan
            for rule in list(Rule):
                kept = set(broken(rule, case.z[4:]))
                assert {index - 4 for index in broken(rule, holed) if index > 3} == kept


def test_a_point_on_the_centre_is_on_no_side_however_the_mean_is_rounded() -> None:
    values = [0.1, 0.1, 0.2, 0.3, 0.3, *[0.2] * 9]
    chart, _ = imr_charts(values)

    assert chart.centre[0] != 0.2
    assert chart.z[2] == 0
    assert signals(chart, Direction.LOW, rules=[Rule.NELSON_2]) == ()


def test_the_default_rules_are_those_of_the_notes() -> None:
    numbers = {chart: [int(rule[-1]) for rule in rules] for chart, rules in DEFAULTS.items()}

    assert numbers == {
        Chart.INDIVIDUALS: [1, 2, 3, 5, 6],
        Chart.AVERAGE: [1, 2, 3, 5, 6],
        Chart.MOVING_RANGE: [1],
        Chart.RANGE: [1],
        Chart.PROPORTION: [1, 2, 3],
        Chart.NUMBER_DEFECTIVE: [1, 2, 3],
        Chart.COUNT: [1, 2, 3],
        Chart.RATE: [1, 2, 3],
    }


LEVEL = [10.1, 9.8, 10.2, 9.9, 10.3, 9.7, 10.0, 10.1, 9.9, 10.2, 9.8, 10.0]


@pytest.mark.parametrize(
    ("direction", "judgement"),
    [
        (Direction.LOW, Judgement.DEGRADATION),
        (Direction.HIGH, Judgement.IMPROVEMENT),
        (Direction.BAND, Judgement.CHANGE),
    ],
)
def test_a_signal_is_good_or_bad_by_the_indicators_better_side(
    direction: Direction, judgement: Judgement
) -> None:
    chart, _ = imr_charts([*LEVEL, 12.0], [Phase(baseline=12)])

    assert signals(chart, direction) == (Signal(Rule.NELSON_1, 12, 12, Side.UP, judgement),)


@pytest.mark.parametrize(
    ("band", "judgement"),
    [
        ((9.0, 11.0), Judgement.DEGRADATION),
        ((11.5, 12.5), Judgement.IMPROVEMENT),
        ((5.0, 15.0), Judgement.CHANGE),
    ],
)
def test_in_a_band_nearer_is_better(band: tuple[float, float], judgement: Judgement) -> None:
    chart, _ = imr_charts([*LEVEL, 12.0], [Phase(baseline=12)])

    (signal,) = signals(chart, Direction.BAND, band=band)

    assert signal.judgement is judgement


def test_more_spread_is_worse_whatever_the_direction() -> None:
    _, ranges = imr_charts([*LEVEL, 12.0], [Phase(baseline=12)])

    (signal,) = signals(ranges, Direction.HIGH)

    assert (signal.index, signal.judgement) == (12, Judgement.DEGRADATION)


def test_a_signal_names_the_points_of_its_pattern() -> None:
    chart = c_chart([5] * 12 + [6, 4] + [7] * 9, [Phase(baseline=14)])

    assert signals(chart, Direction.LOW) == (
        Signal(Rule.NELSON_2, 14, 22, Side.UP, Judgement.DEGRADATION),
    )


def test_a_pattern_without_a_side_is_only_a_change() -> None:
    chart, _ = imr_charts([10 + value for value in HUGGING])

    found = signals(chart, Direction.LOW, rules=[Rule.NELSON_4])

    assert [(signal.side, signal.judgement) for signal in found] == [(None, Judgement.CHANGE)] * 2


def test_a_run_does_not_reach_into_another_phase() -> None:
    rising = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]

    whole, _ = imr_charts(rising)
    cut, _ = imr_charts(rising, [Phase(), Phase(3)])

    assert [s.index for s in signals(whole, Direction.LOW, rules=[Rule.NELSON_3])] == [5, 6]
    assert signals(cut, Direction.LOW, rules=[Rule.NELSON_3]) == ()
