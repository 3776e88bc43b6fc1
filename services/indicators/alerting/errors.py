"""Every refusal of what concerns alerts."""

from shared.errors import Conflict, DomainError


class AlertNotRaised(Conflict):
    message = "This alert is {status}; only a raised one can be acknowledged."


class AlertAlreadyClosed(Conflict):
    message = "This alert was closed on {day}."


class AlertNeedsAnswer(DomainError):
    status = 422
    message = "An alert is closed with the action taken or a written reason; give one of them."


class ActionNotKnownHere(DomainError):
    status = 422
    message = "There is no action {action_id} at the place of this alert."
