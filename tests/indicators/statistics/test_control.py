"""Control charts: the vectors of the domain notes, published data, and what has no limits."""

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from services.indicators.statistics.attributes import c_chart, np_chart, p_chart, u_chart
from services.indicators.statistics.control import ControlChart, Phase
from services.indicators.statistics.errors import (
    ImpossibleCount,
    LengthsDiffer,
    NotFinite,
    PhasesOutOfOrder,
    SubgroupSizeUnknown,
)
from services.indicators.statistics.schemas import Caution
from services.indicators.statistics.variables import imr_charts, xbar_r_charts

DATA = Path(__file__).parent / "data"
TWELVE = [52.1, 51.8, 52.4, 52.0, 51.6, 52.3, 52.2, 51.9, 52.5, 52.0, 51.7, 53.9]


def published(name: str) -> list[list[float]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return [[float(cell) for cell in row] for row in list(csv.reader(file))[1:]]


def first(chart: ControlChart) -> tuple[float, ...]:
    return tuple(float(part[0]) for part in (chart.centre, chart.lower, chart.upper, chart.sigma))


def test_individuals_and_their_moving_ranges() -> None:
    values, ranges = imr_charts(TWELVE)

    assert first(values) == pytest.approx((52.2, 50.652364, 53.747636, 0.515796), abs=1e-6)
    assert ranges.points[1:] == pytest.approx(
        [0.3, 0.6, 0.4, 0.4, 0.7, 0.1, 0.3, 0.6, 0.5, 0.3, 2.2]
    )
    assert first(ranges)[:3] == pytest.approx((0.581818, 0, 1.9008), abs=1e-6)
    assert (values.out, ranges.out) == ((11,), (11,))
    assert values.cautions == (Caution.FEW_POINTS,)


def test_limits_frozen_from_a_baseline_judge_what_comes_after() -> None:
    values, ranges = imr_charts(TWELVE, [Phase(baseline=11)])

    expected = (52.045455, 50.928255, 53.162655, 0.37234)
    assert first(values) == pytest.approx(expected, abs=1e-6)
    assert first(ranges)[:3] == pytest.approx((0.42, 0, 1.37214), abs=1e-6)
    assert (values.above, values.below) == ((11,), ())
    assert values.cautions == (Caution.TOO_FEW_POINTS,)


def test_p_limits_vary_with_the_size_and_stay_between_0_and_1() -> None:
    chart = p_chart([3, 5, 2, 8, 4, 12], [100, 120, 80, 150, 110, 100])

    assert chart.centre[0] == pytest.approx(0.051515, abs=1e-6)
    upper = [0.11783, 0.11205, 0.12566, 0.10566, 0.11474, 0.11783]
    assert chart.upper == pytest.approx(upper, abs=1e-5)
    assert chart.lower.tolist() == [0] * 6
    assert chart.out == (5,)
    assert p_chart([99, 100, 98], [100, 100, 100]).upper.tolist() == [1, 1, 1]


def test_u_limits_vary_with_the_exposure() -> None:
    chart = u_chart([4, 7, 3, 6, 15], [10, 12, 8, 11, 10])

    assert chart.centre[0] == pytest.approx(0.686275, abs=1e-6)
    assert chart.upper == pytest.approx([1.4722, 1.4037, 1.5649, 1.4356, 1.4722], abs=1e-4)
    assert chart.lower.tolist() == [0] * 5
    assert chart.out == (4,)


def test_c_limits() -> None:
    chart = c_chart([2, 3, 1, 4, 2, 9])

    assert first(chart)[:3] == pytest.approx((3.5, 0, 9.1125), abs=1e-4)
    assert chart.out == ()


def test_np_is_p_in_pieces() -> None:
    defectives = [row[1] for row in published("spc-canjuice.csv")]

    pieces, share = np_chart(defectives, 50), p_chart(defectives, [50] * 30)

    assert pieces.upper == pytest.approx(50 * share.upper)
    assert pieces.z == pytest.approx(share.z)


def test_piston_rings() -> None:
    means, ranges = xbar_r_charts(published("spc-pistonrings.csv"), [Phase(baseline=25)])

    assert first(means)[:3] == pytest.approx((74.001176, 73.988043, 74.014309), abs=1e-6)
    assert first(ranges)[:2] == pytest.approx((0.022760, 0), abs=1e-6)
    # 0.048115 is printed with a D4 of 2.114; three decimals of 1 + 3 d3 / d2 are 2.115.
    assert ranges.upper[0] == pytest.approx(0.048115, abs=3e-5)
    assert [index + 1 for index in means.out] == [37, 38, 39]
    assert ranges.out == ()
    assert means.cautions == ()


def test_circuit_boards() -> None:
    chart = c_chart([row[1] for row in published("spc-circuits.csv")])

    assert first(chart)[:3] == pytest.approx((19.846154, 6.481447, 33.210861), abs=1e-6)
    assert [index + 1 for index in chart.out] == [6, 20]


def test_cans() -> None:
    sizes, defectives = zip(*published("spc-canjuice.csv"), strict=True)

    chart = p_chart(defectives, sizes)

    assert first(chart)[:3] == pytest.approx((0.231333, 0.052428, 0.410239), abs=1e-6)
    assert [index + 1 for index in chart.out] == [15, 23]


def test_a_moving_range_does_not_reach_over_a_gap_nor_into_a_phase() -> None:
    values = [Decimal("5.0"), Decimal("5.5"), None, Decimal("9.0"), Decimal("9.5"), Decimal(20)]

    chart, ranges = imr_charts(values, [Phase(), Phase(5)])

    nothing = np.nan
    assert ranges.points == pytest.approx(
        [nothing, 0.5, nothing, nothing, 0.5, nothing], nan_ok=True
    )
    assert (chart.centre[0], ranges.centre[0]) == (7.25, 0.5)
    assert np.isnan(chart.z[2])


def test_points_left_out_of_a_baseline_take_their_ranges_along() -> None:
    marks = [True, True, True, False, True, True]

    chart, ranges = imr_charts([5.0, 6.0, 5.0, 50.0, 5.0, 6.0], [Phase(baseline=marks)])

    assert (chart.centre[0], ranges.centre[0]) == (5.4, 1)
    assert chart.phases[0].baseline == (0, 1, 2, 4, 5)
    assert chart.out == (3,)


def test_each_phase_has_limits_of_its_own() -> None:
    chart = c_chart([4] * 20 + [16] * 12 + [100] * 3, [Phase(), Phase(20, baseline=12)])

    assert [(p.start, p.stop, p.cautions) for p in chart.phases] == [
        (0, 20, ()),
        (20, 35, (Caution.FEW_POINTS,)),
    ]
    assert (chart.centre[19], chart.centre[20]) == (4, 16)
    assert chart.out == (32, 33, 34)


def test_without_variation_there_are_no_limits_and_nothing_is_out() -> None:
    constant, _ = imr_charts([0.1] * 24 + [0.1 + 1e-17, 7.0], [Phase(baseline=24)])
    never = u_chart([0] * 24 + [1], [10] * 25, [Phase(baseline=24)])

    for chart in (constant, never):
        assert chart.cautions == (Caution.NO_VARIATION,)
        assert np.isnan(chart.upper).all()
        assert np.isnan(chart.z).all()
        assert chart.out == ()


def test_over_nothing_there_is_no_value() -> None:
    chart = u_chart([1, 0, 2, None], [10, 0, 10, 10])

    assert chart.points == pytest.approx([0.1, np.nan, 0.2, np.nan], nan_ok=True)
    assert chart.centre[0] == pytest.approx(0.15)
    assert np.isnan(chart.upper[1])


@pytest.mark.parametrize("values", [[], [None, None], [5.0]])
def test_too_few_points_make_a_chart_without_limits(values: list[float | None]) -> None:
    for chart in (*imr_charts(values), u_chart(values, [0.0] * len(values))):
        assert len(chart.points) == len(values)
        assert chart.cautions == (Caution.TOO_FEW_POINTS,)
        assert np.isnan(chart.upper).all()
        assert chart.out == ()


def test_a_subgroup_that_lacks_a_value_is_a_gap() -> None:
    means, ranges = xbar_r_charts([[1, 2, 3], None, [2, None, 2], [3, 4, 5]])

    assert means.points == pytest.approx([2, np.nan, np.nan, 4], nan_ok=True)
    assert means.phases[0].baseline == (0, 3)
    assert ranges.centre[0] == 2


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ImpossibleCount, match="Point 1"):
        p_chart([1, 11], [10, 10])
    with pytest.raises(ImpossibleCount):
        c_chart([-1])
    with pytest.raises(LengthsDiffer):
        u_chart([1, 2], [10])
    with pytest.raises(LengthsDiffer):
        c_chart([1, 2], [Phase(baseline=[True])])
    with pytest.raises(NotFinite):
        imr_charts([1.0, float("inf")])
    with pytest.raises(SubgroupSizeUnknown, match="2 / 3"):
        xbar_r_charts([[1, 2], [1, 2, 3]])
    with pytest.raises(SubgroupSizeUnknown):
        xbar_r_charts([])
    for wrong in ([], [Phase(1)], [Phase(), Phase(3)], [Phase(), Phase(2), Phase(1)]):
        with pytest.raises(PhasesOutOfOrder):
            c_chart([1, 2, 3], wrong)
