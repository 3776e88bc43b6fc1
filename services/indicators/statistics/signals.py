"""What a control chart signals, and whether it is good news."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from services.indicators.schemas import Direction
from services.indicators.statistics.control import ControlChart
from services.indicators.statistics.judging import Band, judged, judged_in_band
from services.indicators.statistics.rules import DEFAULTS, PATTERNS, found
from services.indicators.statistics.schemas import Chart, Judgement, Rule, Side

BEYOND_LIMITS = (Rule.NELSON_1, Rule.WESTERN_ELECTRIC_1)
OF_SPREAD = (Chart.MOVING_RANGE, Chart.RANGE)


@dataclass(frozen=True)
class Signal:
    """A rule that was broken: at which point, since which point, to which side, for good or bad."""

    rule: Rule
    first: int
    index: int
    side: Side | None
    judgement: Judgement


def signals(
    chart: ControlChart,
    direction: Direction,
    *,
    rules: Collection[Rule] | None = None,
    band: Band | None = None,
) -> tuple[Signal, ...]:
    """Read a chart by its default rules or by others; signals in the order of their points.

    A signal says that something changed. It is good news where the indicator is better on that
    side; of spread, less is better. In a band, a point further from it than the centre is bad news,
    and without the band's ends it is only a change. The first rule is read off the limits drawn,
    whose published factors are rounded. Every phase is read by itself.
    """
    asked = DEFAULTS[chart.chart] if rules is None else rules
    better = Direction.LOW if chart.chart in OF_SPREAD else direction
    heard = (
        Signal(
            rule,
            index + 1 - PATTERNS[rule].length,
            index,
            side,
            _judged(chart, (index, side), better, band),
        )
        for rule in asked
        for index, side in _broken(chart, rule)
    )
    return tuple(sorted(heard, key=lambda signal: (signal.index, signal.rule)))


def _broken(chart: ControlChart, rule: Rule) -> Iterator[tuple[int, Side | None]]:
    if rule in BEYOND_LIMITS:
        yield from ((index, Side.UP) for index in chart.above)
        yield from ((index, Side.DOWN) for index in chart.below)
        return
    z = chart.z
    for phase in chart.phases:
        part = slice(phase.start, phase.stop)
        for index, side in found(rule, z[part], chart.points[part]):
            yield phase.start + index, side


def _judged(
    chart: ControlChart, at: tuple[int, Side | None], direction: Direction, band: Band | None
) -> Judgement:
    index, side = at
    if direction is not Direction.BAND or band is None or side is None:
        return judged(side, direction)
    return judged_in_band(float(chart.centre[index]), float(chart.points[index]), band)
