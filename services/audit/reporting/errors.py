"""Every refusal that is about a report."""

from shared.errors import Conflict, DomainError, NotFound


class ReportExists(Conflict):
    message = "{reference} is this audit's report already; go on with it, or correct it."


class ReportNotDraft(Conflict):
    message = "{reference}, edition {edition}, is {status}: what was issued is never changed."


class ReportNotIssued(Conflict):
    message = "{reference}, edition {edition}, is {status}; only the edition issued is corrected."


class ReportIncomplete(DomainError):
    status = 422
    message = "A report is issued with all of it; write {missing}."


class ReportNotPrepared(Conflict):
    message = "{reference} has changed since its files were set; prepare them again, then issue."


class ImprovementsNotChecked(Conflict):
    message = "Improvements tied to no commitment, and without a reason: {count}. Check them first."


class UnknownCommitment(DomainError):
    status = 422
    message = "The policy in force holds no such commitment; choose one that it does."


class NotAReader(DomainError):
    status = 422
    message = "Some on the list may read no audit at this site: {count}. Take them off it."


class NotAnImprovement(DomainError):
    status = 422
    message = "Only the improvements of this audit are tied to commitments."


class NoReportFile(NotFound):
    message = "There is no such file of this report."


class AuditHasNoReport(Conflict):
    message = "{audit} has no report issued; its lead issues it first."
