"""Gravity times probability, and the level it stands for.

No scale is statutory; the method is the company's. A level is the band in which the score falls
(half-open: from its minimum up to the next), raised to a floor where the gravity is the highest
and the probability is not the lowest. Source: domain notes on occupational risk, section 2.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 1


@dataclass(frozen=True)
class Scale:
    """What a method's edition says: how far it rates, its bands and its floor for grave risks."""

    highest: int
    minima: Sequence[tuple[int, int]]
    grave_floor: int


def score(gravity: int, probability: int) -> int:
    """Gross or residual criticality, without unit."""
    return gravity * probability


def level(scale: Scale, gravity: int, probability: int) -> int:
    """The level of a rating on this scale. Both figures must be on it."""
    reached = [level for level, minimum in scale.minima if score(gravity, probability) >= minimum]
    grave = gravity == scale.highest and probability > LEAST
    return max(*reached, scale.grave_floor if grave else 0)
