"""What is refused for what audits are held against, and what they are about."""

from shared.errors import DomainError


class UnknownReference(DomainError):
    status = 422
    message = "Some of these references are not issued, or not known here yet: {count}."


class ReferenceNotInForce(DomainError):
    status = 422
    message = "{reference} is not in force on {day}; choose the edition that is."


class UnknownProcess(DomainError):
    status = 422
    message = "There is no process {process} in the register; choose one of those."


class ProcessNotAtSite(DomainError):
    status = 422
    message = "The process {process} does not run at this site; choose one that does."


class RequirementNotOfAudit(DomainError):
    status = 422
    message = "This requirement is of no reference that {audit} is held against; choose another."
