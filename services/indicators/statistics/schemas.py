"""The words in which statistics answer. Free of NumPy, so that any process may import them."""

from enum import StrEnum


class Chart(StrEnum):
    """Which control chart: its points, and thereby how its limits are computed."""

    INDIVIDUALS = "I"
    MOVING_RANGE = "MR"
    AVERAGE = "Xbar"
    RANGE = "R"
    PROPORTION = "p"
    NUMBER_DEFECTIVE = "np"
    COUNT = "c"
    RATE = "u"


class Rule(StrEnum):
    """The run rules, numbered as their authors did."""

    NELSON_1 = "nelson_1"
    NELSON_2 = "nelson_2"
    NELSON_3 = "nelson_3"
    NELSON_4 = "nelson_4"
    NELSON_5 = "nelson_5"
    NELSON_6 = "nelson_6"
    NELSON_7 = "nelson_7"
    NELSON_8 = "nelson_8"
    WESTERN_ELECTRIC_1 = "western_electric_1"
    WESTERN_ELECTRIC_2 = "western_electric_2"
    WESTERN_ELECTRIC_3 = "western_electric_3"
    WESTERN_ELECTRIC_4 = "western_electric_4"


class Caution(StrEnum):
    """What to know before limits are relied on."""

    TOO_FEW_POINTS = "too_few_points"
    FEW_POINTS = "few_points"
    NO_VARIATION = "no_variation"


class Side(StrEnum):
    """Where a point is, or where points are going."""

    UP = "up"
    DOWN = "down"


class Verdict(StrEnum):
    """What a trend test says at its level."""

    INCREASING = "increasing"
    DECREASING = "decreasing"
    STABLE = "stable"


class Judgement(StrEnum):
    """Whether what was found is good news. A change may be neither good nor bad."""

    IMPROVEMENT = "improvement"
    DEGRADATION = "degradation"
    CHANGE = "change"
    UNCHANGED = "unchanged"


class Outlook(StrEnum):
    """A target against the interval forecast for its date.

    Reached: the whole interval meets it. Out of reach: none of the interval does. Uncertain: the
    target is inside the interval.
    """

    REACHED = "reached"
    UNCERTAIN = "uncertain"
    OUT_OF_REACH = "out_of_reach"


class Zone(StrEnum):
    """Where a site is in a funnel: within its 95 % limits, between them and 99.8 %, beyond."""

    INSIDE = "inside"
    WARNING = "warning"
    OUTSIDE = "outside"
