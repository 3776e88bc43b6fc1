"""Every refusal of the search for causes."""

from shared.errors import Conflict, DomainError


class TooFewWhys(DomainError):
    status = 422
    message = "“{cause}” comes after {count} whys; a root cause takes {least} at least."


class TooManyWhys(DomainError):
    status = 422
    message = "“{cause}” comes after more than {most} whys; leave out what explains nothing."


class WhyOfNothing(DomainError):
    status = 422
    message = "Answer {number} says why of an answer that is not above it; name one that is."


class NotReadBack(DomainError):
    status = 422
    message = "Read “{cause}” upwards with “therefore”; confirm it once it gives the effect again."


class NotTheLast(DomainError):
    status = 422
    message = "“{cause}” is explained further down; confirm the cause that nothing explains."


class CauseNeedsProof(DomainError):
    status = 422
    message = "Say what confirms “{cause}”, or what rules it out."


class NotInTheScheme(DomainError):
    status = 422
    message = "“{cause}” belongs to a family that the {scheme} does not have."


class EightDOutOfOrder(Conflict):
    message = "{step} is complete after {before} only; complete that first."


class StepAlreadyComplete(Conflict):
    message = "{step} was completed on {day} and stays as it is."


class StepIncomplete(DomainError):
    status = 422
    message = "{step} still has to say {count} things; fill them in before you complete it."


class UnknownFact(DomainError):
    status = 422
    message = "{step} asks for no {fact}."
