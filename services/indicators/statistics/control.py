"""Control charts: what they are made of, and how limits follow from the points of a baseline.

A series is cut into phases. Each has limits of its own, from its baseline: its first points, chosen
points, or all of them. Nothing reaches across the start of a phase or a missing point: no moving
range and no run.

Twenty points or more make a baseline, twelve are accepted with a caution. Below, limits are
computed and marked as too few: it is for the caller not to show them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from services.indicators.statistics.errors import LengthsDiffer, PhasesOutOfOrder
from services.indicators.statistics.schemas import Caution, Chart
from services.indicators.statistics.series import NOISE, Bools, Floats

ACCEPTED = 12
RECOMMENDED = 20
"""Points of a baseline."""

DECIMALS = 9
"""To which a distance in standard deviations is told, so that rounding is on nobody's side."""


@dataclass(frozen=True)
class Phase:
    """From which point on limits are computed anew, and from which points.

    The baseline is the first so many points that have a value, or a mark for each point of the
    whole series, or None: all points, so that limits move with each that is added.
    """

    start: int = 0
    baseline: int | Sequence[bool] | None = None


WHOLE = (Phase(),)


@dataclass(frozen=True)
class Fitted:
    """A phase as computed: its points, from start up to stop, and what its limits rest on."""

    start: int
    stop: int
    baseline: tuple[int, ...]
    cautions: tuple[Caution, ...]


@dataclass(frozen=True, eq=False)
class Limits:
    """Centre, standard deviation and limits of each point; shape (n,), in the points' unit."""

    centre: Floats
    sigma: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, eq=False)
class ControlChart:
    """A chart ready to be drawn; arrays of shape (n,) in the unit of its points.

    NaN is a point without a value, or a limit that nothing tells: there are none without variation
    in the baseline, nor over nothing.
    """

    chart: Chart
    points: Floats
    centre: Floats
    sigma: Floats
    lower: Floats
    upper: Floats
    phases: tuple[Fitted, ...]

    @property
    def z(self) -> Floats:
        """The distance of each point from its centre in standard deviations; else NaN."""
        distance = np.full(len(self.points), np.nan)
        np.divide(self.points - self.centre, self.sigma, out=distance, where=self.sigma > 0)
        return distance.round(DECIMALS)

    @property
    def above(self) -> tuple[int, ...]:
        """The points over their upper limit. On the limit is within it."""
        return indices(self.points - self.upper > 10.0**-DECIMALS * self.sigma)

    @property
    def below(self) -> tuple[int, ...]:
        """The points under their lower limit."""
        return indices(self.lower - self.points > 10.0**-DECIMALS * self.sigma)

    @property
    def out(self) -> tuple[int, ...]:
        return tuple(sorted(self.above + self.below))

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """All cautions of all phases, each once."""
        return tuple({caution: None for phase in self.phases for caution in phase.cautions})


Fit = Callable[[slice, Bools], Limits]
"""Computes the limits of a span of points from those of its points that are the baseline."""


def draw(
    chart: Chart, points: Floats, phases: Sequence[Phase], fit: Fit, counted: Floats | None = None
) -> ControlChart:
    """Make a chart of points from limits fitted phase by phase.

    A baseline counts the points that have a value; of moving ranges, those of the values that the
    ranges are between (`counted`).
    """
    has_value = ~np.isnan(points if counted is None else counted)
    drawn = np.full((4, len(points)), np.nan)
    fitted = []
    for phase, span in spans(phases, len(points)):
        baseline = _baseline(phase, span, has_value)
        limits = _without_noise(fit(span, baseline), points[span])
        drawn[:, span] = limits.centre, limits.sigma, limits.lower, limits.upper
        cautions = _cautions(int(baseline.sum()), limits.sigma)
        fitted.append(Fitted(span.start, span.stop, indices(baseline), cautions))
    centre, sigma, lower, upper = drawn
    return ControlChart(chart, points, centre, sigma, lower, upper, tuple(fitted))


def spans(phases: Sequence[Phase], n: int) -> Iterator[tuple[Phase, slice]]:
    """Give each phase with the points that are its own. A series of no points has one phase."""
    starts = [phase.start for phase in phases]
    ends = [*starts[1:], n]
    is_empty = starts == [0] and n == 0
    if starts[:1] != [0] or not (is_empty or (np.diff([*starts, n]) > 0).all()):
        raise PhasesOutOfOrder(n=n)
    for phase, end in zip(phases, ends, strict=True):
        yield phase, slice(phase.start, end)


def level(span: slice, centre: float, sigma: float, ends: tuple[float, float]) -> Limits:
    """Give the same centre, deviation and limits to every point of a span."""
    n = span.stop - span.start
    return Limits(*(np.full(n, figure) for figure in (centre, sigma, *ends)))


def mean(figures: Floats) -> float:
    """Average the figures; of none, there is no mean."""
    return float(figures.mean()) if len(figures) else np.nan


def indices(marks: Bools) -> tuple[int, ...]:
    return tuple(int(index) for index in np.flatnonzero(marks))


def _without_noise(limits: Limits, points: Floats) -> Limits:
    """Take a deviation that is mere rounding for 0, and give no limits where it is."""
    figures = np.concatenate([points, limits.centre])
    largest = np.abs(figures[~np.isnan(figures)]).max(initial=0.0)
    is_nothing = limits.sigma <= NOISE * largest
    sigma = np.where(is_nothing, 0.0, limits.sigma)
    lower, upper = (np.where(is_nothing, np.nan, end) for end in (limits.lower, limits.upper))
    return Limits(limits.centre, sigma, lower, upper)


def _baseline(phase: Phase, span: slice, has_value: Bools) -> Bools:
    chosen = np.zeros(len(has_value), np.bool_)
    chosen[span] = has_value[span]
    if phase.baseline is None:
        return chosen
    if isinstance(phase.baseline, int):
        return chosen & (chosen.cumsum() <= phase.baseline)
    if len(phase.baseline) != len(has_value):
        raise LengthsDiffer(what="baseline", found=len(phase.baseline), expected=len(has_value))
    return chosen & np.array(phase.baseline, np.bool_)


def _cautions(points: int, sigma: Floats) -> tuple[Caution, ...]:
    found = []
    if points < ACCEPTED or np.isnan(sigma).all():
        found.append(Caution.TOO_FEW_POINTS)
    elif points < RECOMMENDED:
        found.append(Caution.FEW_POINTS)
    if (sigma == 0).any():
        found.append(Caution.NO_VARIATION)
    return tuple(found)
