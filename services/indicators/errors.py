"""Every refusal of the indicators service."""

from shared.errors import Conflict, DomainError


class BoundsCrossed(DomainError):
    status = 422
    message = "Target {target} and alert {alert} are in the wrong order where better is {side}."


class BandNeedsBothEnds(DomainError):
    status = 422
    message = "A band needs its lower and its upper end."


class SourceDoesNotFit(DomainError):
    status = 422
    message = "{source} is counted each month as {aggregation}; choose these."


class MeaningChanged(Conflict):
    message = "{code} keeps its {kept}: values would no longer compare. Define a new indicator."


class NotMeasuredByPeople(Conflict):
    message = "{code} is counted from what happens; nobody measures it by hand."


class NotASite(DomainError):
    status = 422
    message = "Measurements are those of a site, and {name} is a {kind}; its figure is added up."


class PeriodNotBegun(DomainError):
    status = 422
    message = "The period of {period} has not begun."


class DenominatorMissing(DomainError):
    status = 422
    message = "{code} is a ratio: give its numerator and its denominator."


class DenominatorUnwanted(DomainError):
    status = 422
    message = "{code} is a count: give no denominator."


class IncompatibleUnit(DomainError):
    status = 422
    message = "{unit} cannot be converted to {own}, the unit of this indicator."


class QuantityOutOfRange(DomainError):
    status = 422
    message = "{quantity} {unit} is too large or too small to be kept in {own}."


class MeasurementExists(Conflict):
    message = "{code} was reported already for {period} at this site; correct it instead."
