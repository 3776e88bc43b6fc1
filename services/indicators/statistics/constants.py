"""Control chart constants for subgroups of 2 to 10 drawn from a normal distribution.

d2 and d3 are the mean and the standard deviation of the range of n standard normal values, c4 the
mean of their sample standard deviation. With these, limits at three standard errors are
A2 = 3 / (d2 √n), A3 = 3 / (c4 √n), B3 and B4 = 1 ∓ 3 √(1 - c4²) / c4 (not below 0),
D3 and D4 = 1 ∓ 3 d3 / d2 (not below 0) and E2 = 3 / d2.

Source: Montgomery, Introduction to Statistical Quality Control, appendix VI; Shewhart 1931. Public
tables hold misprints: a test computes each figure anew from the distribution.
"""

from dataclasses import dataclass
from types import MappingProxyType

from services.indicators.statistics.errors import SubgroupSizeUnknown


@dataclass(frozen=True)
class Constants:
    """The factors of one subgroup size; without a unit."""

    d2: float
    d3: float
    c4: float
    a2: float
    a3: float
    b3: float
    b4: float
    d3_lower: float
    d4_upper: float
    e2: float


CONSTANTS = MappingProxyType(
    {
        2: Constants(1.1284, 0.8525, 0.7979, 1.880, 2.659, 0, 3.267, 0, 3.267, 2.660),
        3: Constants(1.6926, 0.8884, 0.8862, 1.023, 1.954, 0, 2.568, 0, 2.575, 1.772),
        4: Constants(2.0588, 0.8798, 0.9213, 0.729, 1.628, 0, 2.266, 0, 2.282, 1.457),
        5: Constants(2.3259, 0.8641, 0.9400, 0.577, 1.427, 0, 2.089, 0, 2.115, 1.290),
        6: Constants(2.5344, 0.8480, 0.9515, 0.483, 1.287, 0.030, 1.970, 0, 2.004, 1.184),
        7: Constants(2.7044, 0.8332, 0.9594, 0.419, 1.182, 0.118, 1.882, 0.076, 1.924, 1.109),
        8: Constants(2.8472, 0.8198, 0.9650, 0.373, 1.099, 0.185, 1.815, 0.136, 1.864, 1.054),
        9: Constants(2.9700, 0.8078, 0.9693, 0.337, 1.032, 0.239, 1.761, 0.184, 1.816, 1.010),
        10: Constants(3.0775, 0.7971, 0.9727, 0.308, 0.975, 0.284, 1.716, 0.223, 1.777, 0.975),
    }
)

D2_OF_PAIRS = 1.128
"""d2 for moving ranges as it is customarily rounded: with it, 3 / d2 is the customary 2.660."""


def constants_of(size: int) -> Constants:
    """Give the constants for subgroups of a size; refuse sizes other than 2 to 10."""
    if size not in CONSTANTS:
        raise SubgroupSizeUnknown(size=size)
    return CONSTANTS[size]
