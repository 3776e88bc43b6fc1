"""Run rules: patterns that a stable process draws too rarely to be put down to chance.

With z = (point - centre) / standard deviation. Comparisons are strict: a point on the centre is on
no side, equal neighbours end a rise and an alternation. A pattern is reported at the point that
completes it, and at each that continues it; of "k of m", that point is itself beyond, on the same
side, and all m are there. A missing point ends every pattern.

Sources: Nelson, The Shewhart Control Chart: Tests for Special Causes, Journal of Quality Technology
16 (1984); Western Electric, Statistical Quality Control Handbook (1956). They leave ties open.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from services.indicators.statistics.control import indices
from services.indicators.statistics.schemas import Chart, Rule, Side
from services.indicators.statistics.series import Bools, Floats, Numbers, numbers

Holds = Callable[[Floats, Floats], Bools]
"""Tells of windows of z and of points, shape (windows, length), in which the pattern is drawn."""


@dataclass(frozen=True)
class Pattern:
    """So many points in a row that draw something; upwards, if it has a side, or mirrored."""

    length: int
    holds: Holds
    has_side: bool = True


def _beyond(sigmas: float, least: int) -> Holds:
    def holds(z: Floats, _points: Floats) -> Bools:
        is_beyond = z > sigmas
        completes: Bools = is_beyond[:, -1] & (is_beyond.sum(axis=1) >= least)
        return completes

    return holds


def _rises(_z: Floats, points: Floats) -> Bools:
    return _throughout(np.diff(points) > 0)


def _alternates(_z: Floats, points: Floats) -> Bools:
    ways = np.sign(np.diff(points))
    return _throughout(ways[:, 1:] * ways[:, :-1] < 0)


def _hugs(z: Floats, _points: Floats) -> Bools:
    return _throughout(np.abs(z) < 1)


def _avoids(z: Floats, _points: Floats) -> Bools:
    is_on_both_sides = (z > 0).any(axis=1) & (z < 0).any(axis=1)
    return _throughout(np.abs(z) > 1) & is_on_both_sides


def _throughout(marks: Bools) -> Bools:
    return np.asarray(marks.all(axis=1))


PATTERNS = MappingProxyType(
    {
        Rule.NELSON_1: Pattern(1, _beyond(3, 1)),
        Rule.NELSON_2: Pattern(9, _beyond(0, 9)),
        Rule.NELSON_3: Pattern(6, _rises),
        Rule.NELSON_4: Pattern(14, _alternates, has_side=False),
        Rule.NELSON_5: Pattern(3, _beyond(2, 2)),
        Rule.NELSON_6: Pattern(5, _beyond(1, 4)),
        Rule.NELSON_7: Pattern(15, _hugs, has_side=False),
        Rule.NELSON_8: Pattern(8, _avoids, has_side=False),
        Rule.WESTERN_ELECTRIC_1: Pattern(1, _beyond(3, 1)),
        Rule.WESTERN_ELECTRIC_2: Pattern(3, _beyond(2, 2)),
        Rule.WESTERN_ELECTRIC_3: Pattern(5, _beyond(1, 4)),
        Rule.WESTERN_ELECTRIC_4: Pattern(8, _beyond(0, 8)),
    }
)

OF_VALUES = (Rule.NELSON_1, Rule.NELSON_2, Rule.NELSON_3, Rule.NELSON_5, Rule.NELSON_6)
OF_COUNTS = (Rule.NELSON_1, Rule.NELSON_2, Rule.NELSON_3)
OF_RANGES = (Rule.NELSON_1,)

DEFAULTS = MappingProxyType(
    {
        Chart.INDIVIDUALS: OF_VALUES,
        Chart.AVERAGE: OF_VALUES,
        Chart.MOVING_RANGE: OF_RANGES,
        Chart.RANGE: OF_RANGES,
        Chart.PROPORTION: OF_COUNTS,
        Chart.NUMBER_DEFECTIVE: OF_COUNTS,
        Chart.COUNT: OF_COUNTS,
        Chart.RATE: OF_COUNTS,
    }
)
"""The rules that a chart is read by unless others are asked for."""


def broken(rule: Rule, z: Numbers, points: Numbers | None = None) -> tuple[int, ...]:
    """Name the points that complete the pattern of a rule, from 0.

    Rises and alternations are those of the points as drawn, where they are given: limits that vary
    with the size of a sample move z while the points stand still.
    """
    return tuple(
        index for index, _ in found(rule, numbers(z), numbers(z if points is None else points))
    )


def found(rule: Rule, z: Floats, points: Floats) -> Iterator[tuple[int, Side | None]]:
    """Give the points that complete the pattern of a rule in their order, with its side."""
    pattern = PATTERNS[rule]
    if not pattern.has_side:
        yield from ((index, None) for index in _completed(pattern, z, points))
        return
    up = ((index, Side.UP) for index in _completed(pattern, z, points))
    down = ((index, Side.DOWN) for index in _completed(pattern, -z, -points))
    yield from sorted([*up, *down])


def _completed(pattern: Pattern, z: Floats, points: Floats) -> list[int]:
    if len(z) < pattern.length:
        return []
    windows = sliding_window_view(z, pattern.length)
    holds = pattern.holds(windows, sliding_window_view(points, pattern.length))
    is_whole = ~np.isnan(windows).any(axis=1)
    return [index + pattern.length - 1 for index in indices(holds & is_whole)]
