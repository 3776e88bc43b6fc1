"""How an indicator reads: over windows of time, and beside its target."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field, StrictInt

from services.indicators.schemas import Chart, Status
from shared.schemas import Day, In, Out, Quantity


class WindowOut(Out):
    """A figure over the months from one to another; `reported` of `expected` of them are there."""

    since: date
    until: date
    value: Quantity | None
    reported: int
    expected: int
    status: Status


class Summary(Out):
    """The latest figure beside its target: by how much it misses it, as the direction counts.

    `gap` is positive where the figure is worse than its target, and none without either. The
    windows are those of what people report month by month.
    """

    period: date | None
    value: Quantity | None
    gap: Quantity | None
    rolling: WindowOut | None
    year_to_date: WindowOut | None


class PhaseIn(In):
    """From a period on, limits are computed anew: from so many first points, or from all."""

    id: UUID | None = None
    site_id: UUID
    start: Day
    baseline: StrictInt | None = Field(default=None, ge=2, le=120)
    reason: str = Field(min_length=5, max_length=2000)


class PhaseOut(Out):
    id: UUID
    version: int
    code: str
    site_id: UUID
    start: date
    baseline: int | None
    reason: str
    decided_by: UUID


class Judged(StrEnum):
    """Whether a change is good news."""

    IMPROVEMENT = "improvement"
    DEGRADATION = "degradation"
    CHANGE = "change"
    UNCHANGED = "unchanged"


class SignalOut(Out):
    """A run rule that a point completes: `nelson_2` says that it is the ninth on one side."""

    rule: str
    since: date
    period: date
    judged: Judged


class PointOut(Out):
    """A point of a control chart with its limits; none where nothing tells them."""

    period: date
    value: float | None
    centre: float | None
    lower: float | None
    upper: float | None


class ChartPhase(Out):
    """A stretch of points that share their limits, and how many points those rest on."""

    start: date
    end: date
    points: int
    cautions: list[str]


class TrendOut(Out):
    """What Mann and Kendall's test says, and the slope per year of Theil and Sen's line."""

    n: int
    verdict: str
    judged: Judged
    p: float
    slope: float
    lower: float
    upper: float
    seasonal: bool
    shown: bool


class ForecastOut(Out):
    """The value expected at a day, with its interval of 95 %, against the target."""

    on: date
    expected: float
    lower: float
    upper: float
    outlook: str
    met_on: date | None
    shown: bool


class CapabilityOut(Out):
    """How well a stable process keeps within its limits."""

    cp: float | None
    cpk: float | None
    pp: float | None
    ppk: float | None


class ControlOut(Out):
    """A control chart with what it signals; no points where the indicator has no such chart."""

    chart: Chart
    points: list[PointOut]
    phases: list[ChartPhase]
    signals: list[SignalOut]
    trend: TrendOut | None
    forecast: ForecastOut | None
    capability: CapabilityOut | None
