"""Whether somebody may be on a team: facts in, every reason against it out.

Pure calculation. What stands against somebody is told as refusals that are not raised, so that a
proposal says in full what a gate says when it refuses.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from services.audit.auditors.cases import (
    EVERY,
    Held,
    Person,
    Rules,
    Span,
    Task,
    Tie,
    audits_within,
    days_in,
    months_before,
)
from services.audit.auditors.errors import (
    AdvisedAuditedProcess,
    Away,
    CompetenceEnded,
    CompetenceRevoked,
    DrivesActionOfScope,
    HasLeft,
    HoldsNoAuditorsRole,
    InLineWithPilot,
    NotQualified,
    NotQualifiedForThisType,
    NotQualifiedToLead,
    NotQualifiedYet,
    OnAnotherAudit,
    OnlyAnExpert,
    OutOfPractice,
    OverTheCeiling,
    PilotsAuditedProcess,
    PilotsThisSite,
    StillInTraining,
    TiedToPilot,
    TooFewAudits,
    TooFewTutoredAudits,
    Unfit,
    WorkedInAuditedProcess,
    WorksInAuditedProcess,
    WroteAuditedDocuments,
)
from services.audit.auditors.schemas import Level, LinkKind, TeamRole

ENOUGH: Final[Mapping[TeamRole, frozenset[Level]]] = {
    TeamRole.LEAD: frozenset({Level.LEAD}),
    TeamRole.AUDITOR: frozenset({Level.LEAD, Level.AUDITOR}),
    TeamRole.TRAINEE: frozenset({Level.LEAD, Level.AUDITOR, Level.TRAINEE}),
    TeamRole.EXPERT: frozenset({Level.LEAD, Level.AUDITOR, Level.EXPERT}),
}
"""Which competences let somebody be what in a team."""

TOO_LOW: Final[Mapping[Level, type[Unfit]]] = {
    Level.TRAINEE: StillInTraining,
    Level.EXPERT: OnlyAnExpert,
    Level.AUDITOR: NotQualifiedToLead,
}
PAST: Final[Mapping[LinkKind, type[Unfit]]] = {
    LinkKind.JOB: WorkedInAuditedProcess,
    LinkKind.ADVICE: AdvisedAuditedProcess,
    LinkKind.DOCUMENTS: WroteAuditedDocuments,
}


def reasons(person: Person, task: Task, role: TeamRole, rules: Rules) -> list[Unfit]:
    """Everything that stands against somebody's being this in the team; nothing, if they may."""
    if not person.active:
        return [HasLeft(who=person.name)]
    if role.watches:
        return []
    return [
        *_role(person, task, role),
        *_competence(person, task, role, rules),
        *_availability(person, task, rules),
        *_independence(person, task, rules),
    ]


def qualified_for(person: Person, task: Task, role: TeamRole) -> frozenset[str]:
    """Which of the audit's references somebody may audit by, all the days it takes."""
    enough = ENOUGH.get(role, frozenset())
    usable = (held for held in person.competences if _is_usable(held, task))
    return frozenset(held.code for held in usable if held.level in enough) & task.codes


def _role(person: Person, task: Task, role: TeamRole) -> Iterator[Unfit]:
    if not person.audits_here and role is not TeamRole.EXPERT:
        yield HoldsNoAuditorsRole(who=person.name, day=task.since)


def _competence(person: Person, task: Task, role: TeamRole, rules: Rules) -> Iterator[Unfit]:
    if not task.codes:
        return
    if not qualified_for(person, task, role):
        yield from _lacking(person, task)
        return
    if role is TeamRole.LEAD:
        yield from _experience(person, task, rules)
    if role.audits:
        yield from _practice(person, task, rules)


def _lacking(person: Person, task: Task) -> Iterator[Unfit]:
    unknown = []
    for code in sorted(task.codes):
        held = [one for one in person.competences if one.code == code]
        if held:
            yield _flaw(person, max(held, key=lambda one: one.until), task)
        else:
            unknown.append(code)
    if unknown:
        yield NotQualified(who=person.name, references=", ".join(unknown))


def _flaw(person: Person, held: Held, task: Task) -> Unfit:
    """What is wrong with the competence that comes nearest."""
    told = {"who": person.name, "reference": held.code}
    if held.revoked_on is not None:
        return CompetenceRevoked(**told, day=held.revoked_on)
    if held.until < task.until:
        return CompetenceEnded(**told, day=held.until)
    if held.since > task.since:
        return NotQualifiedYet(**told, day=held.since)
    if held.types and task.type not in held.types:
        return NotQualifiedForThisType(**told)
    return TOO_LOW[held.level](**told)


def _is_usable(held: Held, task: Task) -> bool:
    lasts = held.since <= task.since and task.until <= held.until
    return lasts and held.revoked_on is None and (not held.types or task.type in held.types)


def _experience(person: Person, task: Task, rules: Rules) -> Iterator[Unfit]:
    lately = audits_within(person, task.since, rules.lead_months)
    tutored = sum(past.tutored for past in lately)
    told = {"who": person.name, "months": rules.lead_months}
    if len(lately) < rules.lead_audits:
        yield TooFewAudits(**told, held=len(lately), least=rules.lead_audits)
    elif tutored < rules.lead_tutored:
        yield TooFewTutoredAudits(**told, held=tutored, least=rules.lead_tutored)


def _practice(person: Person, task: Task, rules: Rules) -> Iterator[Unfit]:
    """A competence is kept by auditing. Who has had it for less time has it to come."""
    begun = months_before(task.since, rules.kept_months)
    young = any(held.since > begun and held.code in task.codes for held in person.competences)
    lately = audits_within(person, task.since, rules.kept_months)
    if not young and len(lately) < rules.kept_audits:
        told = {"who": person.name, "months": rules.kept_months}
        yield OutOfPractice(**told, held=len(lately), least=rules.kept_audits)


def _availability(person: Person, task: Task, rules: Rules) -> Iterator[Unfit]:
    for span in person.away:
        if span.meets(task):
            yield Away(who=person.name, since=span.since, until=span.until)
    for visit in person.visits:
        if visit.meets(task) and visit.site_id != task.site_id:
            yield OnAnotherAudit(who=person.name, since=visit.since, until=visit.until)
    for first in sorted({day.replace(day=1) for day in Span(task.since, task.until).days}):
        days = days_in(person, first, task)
        if days > rules.most_days:
            told = {"month": f"{first:%m/%Y}", "most": rules.most_days}
            yield OverTheCeiling(who=person.name, days=days, **told)


def _independence(person: Person, task: Task, rules: Rules) -> Iterator[Unfit]:
    yield from _piloting(person, task)
    if person.works_at == task.site_id:
        for process in sorted(filter(task.covers, person.works_in)):
            yield WorksInAuditedProcess(who=person.name, process=process)
    for tie in person.ties:
        yield from _tied(person, tie, task, rules)
    if person.drives:
        yield DrivesActionOfScope(who=person.name, count=person.drives)
    for id, pilot in task.pilots.items():
        if id in person.in_line_with:
            yield InLineWithPilot(who=person.name, pilot=pilot)


def _piloting(person: Person, task: Task) -> Iterator[Unfit]:
    if EVERY in person.pilots:
        yield PilotsThisSite(who=person.name)
    for process in sorted(name for name in person.pilots if name and task.covers(name)):
        yield PilotsAuditedProcess(who=person.name, process=process)


def _tied(person: Person, tie: Tie, task: Task, rules: Rules) -> Iterator[Unfit]:
    if tie.other_id and tie.other_id in task.pilots:
        yield TiedToPilot(who=person.name, pilot=task.pilots[tie.other_id])
    recent = months_before(task.since, rules.cooling_off_months)
    here = tie.site_id == task.site_id and task.covers(tie.process)
    if tie.kind in PAST and here and tie.until is not None and tie.until >= recent:
        told = {"process": tie.process, "until": tie.until, "months": rules.cooling_off_months}
        yield PAST[tie.kind](who=person.name, **told)
