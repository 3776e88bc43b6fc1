"""The team of an audit: proposed, chosen, checked again at the start and fixed there."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from services.audit.auditors.errors import (
    ChoiceNeedsReason,
    DerogationNeedsCoAuditor,
    NotForOneself,
    SeatedTwice,
    TeamLeavesUncovered,
    TeamNeedsOneLead,
    Unfit,
)
from services.audit.auditors.models import TeamChoice, TeamMember, TeamRecord
from services.audit.auditors.proposals import Seat, Weighed, propose, weigh
from services.audit.auditors.schemas import Family, TeamRole
from services.audit.auditors.team_schemas import (
    Candidate,
    MemberOut,
    Proposal,
    RecordOut,
    Seated,
    TeamIn,
    TeamOut,
)
from services.audit.models import Audit
from services.audit.schemas import AuditStatus
from shared.directory import names_of_people
from shared.errors import NotFound
from shared.work import UnitOfWork


def seat_lead(uow: UnitOfWork, audit: Audit, lead_id: UUID) -> None:
    """Give the team its lead. Whoever led it before leaves it."""
    _hold(uow, [lead_id])
    lead = TeamMember(audit_id=audit.id, site_id=audit.site_id, person_id=lead_id, derogation="")
    lead.role = TeamRole.LEAD
    _require_fit([lead], weigh(uow, audit, [lead]))
    for member in members_of(uow, audit.id):
        if member.role is TeamRole.LEAD or member.person_id == lead_id:
            uow.session.delete(member)
    uow.session.flush()
    uow.add(lead)


def choose_team(uow: UnitOfWork, audit_id: UUID, data: TeamIn) -> TeamOut:
    """Take the team that was proposed, or another one and say why."""
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    audit.require_planned()
    lead_id = _only_lead(data)
    _hold(uow, [seat.person_id for seat in data.seats])
    if any(seat.derogation and seat.person_id == uow.actor.id for seat in data.seats):
        raise NotForOneself
    _require_known(uow, data)
    weighed = weigh(uow, audit, data.seats)
    _require_fit(data.seats, weighed)
    proposal = propose(uow, audit)
    if _chosen(data) != _proposed(proposal) and not data.reason:
        raise ChoiceNeedsReason(missing="reason")
    uow.because(data.reason)
    _note_choice(uow, audit, proposal, data.reason)
    _seat(uow, audit, data, weighed)
    audit.lead_id = lead_id
    # Whoever chooses at the same time is to be told, even where the lead stays the same.
    flag_modified(audit, "lead_id")
    uow.session.flush()
    return team_of(uow, audit)


def fix_team(uow: UnitOfWork, audit: Audit) -> None:
    """Check everybody anew on the day the audit begins, and keep for good who was chosen and why.

    What was true when they were named may have ended meanwhile.
    """
    seats = members_of(uow, audit.id)
    _hold(uow, [seat.person_id for seat in seats])
    weighed = weigh(uow, audit, seats, begins=True)
    _require_fit(seats, weighed)
    uncovered = weighed.uncovered(seats)
    if uncovered:
        raise TeamLeavesUncovered(audit=audit.title, references=", ".join(sorted(uncovered)))
    choice = _choice(uow, audit.id)
    candidates = choice.candidates if choice else _plain(propose(uow, audit).candidates)
    record = TeamRecord(
        audit_id=audit.id,
        site_id=audit.site_id,
        members=_plain(MemberOut.model_validate(seat) for seat in seats),
        candidates=candidates,
        reason=choice.reason if choice else "",
        decided_by=choice and choice.decided_by,
        decided_at=choice and choice.decided_at,
        frozen_at=uow.now,
    )
    uow.add(record)


def team_of(uow: UnitOfWork, audit: Audit) -> TeamOut:
    """Who is on the team; for who plans or audits there also why, and why others are not."""
    site, actor = audit.site_id, uow.actor
    trusted = actor.may("audit:plan", site) or actor.may("audit:conduct", site)
    seats = members_of(uow, audit.id)
    record = _record(uow, audit.id)
    if record and not trusted:
        record = record.model_copy(update={"candidates": []})
    ahead = audit.status is AuditStatus.PLANNED and trusted
    weighed = weigh(uow, audit, seats) if ahead else None
    against = weighed.against if weighed else {}
    return TeamOut(
        members=[_seated(seat, against.get(seat.person_id, ())) for seat in seats],
        uncovered=sorted(weighed.uncovered(seats)) if weighed else [],
        record=record,
    )


def seats_of(uow: UnitOfWork, audit_id: UUID) -> Sequence[MemberOut]:
    """The team as it was when the audit started; until then, as it is."""
    record = _record(uow, audit_id)
    if record is not None:
        return record.members
    return [MemberOut.model_validate(seat) for seat in members_of(uow, audit_id)]


def members_of(uow: UnitOfWork, audit_id: UUID) -> Sequence[TeamMember]:
    theirs = uow.select(TeamMember).where(TeamMember.audit_id == audit_id)
    return uow.session.scalars(theirs.order_by(TeamMember.id)).all()


def _record(uow: UnitOfWork, audit_id: UUID) -> RecordOut | None:
    kept = uow.session.scalar(uow.select(TeamRecord).where(TeamRecord.audit_id == audit_id))
    return RecordOut.model_validate(kept) if kept else None


def _hold(uow: UnitOfWork, ids: Iterable[UUID]) -> None:
    """Whoever else names one of them, for whatever audit, waits: nobody is taken twice."""
    for id in sorted(ids):
        key = func.hashtextextended(f"auditor {id}", 0)
        uow.session.execute(select(func.pg_advisory_xact_lock(key)))


def _require_fit(seats: Sequence[Seat], weighed: Weighed) -> None:
    """Refuse whoever is unqualified, unavailable or dependent.

    A small site may have nobody independent: then a conflict is accepted for a reason, beside
    somebody who has none.
    """
    for seat in seats:
        for reason in weighed.against[seat.person_id]:
            if not (seat.derogation and reason.family is Family.INDEPENDENCE):
                raise reason
    accepted = [seat for seat in seats if weighed.against[seat.person_id]]
    free = any(seat.role.audits and not weighed.against[seat.person_id] for seat in seats)
    if accepted and not free:
        raise DerogationNeedsCoAuditor(who=weighed.known[accepted[0].person_id].person.name)


def _require_known(uow: UnitOfWork, data: TeamIn) -> None:
    known = names_of_people(uow, [seat.person_id for seat in data.seats])
    for seat in data.seats:
        if seat.person_id not in known:
            raise NotFound(kind="Person", id=seat.person_id)


def _only_lead(data: TeamIn) -> UUID:
    if len({seat.person_id for seat in data.seats}) < len(data.seats):
        raise SeatedTwice
    leads = [seat.person_id for seat in data.seats if seat.role is TeamRole.LEAD]
    if len(leads) != 1:
        raise TeamNeedsOneLead(count=len(leads))
    return leads[0]


def _chosen(data: TeamIn) -> dict[UUID, TeamRole]:
    return {seat.person_id: seat.role for seat in data.seats if seat.role.audits}


def _proposed(proposal: Proposal) -> dict[UUID, TeamRole]:
    return {c.person_id: c.proposed_as for c in proposal.candidates if c.proposed_as}


def _note_choice(uow: UnitOfWork, audit: Audit, proposal: Proposal, reason: str) -> None:
    choice = _choice(uow, audit.id)
    if choice is None:
        choice = TeamChoice(audit_id=audit.id, site_id=audit.site_id)
        uow.session.add(choice)
    choice.candidates, choice.reason = _plain(proposal.candidates), reason
    choice.decided_by, choice.decided_at = uow.actor.id, uow.now


def _seat(uow: UnitOfWork, audit: Audit, data: TeamIn, weighed: Weighed) -> None:
    for member in members_of(uow, audit.id):
        uow.session.delete(member)
    uow.session.flush()
    for seat in data.seats:
        reason = seat.derogation if weighed.against[seat.person_id] else ""
        uow.add(
            TeamMember(
                audit_id=audit.id,
                site_id=audit.site_id,
                person_id=seat.person_id,
                role=seat.role,
                derogation=reason,
                derogated_by=uow.actor.id if reason else None,
            )
        )


def _choice(uow: UnitOfWork, audit_id: UUID) -> TeamChoice | None:
    return uow.session.scalar(uow.select(TeamChoice).where(TeamChoice.audit_id == audit_id))


def _seated(seat: TeamMember, against: Sequence[Unfit]) -> Seated:
    told = [reason.told() for reason in against]
    return Seated(**MemberOut.model_validate(seat).model_dump(), reasons=told)


def _plain(rows: Iterable[Candidate | MemberOut]) -> list[dict[str, object]]:
    return [row.model_dump(mode="json") for row in rows]
