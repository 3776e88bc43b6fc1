"""Every refusal of the policy service."""

from shared.errors import Conflict, DomainError


class UnknownOwner(DomainError):
    status = 422
    message = "This person is not known here or has left; choose another owner."


class TooFewDomains(DomainError):
    status = 422
    message = (
        "A policy covers at least two of quality, safety and environment; this one covers {count}."
    )


class PolicyNotDraft(Conflict):
    message = "Edition {edition} is {status}; only a draft can be changed or submitted."


class PolicyNotInReview(Conflict):
    message = "Edition {edition} is {status}; only an edition in review can be approved."


class PolicyNotApproved(Conflict):
    message = "Edition {edition} is {status}; only an approved edition can be published."


class PolicyNotInForce(Conflict):
    message = "Edition {edition} is {status}; start the new edition from the one in force."


class BaseNotInForce(Conflict):
    message = (
        "Edition {edition} was started from an edition that is no longer in force; "
        "start again from the current one."
    )


class AlreadyDecided(Conflict):
    message = "This review was decided on {day}."
