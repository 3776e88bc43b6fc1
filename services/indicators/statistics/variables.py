"""Control charts of measured values: I and MR, X-bar and R.

Formulas: Montgomery, Introduction to Statistical Quality Control, chapter 6.
"""

from collections.abc import Sequence

import numpy as np

from services.indicators.statistics.constants import D2_OF_PAIRS, constants_of
from services.indicators.statistics.control import (
    WHOLE,
    ControlChart,
    Limits,
    Phase,
    draw,
    level,
    mean,
    spans,
)
from services.indicators.statistics.errors import SubgroupSizeUnknown
from services.indicators.statistics.schemas import Chart
from services.indicators.statistics.series import Bools, Floats, Numbers, numbers


def imr_charts(
    values: Numbers, phases: Sequence[Phase] = WHOLE
) -> tuple[ControlChart, ControlChart]:
    """Chart single values and their moving ranges, for one value per period: energy, days, delays.

    Values: mean ± 2.660 mean range, standard deviation mean range / 1.128. Ranges: 0 to 3.267
    times their mean. A range is between two points in a row: none reaches over a missing point or
    into another phase, and a baseline has the ranges between two of its own points.
    """
    found = numbers(values)
    ranges = moving_ranges(found, phases)
    pairs = constants_of(2)

    def mean_range(baseline: Bools) -> float:
        return mean(ranges[1:][baseline[1:] & baseline[:-1]])

    def of_values(span: slice, baseline: Bools) -> Limits:
        centre, spread = mean(found[baseline]), mean_range(baseline)
        half = pairs.e2 * spread
        return level(span, centre, spread / D2_OF_PAIRS, (centre - half, centre + half))

    def of_ranges(span: slice, baseline: Bools) -> Limits:
        return _limits_of_ranges(span, mean_range(baseline), 2)

    return (
        draw(Chart.INDIVIDUALS, found, phases, of_values),
        draw(Chart.MOVING_RANGE, ranges, phases, of_ranges, counted=found),
    )


def xbar_r_charts(
    subgroups: Sequence[Numbers | None], phases: Sequence[Phase] = WHOLE
) -> tuple[ControlChart, ControlChart]:
    """Chart the means and ranges of subgroups, for samples of the same size from 2 to 10.

    Means: grand mean ± A2 mean range, standard deviation mean range / (d2 √n). Ranges: D3 to D4
    times their mean. A subgroup that is None, or lacks a value, is a missing point.
    """
    measured = subgroups_of(subgroups)
    size = measured.shape[1]
    factors = constants_of(size)
    means, ranges = measured.mean(axis=1), measured.max(axis=1) - measured.min(axis=1)

    def of_means(span: slice, baseline: Bools) -> Limits:
        centre, spread = mean(means[baseline]), mean(ranges[baseline])
        half = factors.a2 * spread
        sigma = spread / (factors.d2 * size**0.5)
        return level(span, centre, sigma, (centre - half, centre + half))

    def of_ranges(span: slice, baseline: Bools) -> Limits:
        return _limits_of_ranges(span, mean(ranges[baseline]), size)

    return (
        draw(Chart.AVERAGE, means, phases, of_means),
        draw(Chart.RANGE, ranges, phases, of_ranges),
    )


def moving_ranges(values: Floats, phases: Sequence[Phase] = WHOLE) -> Floats:
    """Give the distance of each point from the one before; NaN for the first of a phase."""
    ranges = np.full(len(values), np.nan)
    ranges[1:] = np.abs(np.diff(values))
    for _, span in spans(phases, len(values)):
        ranges[span.start : span.start + 1] = np.nan
    return ranges


def _limits_of_ranges(span: slice, centre: float, size: int) -> Limits:
    factors = constants_of(size)
    ends = (factors.d3_lower * centre, factors.d4_upper * centre)
    return level(span, centre, (ends[1] - centre) / 3, ends)


def subgroups_of(subgroups: Sequence[Numbers | None]) -> Floats:
    """Make a table of subgroups of one size, NaN where there is none; shape (subgroups, size)."""
    measured = [None if group is None else numbers(group) for group in subgroups]
    sizes = {len(group) for group in measured if group is not None}
    if len(sizes) != 1:
        raise SubgroupSizeUnknown(size=" / ".join(map(str, sorted(sizes))) or "none")
    missing = np.full(sizes.pop(), np.nan)
    return np.stack([missing if group is None else group for group in measured])
