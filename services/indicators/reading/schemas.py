"""How an indicator reads: over windows of time, and beside its target."""

from datetime import date

from services.indicators.schemas import Status
from shared.schemas import Out, Quantity


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
