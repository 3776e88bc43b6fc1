"""People weighed for the team of an audit: those who are on it, and all who could be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.audit.auditors.cases import Rules, Task, days_in
from services.audit.auditors.composition import Eligible, composed, ranked
from services.audit.auditors.errors import Unfit
from services.audit.auditors.facts import (
    Known,
    languages_of,
    people_for,
    rules_in_force,
    task_of,
)
from services.audit.auditors.fitness import qualified_for, reasons
from services.audit.auditors.schemas import TeamRole
from services.audit.auditors.team_schemas import Candidate, Proposal
from services.audit.models import Audit
from shared.directory import holders
from shared.errors import NotFound
from shared.work import UnitOfWork


class Seat(Protocol):
    """Somebody's place in a team, chosen or kept."""

    @property
    def person_id(self) -> UUID: ...

    @property
    def role(self) -> TeamRole: ...

    @property
    def derogation(self) -> str: ...


@dataclass(frozen=True)
class Weighed:
    """What was asked of people, what is known of them, and what stands against each."""

    task: Task
    known: Mapping[UUID, Known]
    against: Mapping[UUID, Sequence[Unfit]]

    def uncovered(self, seats: Iterable[Seat]) -> frozenset[str]:
        """The references that nobody on the team may audit by; learning or advising covers none."""
        auditing = [seat for seat in seats if seat.role.audits]
        held = (qualified_for(self.known[s.person_id].person, self.task, s.role) for s in auditing)
        return self.task.codes - frozenset().union(*held)


def weigh(uow: UnitOfWork, audit: Audit, seats: Sequence[Seat], *, begins: bool = False) -> Weighed:
    """Hold each seat against the facts: of the days planned, or from today if the audit begins."""
    rules = rules_in_force(uow)
    task = task_of(uow, audit, uow.now.date() if begins else None)
    known = people_for(uow, audit, task, {seat.person_id for seat in seats}, rules)
    for seat in seats:
        if seat.person_id not in known:
            raise NotFound(kind="Person", id=seat.person_id)
    against = {
        seat.person_id: reasons(known[seat.person_id].person, task, seat.role, rules)
        for seat in seats
    }
    return Weighed(task, known, against)


def propose(uow: UnitOfWork, audit: Audit) -> Proposal:
    """Everybody who holds the auditor's role there, kept or refused with every reason."""
    rules, task = rules_in_force(uow), task_of(uow, audit)
    with uow.everywhere() as wide:
        ids = {row.person_id for row in holders(wide, "auditor", audit.site_id, task.since)}
    known = people_for(uow, audit, task, ids, rules)
    spoken = languages_of(uow, list(task.pilots))
    weighed = [_candidate(one, task, rules, spoken) for one in known.values()]
    eligible = {c.person_id: _eligible(c, known[c.person_id], task) for c in weighed if c.fit_as}
    team = composed(eligible.values(), task.codes)
    order = {one.id: place for place, one in enumerate(ranked(eligible.values()))}
    covered = frozenset().union(*(eligible[id].codes for id in team))
    weighed.sort(
        key=lambda c: (c.person_id not in team, order.get(c.person_id, len(order)), c.name)
    )
    return Proposal(
        audit_id=audit.id,
        version=audit.version,
        codes=sorted(task.codes),
        missing=sorted(task.codes - covered),
        candidates=[c.model_copy(update={"proposed_as": team.get(c.person_id)}) for c in weighed],
    )


def _candidate(known: Known, task: Task, rules: Rules, spoken: set[str]) -> Candidate:
    """Weighed as a lead first, and where that fails as a member."""
    person = known.person
    to_lead = reasons(person, task, TeamRole.LEAD, rules)
    as_member = reasons(person, task, TeamRole.AUDITOR, rules) if to_lead else to_lead
    fit_as = None if as_member else TeamRole.AUDITOR if to_lead else TeamRole.LEAD
    return Candidate(
        person_id=person.id,
        name=person.name,
        fit_as=fit_as,
        proposed_as=None,
        qualified_for=sorted(qualified_for(person, task, fit_as or TeamRole.AUDITOR)),
        reasons=[reason.told() for reason in as_member or to_lead],
        last_audited=known.last_audited,
        days=days_in(person, task.since.replace(day=1)),
        speaks=spoken <= known.languages,
    )


def _eligible(candidate: Candidate, known: Known, task: Task) -> Eligible:
    return Eligible(
        id=candidate.person_id,
        name=candidate.name,
        may_lead=candidate.fit_as is TeamRole.LEAD,
        codes=qualified_for(known.person, task, TeamRole.AUDITOR),
        last_audited=candidate.last_audited,
        days=candidate.days,
        speaks=candidate.speaks,
    )
