"""Every refusal of reading across."""

from shared.errors import Conflict, DomainError, Forbidden


class NoSisterSite(DomainError):
    status = 422
    message = "There is no other site there to be asked; choose the whole group, or name sites."


class AlreadyAsked(Conflict):
    message = "Every one of these sites was asked about {number} already."


class AnswerDayNotAhead(DomainError):
    status = 422
    message = "An answer can only be asked for by a day to come; {day} is not."


class AlreadyAnswered(Conflict):
    message = "This question was answered on {day}."


class NotYoursToAnswer(Forbidden):
    message = "Only whoever coordinates the site answers for it."


class ConcernedNeedsOwner(DomainError):
    status = 422
    message = "Name who owns the action that your answer opens, and its priority."
