"""Every refusal of the audit service."""

from shared.errors import Conflict, DomainError, Forbidden


class AuditNotUnderWay(Conflict):
    message = "{audit} is {status}; start it first."


class AuditNotPlanned(Conflict):
    message = "{audit} is {status}; only a planned audit can be started or given another lead."


class AuditHasNoLead(Conflict):
    message = "{audit} has no lead auditor yet; name one first."


class AuditEndsBeforeItStarts(DomainError):
    status = 422
    message = "An audit that begins on {start} cannot end on {end}; correct the last day."


class AuditWithoutCriteria(DomainError):
    status = 422
    message = "An audit is held against something: choose a reference, or state the {missing}."


class NotYourAudit(Forbidden):
    message = "Only the lead auditor of {audit} may do this."


class NonconformityIncomplete(DomainError):
    status = 422
    message = "A nonconformity needs {missing}."


class UnknownAudit(DomainError):
    message = "You lead no audit under way that is called {value}; write its title as it is."


class AmbiguousAudit(DomainError):
    message = "You lead several audits called {value}; raise these findings on the audit's page."


class NoExternalAudit(DomainError):
    message = "No audit by an outside body is under way where you plan audits; have it begin first."


class UnknownExternalAudit(DomainError):
    message = "No audit by an outside body that is under way is called {value}; write its title."


class AmbiguousExternalAudit(DomainError):
    message = "Several audits by outside bodies could be meant; write the title of one here."


class FindingAlreadyClosed(Conflict):
    message = "This finding was closed on {day}."


class FindingHasNoAction(Conflict):
    message = (
        "No action on this nonconformity is known yet; it can be closed once one is effective."
    )


class FindingHasOpenActions(Conflict):
    message = "Actions on this finding not verified effective yet: {count}. Verify them first."


class AuditHasOpenNonconformities(Conflict):
    message = "{audit} still has {count} open nonconformities; close them first."


class AuditNotReporting(Conflict):
    message = "{audit} is {status}; end its fieldwork first."


class AuditCannotBeCancelled(Conflict):
    message = "{audit} is {status} and can no longer be cancelled."
