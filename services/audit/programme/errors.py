"""Every refusal of programmes, certificates, samples and feeds."""

from shared.errors import Conflict, DomainError, Forbidden


class ProgrammeNotDraft(Conflict):
    message = (
        "{programme} is {status}; what changes now is a new entry or a postponement, with a reason."
    )


class ProgrammeNotApproved(Conflict):
    message = "{programme} is {status}; only an approved programme is closed."


class ProgrammeClosed(Conflict):
    message = "{programme} is closed; put the entry into the programme that follows."


class ProgrammeEmpty(Conflict):
    message = "{programme} has no entry yet; there is nothing to approve."


class ProgrammeHasOpenEntries(Conflict):
    message = "Entries still to be held or decided: {count}. Hold, postpone beyond or drop them."


class PeriodNotOrdered(DomainError):
    status = 422
    message = "A programme ends in the month in which it starts or later, at most {months} months."


class SiteOutsideProgramme(DomainError):
    status = 422
    message = "This site is not one of those that the programme is for."


class MonthOutsideProgramme(DomainError):
    status = 422
    message = "The programme is for {first} to {last}; choose a month of it."


class AdditionWithoutReason(DomainError):
    status = 422
    message = "An approved programme takes another entry with a reason only; {missing} is empty."


class NothingToAudit(DomainError):
    status = 422
    message = "An entry says what is audited: a reference or a process."


class EntryNotDraft(Conflict):
    message = "This entry is {status}; it can be postponed or dropped, with a reason."


class EntryNotOpen(Conflict):
    message = "This entry is {status}; only one that is programmed or postponed can change so."


class NotPostponed(DomainError):
    status = 422
    message = "It is programmed in {month}; a postponement names a later month."


class ProposalStale(Conflict):
    message = "The programme or what it covers changed meanwhile; look at the proposal anew."


class LineUnknown(DomainError):
    status = 422
    message = "Lines that the proposal does not hold: {count}. Look at the proposal anew."


class RestoreLimitPassed(Conflict):
    message = "The certificate could be restored until {limit}; certification begins anew."


class DecisionMissing(DomainError):
    status = 422
    message = "Say when the body decided, or by when a decision is wanted; {missing} is empty."


class DecisionNotLater(DomainError):
    status = 422
    message = "The last decision is of {day}; another comes after it, and not in the future."


class CertificateOver(Conflict):
    message = "This certificate is {status}; only one that is alive can change so."


class StatusNotForHand(DomainError):
    status = 422
    message = "A certificate becomes {wanted} by a decision or by the day, not by hand."


class SitesOutsideCertificate(DomainError):
    status = 422
    message = "Sites that the place of the certificate does not have: {count}."


class CentralNotASite(DomainError):
    status = 422
    message = "The central function is at a site of the certificate; choose one of them."


class WindowMet(Conflict):
    message = "This audit was held on {day}."


class NotInTheFuture(DomainError):
    status = 422
    message = "What has been held was held on a day up to {today}."


class TooFewSites(Conflict):
    message = "A sample is drawn among two sites or more besides the central function."


class SampleDrawn(Conflict):
    message = "The sample of {year} was drawn already: a choice is not repeated until it pleases."


class AddedWithoutReason(DomainError):
    status = 422
    message = "Sites that risk adds to the sample need a reason; {missing} is empty."


class NoFeedForOutsiders(Forbidden):
    message = "A feed is read without signing in; people from outside have none."


class TooManyFeeds(Conflict):
    message = "You have {count} feeds; revoke one that is no longer used."


class UnknownFeed(DomainError):
    status = 404
    message = "There is no such feed, or its access has ended."
