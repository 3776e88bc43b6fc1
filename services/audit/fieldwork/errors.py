"""Every refusal of the fieldwork."""

from shared.errors import Conflict, DomainError, Forbidden


class AuditNotPrepared(Conflict):
    message = "{audit} cannot start yet; it still needs {missing}."


class NotOnTheTeam(Forbidden):
    message = "Only the audit team of {audit} may do this until its fieldwork has ended."


class PlanFrozen(Conflict):
    message = "{audit} is {status}; its plan no longer changes."


class ChecklistFrozen(Conflict):
    message = "{audit} is {status}; its checklist no longer changes."


class RoomNotOpen(Conflict):
    message = "{audit} is {status}; the audit room is open while the audit is under way."


class SlotEndsBeforeItStarts(DomainError):
    status = 422
    message = "A slot that begins at {starts} cannot end at {ends}; correct one of them."


class SlotOutsideAudit(DomainError):
    status = 422
    message = "The audit takes place from {first} to {last}; choose one of these days."


class AuditorElsewhere(Conflict):
    message = "On {day} from {starts} to {ends} this auditor is already expected elsewhere."


class PlaceTaken(Conflict):
    message = "On {day} from {starts} to {ends} another slot is already held in {place}."


class AuditorNotOnTheTeam(DomainError):
    status = 422
    message = "This auditor is not on the team of {audit}; choose one of its members."


class SomebodyUnknown(DomainError):
    status = 422
    message = "Somebody named here is not known, or has left; choose others."


class TooManySlots(Conflict):
    message = "A plan has at most {most} slots."


class PlanEmpty(Conflict):
    message = "The plan of {audit} has no slot yet; add one first."


class PlanAlreadySent(Conflict):
    message = "Nothing has changed since version {number} of the plan was sent."


class NoRequirementKnown(Conflict):
    message = "No requirement of this audit's references is known; choose its references first."


class TooManyQuestions(Conflict):
    message = "A checklist has at most {most} questions."


class QuestionDropped(Conflict):
    message = "This question was dropped: {reason}"


class QuestionOfAnotherAudit(DomainError):
    status = 422
    message = "This question belongs to another audit; raise the finding from its own."


class QuestionAtTheEnd(Conflict):
    message = "This question cannot be moved further."


class WordingUnknown(DomainError):
    status = 422
    message = "This question has no edition {edition}; load the checklist anew."


class AnswerNeedsReason(DomainError):
    status = 422
    message = "Say why this was not audited, or does not apply."


class AnswersToSettle(Conflict):
    message = "{count} questions of {audit} have answers that contradict each other; settle them."


class ChecklistEmpty(Conflict):
    message = "The checklist of {audit} has no question to keep."
