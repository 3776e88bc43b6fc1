"""What the series of an indicator says: control chart, trend, forecast and capability.

Import from here inside the function that needs it: NumPy takes time and memory that most processes
never need.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.indicators.aggregation import period_of
from services.indicators.models import Definition, Value
from services.indicators.reading.models import Phase
from services.indicators.reading.schemas import (
    CapabilityOut,
    ChartPhase,
    ControlOut,
    ForecastOut,
    Judged,
    PointOut,
    SignalOut,
    TrendOut,
)
from services.indicators.schemas import Chart, Direction, Frequency
from services.indicators.statistics.attributes import c_chart, np_chart, p_chart, u_chart
from services.indicators.statistics.capability import Specification, capability
from services.indicators.statistics.control import ControlChart, Fitted
from services.indicators.statistics.control import Phase as Cut
from services.indicators.statistics.errors import NotComputable
from services.indicators.statistics.forecast import Goal, forecast
from services.indicators.statistics.seasonal import seasonal_trend
from services.indicators.statistics.signals import signals
from services.indicators.statistics.trend import trend
from services.indicators.statistics.variables import imr_charts, xbar_r_charts

QUARTER: Final = 3
MEASURED: Final = (Chart.INDIVIDUALS, Chart.QUARTERS)
LEAST: Final = 2
"""Points of a chart: a moving range takes two."""
DAYS: Final = 365.25
SEASONS: Final = 36
"""Months from which on a trend is looked for beneath the seasons of the year."""


@dataclass(frozen=True)
class Series:
    """An indicator at a place: a point for each period from the first to the last."""

    definition: Definition
    periods: list[date]
    values: list[Value | None]

    @classmethod
    def of(cls, definition: Definition, values: Sequence[Value]) -> "Series":
        there = {value.period: value for value in values if value.value is not None}
        periods = _all_periods(definition.frequency, sorted(there))
        return cls(definition, periods, [there.get(period) for period in periods])

    @property
    def figures(self) -> list[float | None]:
        return [_float(one.value) if one else None for one in self.values]

    @property
    def numerators(self) -> list[float | None]:
        return [_float(one.numerator) if one else None for one in self.values]

    @property
    def denominators(self) -> list[float | None]:
        return [_float(one.denominator) if one else None for one in self.values]

    @property
    def band(self) -> tuple[float, float] | None:
        of = self.definition
        if of.direction is not Direction.BAND or of.target is None or of.alert is None:
            return None
        return float(of.target), float(of.alert)


def read(definition: Definition, values: Sequence[Value], phases: Sequence[Phase]) -> ControlOut:
    """Read a series. Two points make a chart, four a trend; what cannot be computed is left out."""
    series = Series.of(definition, values)
    found = ControlOut(
        chart=definition.chart,
        points=[],
        phases=[],
        signals=[],
        trend=trend_of(series),
        forecast=_forecast(series),
        capability=_capability(series),
    )
    try:
        drawn = _drawn(series, phases)
    except NotComputable:
        return found
    if drawn is None:
        return found
    chart, starts = drawn
    found.points = _points(chart, starts)
    found.phases = [_phase(part, starts) for part in chart.phases]
    found.signals = _signals(series, chart, starts)
    return found


def trend_of(series: Series) -> TrendOut | None:
    """Look for a trend, beneath the seasons where there are three years of months."""
    direction = series.definition.direction
    if series.definition.frequency is Frequency.MONTH and len(series.periods) >= SEASONS:
        found = seasonal_trend(series.figures)
        if found is not None and found.is_shown:
            return TrendOut(
                n=found.n,
                verdict=found.verdict,
                judged=Judged(found.judged(direction)),
                p=found.p,
                slope=found.slope,
                lower=found.lower,
                upper=found.upper,
                seasonal=True,
                shown=True,
            )
    plain = trend(series.figures, series.periods)
    if plain is None:
        return None
    return TrendOut(
        n=plain.test.n,
        verdict=plain.verdict,
        judged=Judged(plain.judged(direction, series.band)),
        p=plain.test.p,
        slope=plain.line.slope * DAYS,
        lower=plain.line.lower * DAYS,
        upper=plain.line.upper * DAYS,
        seasonal=False,
        shown=plain.is_shown,
    )


def _drawn(series: Series, phases: Sequence[Phase]) -> tuple[ControlChart, list[date]] | None:
    """The chart of an indicator, and the period in which each of its points begins."""
    starts, quarters = _quarters(series)
    kind = series.definition.chart
    if kind is not Chart.QUARTERS:
        starts = series.periods
    if len(starts) < LEAST:
        return None
    cut, factor = _cut(starts, phases), float(series.definition.factor)
    over, under = series.numerators, series.denominators
    match kind:
        case Chart.QUARTERS:
            chart, _ranges = xbar_r_charts(quarters, cut)
        case Chart.PROPORTION:
            chart = _times(p_chart(over, under, cut), factor)
        case Chart.NUMBER_DEFECTIVE:
            chart = np_chart(over, _one_size(under), cut)
        case Chart.COUNT:
            chart = _times(c_chart(over, cut), factor)
        case Chart.RATE:
            chart = u_chart(over, [None if one is None else one / factor for one in under], cut)
        case _:
            chart, _ranges = imr_charts(series.figures, cut)
    return chart, starts


def _quarters(series: Series) -> tuple[list[date], list[list[float | None] | None]]:
    """The months three by three, from the first quarter that begins within the series."""
    first = next((n for n, one in enumerate(series.periods) if one.month % QUARTER == 1), 0)
    starts = series.periods[first::QUARTER]
    months = [series.figures[n : n + QUARTER] for n in range(first, len(series.periods), QUARTER)]
    return starts, [quarter if len(quarter) == QUARTER else None for quarter in months]


def _cut(starts: Sequence[date], phases: Sequence[Phase]) -> list[Cut]:
    """Where limits are computed anew: at the first point, and where somebody decided it."""
    cut = {0: Cut(0)}
    for phase in phases:
        at = sum(1 for start in starts if start < phase.start)
        if at < len(starts):
            cut[at] = Cut(at, phase.baseline)
    return [cut[at] for at in sorted(cut)]


def _one_size(sizes: Sequence[float | None]) -> float:
    """The size of all samples. Where they differ there is no chart of this kind."""
    found = {size for size in sizes if size is not None}
    if len(found) != 1:
        raise NotOfOneSize
    return found.pop()


class NotOfOneSize(NotComputable):
    message = "Samples are not of one size."


def _times(chart: ControlChart, factor: float) -> ControlChart:
    """The same chart in the unit of its indicator."""
    names = ("points", "centre", "sigma", "lower", "upper")
    return replace(chart, **{name: getattr(chart, name) * factor for name in names})


def _points(chart: ControlChart, starts: Sequence[date]) -> list[PointOut]:
    columns = {name: getattr(chart, name).tolist() for name in ("centre", "lower", "upper")}
    columns["value"] = chart.points.tolist()
    return [
        PointOut(period=start, **{name: _or_none(column[n]) for name, column in columns.items()})
        for n, start in enumerate(starts)
    ]


def _phase(part: Fitted, starts: Sequence[date]) -> ChartPhase:
    return ChartPhase(
        start=starts[part.start],
        end=starts[part.stop - 1],
        points=len(part.baseline),
        cautions=list(part.cautions),
    )


def _signals(series: Series, chart: ControlChart, starts: Sequence[date]) -> list[SignalOut]:
    return [
        SignalOut(
            rule=one.rule,
            since=starts[max(one.first, 0)],
            period=starts[one.index],
            judged=Judged(one.judgement),
        )
        for one in signals(chart, series.definition.direction, band=series.band)
    ]


def _forecast(series: Series) -> ForecastOut | None:
    """What to expect as far ahead as half of what is known, a year at most, against the target."""
    of = series.definition
    if of.target is None or not series.periods:
        return None
    goal = Goal.of(of.direction, float(of.target), _float(of.alert))
    first, last = series.periods[0], series.periods[-1]
    on = last + min((last - first) / 2, timedelta(days=round(DAYS)))
    try:
        found = forecast(series.figures, on, goal, series.periods)
    except NotComputable:
        return None
    return ForecastOut(
        on=on,
        expected=found.expected,
        lower=max(found.lower, 0.0) if _is_never_negative(series) else found.lower,
        upper=found.upper,
        outlook=found.outlook,
        met_on=found.met_on,
        shown=found.is_shown,
    )


def _is_never_negative(series: Series) -> bool:
    return all(figure is None or figure >= 0 for figure in series.figures)


def _capability(series: Series) -> CapabilityOut | None:
    """How well measured values keep within their alert limits. Of counts it would say nothing."""
    of = series.definition
    if of.chart not in MEASURED:
        return None
    ends: dict[Direction, tuple[Decimal | None, Decimal | None]] = {
        Direction.LOW: (None, of.alert),
        Direction.HIGH: (of.alert, None),
        Direction.BAND: (of.target, of.alert),
    }
    lower, upper = (_float(end) for end in ends[of.direction])
    try:
        found = capability(series.figures, Specification(lower, upper))
    except NotComputable:
        return None
    return CapabilityOut(cp=found.cp, cpk=found.cpk, pp=found.pp, ppk=found.ppk)


def _all_periods(frequency: Frequency, there: Sequence[date]) -> list[date]:
    periods = list(there[:1])
    while periods and periods[-1] < there[-1]:
        longest = 366 if frequency is Frequency.YEAR else 31
        periods.append(period_of(frequency, periods[-1] + timedelta(days=longest)))
    return periods


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _or_none(value: float) -> float | None:
    """NaN is no number to tell."""
    return None if value != value else value  # noqa: PLR0124  only NaN differs from itself
