"""Every refusal of the actions service."""

from shared.errors import Conflict, DomainError, Forbidden


class ActionNotOpen(Conflict):
    message = "{number} is {status}; only an open action can be planned, started or assigned."


class ActionNotInProgress(Conflict):
    message = "{number} is {status}; start it before you declare it done."


class ActionNotDone(Conflict):
    message = "{number} is {status}; its owner must declare it done before its effect is verified."


class ActionFinished(Conflict):
    message = "{number} is {status} and can no longer be changed."


class ActionHasNoOwner(Conflict):
    message = "{number} has no owner yet; name one first."


class NotYourAction(Forbidden):
    message = "{number} belongs to somebody else; only its owner or a coordinator may do this."


class RootCauseMissing(Conflict):
    message = "{number} is a corrective action; write down the root cause before the work starts."


class EffectivenessNotPlanned(Conflict):
    message = "{number} has no criterion of effectiveness with a check date yet; plan them first."


class OwnerMayNotWork(DomainError):
    status = 422
    message = "This person may not work on actions at this site, or has left; choose another."


class CheckDateNotAhead(DomainError):
    status = 422
    message = "The effect can only be checked on a day to come; {day} is not."


class DeadlineNotLater(DomainError):
    status = 422
    message = "A moved deadline must be later than {due_on}."


class DeadlineBeyondDelay(DomainError):
    status = 422
    message = "{priority} is to be done by {due_on} at the latest; name a sooner day or none."


class MoveAlreadyAsked(Conflict):
    message = "A later deadline for {number} is waiting for an answer already."


class NoMoveAsked(Conflict):
    message = "Nobody asked to move the deadline of {number}."
