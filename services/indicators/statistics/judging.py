"""Whether a change is good news: its side against the side on which the indicator is better."""

from services.indicators.schemas import Direction
from services.indicators.statistics.schemas import Judgement, Side

Band = tuple[float, float]
"""The lower and the upper end of what is wanted."""


def judged(side: Side | None, direction: Direction) -> Judgement:
    """Judge a change by where it goes. In a band, or without a side, it is only a change."""
    if side is None or direction is Direction.BAND:
        return Judgement.CHANGE
    is_better = (side is Side.DOWN) == (direction is Direction.LOW)
    return Judgement.IMPROVEMENT if is_better else Judgement.DEGRADATION


def judged_in_band(before: float, after: float, band: Band) -> Judgement:
    """Judge a change by its distance from the band: nearer is better, and within it, all is 0."""
    gained = _distance(before, band) - _distance(after, band)
    if gained == 0:
        return Judgement.CHANGE
    return Judgement.IMPROVEMENT if gained > 0 else Judgement.DEGRADATION


def _distance(value: float, band: Band) -> float:
    return max(band[0] - value, value - band[1], 0.0)
