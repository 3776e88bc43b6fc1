"""What the bodies, their scales and the answers to findings refuse."""

from shared.errors import Conflict, DomainError, Forbidden


class GradeTwice(DomainError):
    status = 422
    message = "The scale has the grade {grade} twice; give each a code of its own."


class DutyDoesNotFit(DomainError):
    status = 422
    message = (
        "The grade {grade} is a {kind}: a nonconformity obliges to act, a strength does not, "
        "and only a nonconformity blocks a certificate."
    )


class GradeNotOnScale(DomainError):
    status = 422
    message = "{body} does not grade a finding {grade}; choose a grade of its scale."


class NotYoursToAnswer(Forbidden):
    message = (
        "This finding is answered by who owns its action or its process, or coordinates the site."
    )


class NotYoursToReview(Forbidden):
    message = "This answer is judged by the auditors of {audit}; leave it to them."


class NotYoursToRecord(Forbidden):
    message = "What an outside body found is entered by who plans audits at this site."


class NothingToAnswer(Conflict):
    message = "This finding asks for no answer, or has one already: it is {state}."


class AnswerIncomplete(DomainError):
    status = 422
    message = "This answer needs {missing}."


class OwnerMayNotAnswer(DomainError):
    status = 422
    message = "This person may not work on findings at this site, or has left; choose another."


class AnswerNotWaiting(Conflict):
    message = "This answer is {state}; there is nothing to decide about it."


class AnswerNotAccepted(Conflict):
    message = "The answer is {state}; a nonconformity closes once its answer is accepted."


class EvidenceTooSoon(Conflict):
    message = "The answer is {state}; bring evidence once it is accepted."
