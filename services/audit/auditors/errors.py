"""Why somebody cannot be on a team, and what else is refused about auditors.

The reasons are refusals that a proposal shows without raising them: each is said once, in both
languages, wherever it is met.
"""

from typing import ClassVar

from services.audit.auditors.schemas import Family
from shared.errors import Conflict, DomainError, Forbidden, Problem


class Unfit(Conflict):
    """A reason why somebody cannot be in the team of an audit."""

    family: ClassVar[Family]

    def told(self) -> Problem:
        return Problem(type=self.type, detail=str(self), facts=self.facts)


class HoldsNoAuditorsRole(Unfit):
    family = Family.ROLE
    message = "{who} holds no auditor's role at this site on {day}; choose somebody who does."


class HasLeft(Unfit):
    family = Family.ROLE
    message = "{who} has no open account; choose somebody else."


class NotQualified(Unfit):
    family = Family.COMPETENCE
    message = "{who} has no competence for {references}."


class NotQualifiedYet(Unfit):
    family = Family.COMPETENCE
    message = "{who} is qualified for {reference} from {day} only."


class CompetenceEnded(Unfit):
    family = Family.COMPETENCE
    message = "The competence of {who} for {reference} ends on {day}."


class CompetenceRevoked(Unfit):
    family = Family.COMPETENCE
    message = "The competence of {who} for {reference} was withdrawn on {day}."


class NotQualifiedForThisType(Unfit):
    family = Family.COMPETENCE
    message = "{who} is qualified for {reference}, but not for audits of this type."


class StillInTraining(Unfit):
    family = Family.COMPETENCE
    message = "{who} is in training for {reference} and does not count as an auditor yet."


class OnlyAnExpert(Unfit):
    family = Family.COMPETENCE
    message = "{who} is a technical expert for {reference} and does not count as an auditor."


class NotQualifiedToLead(Unfit):
    family = Family.COMPETENCE
    message = "{who} is qualified for {reference} as a member of a team, not to lead it."


class TooFewAudits(Unfit):
    family = Family.COMPETENCE
    message = (
        "{who} took part in {held} audits in the {months} months before; leading takes {least}."
    )


class TooFewTutoredAudits(Unfit):
    family = Family.COMPETENCE
    message = (
        "{who} took part in {held} supervised audits in the {months} months before; leading"
        " takes {least}."
    )


class OutOfPractice(Unfit):
    family = Family.COMPETENCE
    message = (
        "{who} took part in {held} audits in the {months} months before; keeping a competence"
        " takes {least}."
    )


class Away(Unfit):
    family = Family.AVAILABILITY
    message = "{who} is away or taken up from {since} to {until}."


class OnAnotherAudit(Unfit):
    family = Family.AVAILABILITY
    message = "{who} audits at another site from {since} to {until}."


class OverTheCeiling(Unfit):
    family = Family.AVAILABILITY
    message = "{who} would audit on {days} days in {month}; the ceiling is {most}."


class PilotsAuditedProcess(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} pilots {process}, which is audited; choose somebody independent."


class PilotsThisSite(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} pilots all processes of this site; choose somebody independent."


class WorksInAuditedProcess(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} works in {process} at this site, which is audited."


class WorkedInAuditedProcess(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} worked in {process} at this site until {until}, less than {months} months ago."


class AdvisedAuditedProcess(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} advised {process} at this site until {until}, less than {months} months ago."


class WroteAuditedDocuments(Unfit):
    family = Family.INDEPENDENCE
    message = (
        "{who} wrote, checked or approved documents of {process} at this site until {until}, less"
        " than {months} months ago."
    )


class DrivesActionOfScope(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} drives actions that answer findings of what is audited: {count}."


class InLineWithPilot(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} is above or below {pilot} in the hierarchy, who pilots what is audited."


class TiedToPilot(Unfit):
    family = Family.INDEPENDENCE
    message = "{who} declared a tie with {pilot}, who pilots what is audited."


class TeamNeedsOneLead(Conflict):
    message = "A team has one lead auditor, and this one has {count}; name one."


class SeatedTwice(Conflict):
    message = "Somebody has two places in this team; give each person one."


class TeamLeavesUncovered(Conflict):
    message = "Nobody in the team of {audit} is qualified for {references}; add somebody who is."


class ChoiceNeedsReason(DomainError):
    status = 422
    message = "This is not the team that was proposed; say why in the field {missing}."


class DerogationNeedsCoAuditor(Conflict):
    message = "A conflict of {who} is accepted only beside an independent auditor; add one first."


class NotForOneself(Forbidden):
    message = "Nobody vouches for themselves; have somebody else do this who plans audits."


class PeriodEndsBeforeItStarts(DomainError):
    status = 422
    message = "What begins on {start} cannot end on {end}; correct the last day."


class ExpertNeedsDomain(DomainError):
    status = 422
    message = "A technical expert is one in something; state the {missing}."


class LinkNeedsFacts(DomainError):
    status = 422
    message = "This declaration needs {missing}."


class CompetenceAlreadyRevoked(Conflict):
    message = "This competence was withdrawn on {day}."


class PracticeStillAhead(DomainError):
    status = 422
    message = "An audit on {day} is still ahead and shows nothing yet."
