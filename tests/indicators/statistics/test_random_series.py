"""A thousand random series, read by the product and by fractions and regular expressions."""

import random
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest

from services.indicators.schemas import Direction
from services.indicators.statistics.attributes import c_chart, np_chart, p_chart, u_chart
from services.indicators.statistics.control import ControlChart, Phase
from services.indicators.statistics.schemas import Rule
from services.indicators.statistics.signals import signals
from services.indicators.statistics.variables import imr_charts, xbar_r_charts
from tests.indicators.statistics import plain

SERIES = 1000
KINDS = ("I", "Xbar", "p", "np", "c", "u")


def series(chance: random.Random, n: int) -> list[float]:
    """Draw levels that wander as figures do: noise, steps, trends, cycles, ties and long calms."""
    step_at, step = chance.randrange(n + 1), chance.choice([0, 0, 2, -2, 4])
    slope = chance.choice([0, 0, 0, 0.15, -0.3])
    noise = chance.choice([1, 1, 1, 0.3, 0])
    swing = chance.choice([0, 0, 0, 1.5])
    return [
        chance.gauss(0, noise) + slope * t + swing * (-1) ** t + (step if t >= step_at else 0)
        for t in range(n)
    ]


def with_gaps(chance: random.Random, n: int) -> list[bool]:
    share = chance.choice([0, 0, 0.05, 0.3, 1])
    return [chance.random() < share and (share < 1 or chance.random() < 0.99) for _ in range(n)]


def phases(chance: random.Random, n: int) -> list[Phase]:
    starts = [0, *sorted(chance.sample(range(1, n), chance.choice([0, 0, 1, 2])))]
    marks = [chance.random() < 0.8 for _ in range(n)]
    return [Phase(start, chance.choice([None, 5, 12, marks])) for start in starts]


def baseline(phase: Phase, start: int, there: Sequence[bool]) -> list[bool]:
    if phase.baseline is None:
        return list(there)
    if isinstance(phase.baseline, int):
        return [
            is_there and sum(there[: i + 1]) <= phase.baseline for i, is_there in enumerate(there)
        ]
    return [is_there and phase.baseline[start + i] for i, is_there in enumerate(there)]


def assert_same(chart: ControlChart, expected: list[list[plain.Point]], highest: float) -> int:
    points = [point for part in expected for point in part]
    lowest = 0.0 if chart.chart in ("p", "np", "c", "u") else -np.inf
    for index, point in enumerate(points):
        ends = plain.limits(point, lowest, highest)
        if ends is None:
            assert np.isnan(chart.lower[index])
            assert np.isnan(chart.upper[index])
            continue
        assert chart.centre[index] == pytest.approx(float(point.centre or 0), rel=1e-9, abs=1e-12)
        assert (chart.lower[index], chart.upper[index]) == pytest.approx(ends, rel=1e-9, abs=1e-9)
    heard = signals(chart, Direction.LOW, rules=list(Rule))
    start, count = 0, 0
    wanted: dict[Rule, list[int]] = {rule: [] for rule in Rule}
    for part in expected:
        for rule, indices in plain.broken(part).items():
            wanted[rule] += [start + index for index in indices]
            count += len(indices)
        start += len(part)
    found = {rule: [signal.index for signal in heard if signal.rule is rule] for rule in Rule}
    assert found == wanted
    return count


def measured(chance: random.Random, n: int) -> int:
    gaps, decimals = with_gaps(chance, n), chance.choice([0, 1, 3])
    drawn = [Fraction(str(round(10 + level, decimals))) for level in series(chance, n)]
    values = [None if gap else value for gap, value in zip(gaps, drawn, strict=True)]
    cut = phases(chance, n)
    charts = imr_charts([None if v is None else float(v) for v in values], cut)
    parts = []
    for phase, end in zip(cut, [*(p.start for p in cut[1:]), n], strict=True):
        part = values[phase.start : end]
        parts.append(
            plain.singles(part, baseline(phase, phase.start, [v is not None for v in part]))
        )
    return sum(
        assert_same(chart, [[pair[which] for pair in part] for part in parts], np.inf)
        for which, chart in enumerate(charts)
    )


def sampled(chance: random.Random, n: int) -> int:
    gaps, decimals = with_gaps(chance, n), chance.choice([0, 1, 3])
    groups: list[list[Fraction | None]] = [
        [Fraction(str(round(10 + level + chance.gauss(0, 1), decimals))) for _ in range(5)]
        for level in series(chance, n)
    ]
    for group, gap in zip(groups, gaps, strict=True):
        if gap:
            group[chance.randrange(5)] = None
    cut = phases(chance, n)
    given = [[None if v is None else float(v) for v in group] for group in groups]
    charts = xbar_r_charts([None if all(v is None for v in g) else g for g in given], cut)
    parts = []
    for phase, end in zip(cut, [*(p.start for p in cut[1:]), n], strict=True):
        part = groups[phase.start : end]
        there = [None not in group for group in part]
        parts.append(plain.fives(part, baseline(phase, phase.start, there)))
    return sum(
        assert_same(chart, [[pair[which] for pair in part] for part in parts], np.inf)
        for which, chart in enumerate(charts)
    )


def counted(chance: random.Random, n: int, kind: str) -> int:
    gaps, mean = with_gaps(chance, n), chance.choice([0.05, 2, 9])
    sizes = [Fraction(chance.choice([0, 20, 40, 50, 50, 50, 80, 100])) for _ in range(n)]
    if kind in ("np", "c"):
        sizes = [Fraction(50)] * n
    levels = [max(0, round(mean + mean**0.5 * level)) for level in series(chance, n)]
    if kind in ("p", "np"):
        levels = [min(level, int(size)) for level, size in zip(levels, sizes, strict=True)]
    counts = [None if g else Fraction(v) for g, v in zip(gaps, levels, strict=True)]
    cut = phases(chance, n)
    given = [None if count is None else float(count) for count in counts]
    over = [float(size) for size in sizes]
    chart = {
        "p": lambda: p_chart(given, over, cut),
        "np": lambda: np_chart(given, 50, cut),
        "c": lambda: c_chart(given, cut),
        "u": lambda: u_chart(given, over, cut),
    }[kind]()
    parts = []
    for phase, end in zip(cut, [*(p.start for p in cut[1:]), n], strict=True):
        span = slice(phase.start, end)
        there = [c is not None and s > 0 for c, s in zip(counts[span], sizes[span], strict=True)]
        is_in = baseline(phase, phase.start, there)
        parts.append(plain.counted(kind, counts[span], sizes[span], is_in))
    return assert_same(chart, parts, 1.0 if kind == "p" else np.inf)


@pytest.mark.parametrize("kind", KINDS)
def test_limits_and_rules_agree_with_another_way_on_random_series(kind: str) -> None:
    found = 0
    for number in range(-(-SERIES // len(KINDS))):
        chance = random.Random(f"{kind} {number}")  # noqa: S311  the same series each time
        n = chance.choice([4, 12, 24, 36, 60])
        if kind == "I":
            found += measured(chance, n)
        elif kind == "Xbar":
            found += sampled(chance, n)
        else:
            found += counted(chance, n, kind)

    assert found > 500
