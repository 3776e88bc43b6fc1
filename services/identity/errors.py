"""Every refusal of the identity service."""

from shared.errors import Conflict, DomainError, Forbidden, Unauthenticated


class WrongCredentials(Unauthenticated):
    """The same words whatever was wrong: they must not tell who has an account."""

    message = "E-mail address and password do not go together."


class TooManyAttempts(DomainError):
    status = 429
    message = "Too many attempts; wait {minutes} min and try again."


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


class WrongCode(DomainError):
    status = 422
    message = "This code is not right, or was used before; enter the one shown now."


class CodeNeeded(DomainError):
    status = 422
    message = "Enter the code of your authenticator app too."


class FactorThere(Conflict):
    message = "You have an authenticator app already; remove it before you set up another."


class LinkWorthless(DomainError):
    status = 422
    message = "This link was used already or is too old; ask for a new one."


class AlreadyJoined(Conflict):
    message = "{person} has a password already; whoever forgot it asks for a new one."


class NoProvider(DomainError):
    status = 404
    message = "No identity provider is set up here."


class ProviderRefused(Unauthenticated):
    """What came back did not hold. Why is logged; who tries it on is not told."""

    message = "The identity provider's answer was not accepted; start again."


class NotLinked(Unauthenticated):
    message = "This account is linked to nobody here; sign in with your password and link it."


class LinkedToAnother(Conflict):
    message = "This account of the identity provider belongs to somebody else here."
