"""Every refusal of what concerns the method of an indicator."""

from shared.errors import Conflict, DomainError, Forbidden, NotFound


class IndicatorNotShipped(NotFound):
    message = "No indicator {code} comes with the product."


class AlreadyMeasuredHere(Conflict):
    message = "{code} is measured at this site already."


class MeasuredEverywhere(Conflict):
    message = "{code} is measured at every site; there is nothing to add or to take away."


class PersonNotKnown(DomainError):
    status = 422
    message = "Nobody who is active has the id {person_id}; choose somebody from the directory."


class AskedAlready(Conflict):
    message = "{person} was asked about this edition already."


class SaidAlready(Conflict):
    message = "The answer was given on {day}; a new edition can be asked about anew."


class OpinionNeedsReason(DomainError):
    status = 422
    message = "Say in a sentence what you have reservations about."


class ValidatedAlready(Conflict):
    message = "The method was validated on {day}."


class MethodNotInForce(Conflict):
    message = "{code} edition {edition} was superseded; validate the edition in force."


class ValidatorDefinedIt(Forbidden):
    message = "A method is validated by somebody who neither defined it nor answers for it."


class NobodyWasConsulted(DomainError):
    status = 422
    message = "{code} was discussed with nobody yet; ask those concerned before its validation."


class AnswersAwaited(Conflict):
    message = "{count} of those asked have not answered yet; wait for them."
