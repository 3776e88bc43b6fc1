"""Every refusal of the identity service."""

from shared.errors import Conflict, DomainError, Forbidden, Unauthenticated


class WrongCredentials(Unauthenticated):
    """The same words whatever was wrong: they must not tell who has an account."""

    message = "E-mail address and password do not go together."


class TooManyAttempts(DomainError):
    status = 429
    message = "Too many attempts; wait {minutes} minutes and try again."


class NotSignedIn(Unauthenticated):
    message = "This session or token is no longer valid; sign in again."


class OneGroupOnly(Conflict):
    message = "This installation holds the group {group} already; one installation, one group."


class WrongParent(DomainError):
    status = 422
    message = "A {kind} belongs below {wanted}; choose such a parent."


class EmailTaken(Conflict):
    message = "Somebody with this e-mail address is there already."


class WeakPassword(DomainError):
    status = 422
    message = "This password is easy to guess; choose a longer or less common one."


class GrantEndsBeforeItStarts(DomainError):
    status = 422
    message = "A grant cannot end on {end} when it starts on {start}."


class OwnGrant(Forbidden):
    message = "Nobody gives a role to themselves; ask another coordinator."


class TokenLimit(Conflict):
    message = "You hold {count} personal tokens; revoke one before you make another."


class WrongPassword(DomainError):
    status = 422
    message = "This is not your current password."
