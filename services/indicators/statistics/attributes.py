"""Control charts of counts: p and np of a binomial share, c and u of Poisson events.

Limits are three standard deviations from the centre, no further than a share or a count can go.
Formulas: Montgomery, Introduction to Statistical Quality Control, chapter 7.
"""

from collections.abc import Sequence

import numpy as np

from services.indicators.statistics.control import WHOLE, ControlChart, Limits, Phase, draw
from services.indicators.statistics.errors import ImpossibleCount
from services.indicators.statistics.schemas import Chart
from services.indicators.statistics.series import Bools, Floats, Numbers, numbers, numbers_like

WIDTH = 3


def p_chart(defectives: Numbers, sizes: Numbers, phases: Sequence[Phase] = WHOLE) -> ControlChart:
    """Chart a share d / n from 0 to 1, for PPM, scrap, on-time delivery.

    Centre p = Σd / Σn over the baseline; limits p ± 3 √(p (1 - p) / n), between 0 and 1. A point
    over a size of 0 has no value.
    """
    counts, found = counts_over(defectives, sizes, are_parts=True)

    def fit(span: slice, baseline: Bools) -> Limits:
        centre = _ratio(counts[baseline].sum(), found[baseline].sum())
        sigma = np.sqrt(centre * (1 - centre) / found[span])
        return _three_sigmas(centre, sigma, highest=1.0)

    return draw(Chart.PROPORTION, counts / found, phases, fit)


def np_chart(defectives: Numbers, size: float, phases: Sequence[Phase] = WHOLE) -> ControlChart:
    """Chart the number of defectives in samples of one size n.

    Centre n p, limits n p ± 3 √(n p (1 - p)), not below 0.
    """
    counts, _ = counts_over(defectives, [size] * len(defectives), are_parts=True)

    def fit(span: slice, baseline: Bools) -> Limits:
        centre = _ratio(counts[baseline].sum(), float(baseline.sum()))
        sigma = np.sqrt(centre * (1 - centre / size))
        return _three_sigmas(centre, np.full(span.stop - span.start, sigma))

    return draw(Chart.NUMBER_DEFECTIVE, counts, phases, fit)


def c_chart(events: Numbers, phases: Sequence[Phase] = WHOLE) -> ControlChart:
    """Chart the number of events where each period offers the same occasion for them.

    Centre c, the mean; limits c ± 3 √c, not below 0.
    """
    counts, _ = counts_over(events, [1.0] * len(events))

    def fit(span: slice, baseline: Bools) -> Limits:
        centre = _ratio(counts[baseline].sum(), float(baseline.sum()))
        return _three_sigmas(centre, np.full(span.stop - span.start, np.sqrt(centre)))

    return draw(Chart.COUNT, counts, phases, fit)


def u_chart(events: Numbers, exposures: Numbers, phases: Sequence[Phase] = WHOLE) -> ControlChart:
    """Chart the rate of events c / a over exposures, for accidents over millions of hours.

    Centre u = Σc / Σa over the baseline; limits u ± 3 √(u / a), not below 0. A point over an
    exposure of 0 has no value. The unit is that of 1 / a.
    """
    counts, found = counts_over(events, exposures)

    def fit(span: slice, baseline: Bools) -> Limits:
        centre = _ratio(counts[baseline].sum(), found[baseline].sum())
        return _three_sigmas(centre, np.sqrt(centre / found[span]))

    return draw(Chart.RATE, counts / found, phases, fit)


def counts_over(
    counts: Numbers, sizes: Numbers, *, are_parts: bool = False
) -> tuple[Floats, Floats]:
    """Check counts and what they are counted in; where either is missing or it is 0, both are NaN.

    Parts of a whole are refused where they are more than it.
    """
    counted = numbers(counts)
    found = numbers_like("sizes", sizes, counted)
    is_wrong = (counted < 0) | (found < 0) | (are_parts & (counted > found))
    if is_wrong.any():
        raise ImpossibleCount(index=int(is_wrong.argmax()))
    has_value = ~np.isnan(counted) & (found > 0)
    return np.where(has_value, counted, np.nan), np.where(has_value, found, np.nan)


def _ratio(total: float, size: float) -> float:
    return float(total / size) if size else np.nan


def _three_sigmas(centre: float, sigma: Floats, highest: float = np.inf) -> Limits:
    """Give limits three deviations around a centre, from 0 to the highest; NaN without one."""
    lower = np.maximum(centre - WIDTH * sigma, 0.0)
    upper = np.minimum(centre + WIDTH * sigma, highest)
    return Limits(np.full(len(sigma), centre), sigma, lower, upper)
