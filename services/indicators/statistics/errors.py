"""What cannot be computed. Plain errors: the caller knows the indicator, and says it to people."""

from typing import ClassVar


class NotComputable(ValueError):
    """A calculation refused its numbers. Kept as a sentence and the facts that fill it."""

    message: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        super().__init__(self.message.format(**facts))
        self.facts = facts


class NotFinite(NotComputable):
    message = "Point {index} is infinite."


class LengthsDiffer(NotComputable):
    message = "{what} has {found} entries where there are {expected} points."


class TimesNotIncreasing(NotComputable):
    message = "Points are in the order of time, each later than the one before."


class ImpossibleCount(NotComputable):
    message = "Point {index}: a count is not negative, and not larger than what it is counted in."


class SubgroupSizeUnknown(NotComputable):
    message = "Subgroups have the same size, from 2 to 10, not {size}."


class PhasesOutOfOrder(NotComputable):
    message = "Phases start at the first point, then each later than the one before, within {n}."


class TooFewPoints(NotComputable):
    message = "{found} points with a value are too few; {least} are needed."


class NoVariation(NotComputable):
    message = "All points are equal: there is no variation to compare with."


class NoSpecification(NotComputable):
    message = "Give a lower or an upper limit, the lower below the upper."


class NoOverallValue(NotComputable):
    message = "No site has counts over a size: there is nothing to compare with."


class LevelOutOfRange(NotComputable):
    message = "A level of confidence lies between 0 and 1, not at {level}."
