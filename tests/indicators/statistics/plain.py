"""Control charts and run rules another way: fractions, strings and regular expressions.

Nothing of the product is used but its words. Comparisons are exact: a distance is squared, so that
no root is drawn before it is compared.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise

from services.indicators.statistics.schemas import Rule

Value = Fraction | None


@dataclass(frozen=True)
class Point:
    value: Value
    centre: Value
    variance: Value
    ends: tuple[Fraction, Fraction] | None = None
    """Limits by published factors; without them, three deviations from the centre."""

    @property
    def zone(self) -> str:
        """A letter for how far out it is, capital below the centre; a dot where nothing is."""
        if self.value is None or self.centre is None or not self.variance:
            return "."
        distance = self.value - self.centre
        squared = distance**2 / self.variance
        if squared == 0:
            return "0"
        letter = "dxcba"[(squared >= 1) + (squared > 1) + (squared > 4) + (squared > 9)]
        return letter if distance > 0 else letter.upper()

    @property
    def is_out(self) -> bool:
        if self.ends is None or self.zone == ".":
            return self.zone in "aA"
        assert self.value is not None
        return not self.ends[0] <= self.value <= self.ends[1]


def present(values: Sequence[Value]) -> list[Fraction]:
    return [value for value in values if value is not None]


def mean(values: Sequence[Fraction]) -> Value:
    return sum(values, Fraction(0)) / len(values) if values else None


def singles(values: Sequence[Value], is_baseline: Sequence[bool]) -> list[tuple[Point, Point]]:
    """Give the points of one phase: each value, and its distance from the one before."""
    steps: list[Value] = [None]
    kept = []
    for index in range(1, len(values)):
        before, after = values[index - 1], values[index]
        steps.append(None if before is None or after is None else abs(after - before))
        if is_baseline[index - 1] and is_baseline[index]:
            kept.append(steps[-1])
    centre = mean(
        present([value for value, is_in in zip(values, is_baseline, strict=True) if is_in])
    )
    spread = mean(present(kept))
    pairs = []
    for value, step in zip(values, steps, strict=True):
        if centre is None or spread is None:
            pairs.append((Point(value, centre, None), Point(step, spread, None)))
            continue
        half = Fraction("2.660") * spread
        sigma = spread / Fraction("1.128")
        pairs.append(
            (
                Point(value, centre, sigma**2, (centre - half, centre + half)),
                ranged(step, spread, Fraction(0), Fraction("3.267")),
            )
        )
    return pairs


def ranged(value: Value, spread: Fraction, low: Fraction, high: Fraction) -> Point:
    ends = (low * spread, high * spread)
    return Point(value, spread, ((ends[1] - spread) / 3) ** 2, ends)


def fives(groups: Sequence[list[Value]], is_baseline: Sequence[bool]) -> list[tuple[Point, Point]]:
    """Give the points of one phase of subgroups of five: their means and their ranges."""
    whole = [None if None in group else present(group) for group in groups]
    means = [None if group is None else mean(group) for group in whole]
    ranges = [None if group is None else max(group) - min(group) for group in whole]
    centre = mean(
        present([value for value, is_in in zip(means, is_baseline, strict=True) if is_in])
    )
    spread = mean(
        present([value for value, is_in in zip(ranges, is_baseline, strict=True) if is_in])
    )
    pairs = []
    for value, width in zip(means, ranges, strict=True):
        if centre is None or spread is None:
            pairs.append((Point(value, None, None), Point(width, None, None)))
            continue
        half = Fraction("0.577") * spread
        variance = (spread / Fraction("2.3259")) ** 2 / 5
        pairs.append(
            (
                Point(value, centre, variance, (centre - half, centre + half)),
                ranged(width, spread, Fraction(0), Fraction("2.115")),
            )
        )
    return pairs


def counted(
    kind: str, counts: Sequence[Value], sizes: Sequence[Value], is_baseline: Sequence[bool]
) -> list[Point]:
    """Give the points of one phase of a p, np, c or u chart."""
    over = [size if kind in "pu" else Fraction(1) for size in sizes]
    rows = list(zip(counts, over, strict=True))
    top = sum(
        (c for (c, s), is_in in zip(rows, is_baseline, strict=True) if is_in and c is not None),
        Fraction(0),
    )
    under = sum(
        (s for (_, s), is_in in zip(rows, is_baseline, strict=True) if is_in and s is not None),
        Fraction(0),
    )
    centre = top / under if under else None
    points = []
    for (count, size), whole in zip(rows, sizes, strict=True):
        if not size or (kind in "pu" and count is None):
            points.append(Point(None, centre, None))
            continue
        variance = None
        if centre is not None:
            share = {"p": centre, "np": centre / whole if whole else Fraction(0)}.get(kind)
            variance = centre * (1 - (share or 0)) / size
        points.append(Point(None if count is None else count / size, centre, variance))
    return points


def limits(point: Point, lowest: float, highest: float) -> tuple[float, float] | None:
    if not point.variance or point.centre is None:
        return None
    if point.ends is not None:
        return float(point.ends[0]), float(point.ends[1])
    half = 3 * float(point.variance) ** 0.5
    return max(float(point.centre) - half, lowest), min(float(point.centre) + half, highest)


def steps(points: Sequence[Point]) -> str:
    """Spell how the points go, a letter for each step: up, down, level, or a dot at a gap."""
    spelt = ""
    for before, after in pairwise(points):
        if "." in (before.zone, after.zone):
            spelt += "."
            continue
        assert before.value is not None
        assert after.value is not None
        spelt += "u" if after.value > before.value else "d" if after.value < before.value else "="
    return spelt


def few_of(letters: str, least: int, of: int) -> str:
    """Write a pattern: a letter, with so many of the letters among those just before."""
    ways = [
        "".join(f"[{letters}]" if place in chosen else r"[^.]" for place in range(of - 1))
        for chosen in combinations(range(of - 1), least - 1)
    ]
    return "|".join(f"(?<={way})[{letters}]" for way in ways)


def runs(*groups: str, length: int) -> str:
    return "|".join(f"(?<=[{letters}]{{{length - 1}}})[{letters}]" for letters in groups)


EIGHT_OUT = r"(?<=[abcABC]{7})[abcABC]"
OF_ZONES = {
    Rule.NELSON_2: runs("abcxd", "ABCXD", length=9),
    Rule.NELSON_5: few_of("ab", 2, 3) + "|" + few_of("AB", 2, 3),
    Rule.NELSON_6: few_of("abc", 4, 5) + "|" + few_of("ABC", 4, 5),
    Rule.NELSON_7: runs("dD0", length=15),
    Rule.WESTERN_ELECTRIC_2: few_of("ab", 2, 3) + "|" + few_of("AB", 2, 3),
    Rule.WESTERN_ELECTRIC_3: few_of("abc", 4, 5) + "|" + few_of("ABC", 4, 5),
    Rule.WESTERN_ELECTRIC_4: runs("abcxd", "ABCXD", length=8),
}
OF_STEPS = {
    Rule.NELSON_3: runs("u", "d", length=5),
    Rule.NELSON_4: "(?<=(?:ud){6})u|(?<=(?:du){6})d",
}


def broken(points: Sequence[Point]) -> dict[Rule, list[int]]:
    """Find for each rule the points of one phase that complete its pattern."""
    zones, ways = "".join(point.zone for point in points), steps(points)
    out = [index for index, point in enumerate(points) if point.is_out]
    found = {Rule.NELSON_1: out, Rule.WESTERN_ELECTRIC_1: out}
    for rule, pattern in OF_ZONES.items():
        found[rule] = [match.start() for match in re.finditer(pattern, zones)]
    for rule, pattern in OF_STEPS.items():
        found[rule] = [match.start() + 1 for match in re.finditer(pattern, ways)]
    found[Rule.NELSON_8] = [
        match.start()
        for match in re.finditer(EIGHT_OUT, zones)
        if len({letter.isupper() for letter in zones[match.start() - 7 : match.start() + 1]}) == 2
    ]
    return found
