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


class HumanErrorAlone(DomainError):
    status = 422
    message = "“{cause}” is no root cause: ask why it was possible, and what lets it happen again."


class IndicatorNotChosen(Conflict):
    message = "{number} names no indicator to judge its effect by; choose one, or say why none."


class TargetMissing(DomainError):
    status = 422
    message = "Say which value of {code} will show that the effect is there."


class UnknownIndicator(DomainError):
    status = 422
    message = "No indicator is called {code}; choose one of those in force."


class EffectMustBeVerified(Conflict):
    message = "{number} is to remove a cause: it ends when its effect is verified."


class VerifierBelowOwner(Forbidden):
    message = "Who owns {number} is above you; somebody they do not lead must judge it."


class PriorityNotGiven(DomainError):
    status = 422
    message = "Name a priority, or a gravity and a recurrence that give it."


class PriorityNeedsReason(DomainError):
    status = 422
    message = "Gravity and recurrence give {proposed}; say why it is {priority} instead."


class ContributorMayNotWork(DomainError):
    status = 422
    message = "A contributor may not work on actions at this site, or has left; choose others."


class ContributorTookPart(Conflict):
    message = "{number} is under way: whoever contributes stays named, others can be added."


class RefusalNeedsReason(DomainError):
    status = 422
    message = "Say why the later deadline of {number} is refused."


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
