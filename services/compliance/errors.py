"""Every refusal of the compliance service."""

from shared.errors import Conflict, DomainError


class ReferenceThere(Conflict):
    message = "{reference} is in the library already ({status}); take that one, or name another."


class ReferenceNotDraft(Conflict):
    message = (
        "{reference} is {status} and never changes again; draft a newer edition that takes over."
    )


class ReferenceNotIssued(Conflict):
    message = "{reference} is {status}; only an issued edition is superseded by another."


class ReferenceEmpty(Conflict):
    message = "{reference} has no requirement yet; add them before it is issued."


class ReferenceFull(Conflict):
    message = "{reference} would have more than {most} requirements; cut it into several."


class AnotherCode(DomainError):
    status = 422
    message = "{newer} is no edition of {code}; an edition is superseded by a newer one of its own."


class NotNewer(DomainError):
    status = 422
    message = "{newer} is in force from {day}, before {older} was; choose a newer edition."


class TransitionTooShort(DomainError):
    status = 422
    message = "{newer} is in force from {day} only; {older} cannot end before."


class RequirementThere(Conflict):
    message = "{reference} has a requirement {number} already."


class UnknownParent(DomainError):
    status = 422
    message = "{reference} has no requirement {parent} to stand below."


class RequirementHasParts(Conflict):
    message = "Requirements stand below {number}: {count}. Remove them first."


class UnknownDraft(DomainError):
    message = "There is no draft {value}; draft the reference first, with its code and edition."


class NothingShipped(DomainError):
    status = 404
    message = "No standard called {name} comes with the product."
