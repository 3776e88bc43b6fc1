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


class OutsiderWithToken(Forbidden):
    message = "People from outside hold no personal tokens; they sign in."


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


class GrantWithoutEnd(DomainError):
    status = 422
    message = "A role ends: name its last day, at most {months} months after the first."


class GrantTooLong(DomainError):
    status = 422
    message = "A role lasts {months} months at most: name a last day up to {latest}."


class OutsiderOnWholeGroup(DomainError):
    status = 422
    message = "Nobody from outside holds a role on the whole of {group}; name a division or a site."


class GrantOver(Conflict):
    message = "This role is over since {day}."


class NeedsTwoPeople(Conflict):
    message = "A coordinator's role is proposed, and a second person confirms it."


class OnePersonIsEnough(Conflict):
    message = "This role needs no second person; give it."


class AlreadyProposed(Conflict):
    message = "This role is proposed for {name} already, and waits for a second person."


class ProposalDecided(Conflict):
    message = "This proposal is decided already: {status}."


class ProposalExpired(Conflict):
    message = "Nobody confirmed this proposal until {day}; propose it again."


class OwnProposal(Forbidden):
    message = "You proposed this role; somebody else confirms it."


class OwnRole(Forbidden):
    message = "This role would be yours; somebody else decides about it."


class NotYourProposal(Forbidden):
    message = "A proposal is withdrawn by the person who made it."


class LastCoordinator(Conflict):
    message = "{name} is the last active coordinator of the group; name another one first."


class PersonInactive(Conflict):
    message = "The account of {name} is closed; open it again first."


class PersonActive(Conflict):
    message = "The account of {name} is open already."


class HoldsRolesElsewhere(Forbidden):
    message = "{name} holds roles beyond your places; ask a coordinator who covers them."


class CoordinatorKeepsAddress(Conflict):
    message = "{name} is a coordinator, or proposed as one: take that back before the address."


class PasswordOfAnother(Forbidden):
    message = "Nobody chooses somebody else's password; invite them instead."


class VerificationUnderWay(Conflict):
    message = "A verification is under way already; its outcome will be here."


class TooManyProofs(Conflict):
    message = "{count} proofs that you asked for are still being made; wait until one is there."


class WrongPlace(DomainError):
    status = 422
    message = "{place} is no site: a proof is of one site."


class ProofGone(DomainError):
    status = 404
    message = "This proof is not there (any more); ask for a new one."


class NotAnAddress(DomainError):
    message = "{value} is no e-mail address; write one like name@company.com."


class UnknownPlace(DomainError):
    message = "There is no place {value} where you administer; write its name or its code."


class AmbiguousPlace(DomainError):
    message = "Several places are called {value}; write the code of the one you mean."


class UnknownSuperior(DomainError):
    status = 422
    message = "Nobody that you may know of has the address {email}; write your colleague's."


class OwnSuperior(Conflict):
    message = "{name} would report to themselves; name a superior who does not report to them."
