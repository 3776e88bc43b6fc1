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


class ComponentTwice(DomainError):
    status = 422
    message = "{code} is named twice in the formula; each part has its own code."


class FormulaNeedsSides(DomainError):
    status = 422
    message = "A formula of this kind is made of: {sides}. Name a part of each, and of no other."


class ChainNeedsPlainSteps(DomainError):
    status = 422
    message = "The steps of a chain are multiplied as they are; leave their weights at 1."


class NumeratorMissing(DomainError):
    status = 422
    message = "{code} needs a value; give the numerator."


class SidesUnwanted(DomainError):
    status = 422
    message = "{code} is made of named parts; give these, and neither numerator nor denominator."


class OwnerNotKnown(DomainError):
    status = 422
    message = "Nobody who is active has the id {owner_id}; choose an owner from the directory."


class AmountsMissing(DomainError):
    status = 422
    message = "The formula also needs {amounts}; give every part, zero if there was none."


class AmountsUnknown(DomainError):
    status = 422
    message = "{unknown} is no part of the formula of this indicator."


class AmountsUnreadable(DomainError):
    status = 422
    message = "Write each part as its code, an equals sign and a number, parted by semicolons."


class ImplausibleLimits(DomainError):
    status = 422
    message = "The lowest plausible value lies above the highest."


class NotMeasuredHere(DomainError):
    status = 422
    message = "{code} is not measured at this site; add it to the indicators of the site first."


class NoLongerMeasuredHere(Conflict):
    message = "{code} has not been measured here since {day}."


class CountedEverywhere(DomainError):
    status = 422
    message = "{code} is counted at every site; it cannot be left to those that choose it."


class ChartNeedsRatio(DomainError):
    status = 422
    message = "A chart {chart} is one of a ratio: a number over what it is counted in."


class LegalLimitMissing(DomainError):
    status = 422
    message = "Give the legal limit that four fifths of are watched for, or do not watch it."


class MeasurementExists(Conflict):
    message = "{code} was reported already for {period} at this site; correct it instead."
