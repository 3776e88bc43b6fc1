"""What can be done to a programme and its entries."""

from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

from services.audit import commands as auditing
from services.audit.events import (
    EntryDropped,
    EntryHeld,
    EntryPostponed,
    EntryProgrammed,
    ProgrammeApproved,
)
from services.audit.library.queries import references_named, require_processes_at
from services.audit.models import Audit
from services.audit.programme.certificate_models import Window
from services.audit.programme.coverage_schemas import AcceptIn, Line
from services.audit.programme.errors import (
    AdditionWithoutReason,
    LineUnknown,
    MonthOutsideProgramme,
    NothingToAudit,
    PeriodNotOrdered,
    ProposalStale,
    SiteOutsideProgramme,
)
from services.audit.programme.models import Entry, Programme, as_kept
from services.audit.programme.months import months_between
from services.audit.programme.proposals import proposal
from services.audit.programme.queries import Wanted, count_open, entries, entries_of
from services.audit.programme.schemas import (
    DropIn,
    EntryChange,
    EntryFacts,
    EntryIn,
    EntryStatus,
    PlanIn,
    PostponeIn,
    ProgrammeChange,
    ProgrammeIn,
    ProgrammeStatus,
    RemoveIn,
    StepIn,
)
from services.audit.schemas import AuditIn
from services.audit.schemas import StepIn as AuditStep
from shared.directory import sites_below
from shared.schemas import Meaning
from shared.signing import signing
from shared.work import UnitOfWork

LONGEST: Final = 60
"""Months of a programme."""


def draft_programme(uow: UnitOfWork, data: ProgrammeIn) -> Programme:
    known = uow.find(Programme, data.id)
    if known is not None:
        return known
    if not 1 <= len(months_between(data.starts_on, data.ends_on)) <= LONGEST:
        raise PeriodNotOrdered(months=LONGEST)
    values = data.model_dump(exclude_none=True, exclude={"days"})
    author = [uow.actor.id]
    return uow.add(Programme(**values, days=as_kept(data.days), author_ids=author))


def revise_programme(uow: UnitOfWork, programme_id: UUID, data: ProgrammeChange) -> Programme:
    programme = uow.get(Programme, programme_id, lock=True, seen=data)
    programme.revise(data, by=uow.actor.id)
    uow.session.flush()
    return programme


def approve_programme(uow: UnitOfWork, programme_id: UUID, data: StepIn) -> Programme:
    """Approve the very lines that were shown; from then on they change with a reason only."""
    with signing(uow, Programme, programme_id, data, Meaning.APPROVED) as programme:
        lines = entries_of(uow, programme_id, lock=True)
        programme.approve(lines, by=uow.actor.id, at=uow.now)
    approved = ProgrammeApproved(
        programme_id=programme.id,
        site_id=programme.site_id,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        entries=len(lines),
    )
    uow.publish(approved, about=programme)
    _announce(uow, programme, lines)
    return programme


def close_programme(uow: UnitOfWork, programme_id: UUID, data: StepIn) -> Programme:
    """Close it once each of its entries is held, dropped or postponed beyond its end."""
    programme = uow.get(Programme, programme_id, lock=True, seen=data)
    programme.close(count_open(uow, programme), at=uow.now)
    uow.session.flush()
    return programme


def add_entry(uow: UnitOfWork, programme_id: UUID, data: EntryIn) -> Entry:
    known = uow.find(Entry, data.id)
    if known is not None:
        return known
    programme = uow.get(Programme, programme_id, lock=True)
    programme.require_open()
    _require_reason(programme, data.reason)
    uow.because(data.reason)
    entry = _new_entry(uow, programme, data)
    entry.reason = data.reason
    _require_fit(uow, programme, data)
    _count_lines(uow, programme)
    uow.add(entry)
    _announce(uow, programme, [entry])
    return entry


def change_entry(uow: UnitOfWork, entry_id: UUID, data: EntryChange) -> Entry:
    """Rewrite an entry of a draft. The month first planned is the one that is approved."""
    entry, programme = _of_draft(uow, entry_id, data)
    _require_fit(uow, programme, data)
    for name in EntryFacts.model_fields:
        if name != "month":
            setattr(entry, name, getattr(data, name))
    entry.title = _title(uow, data.reference_ids, data.processes)
    entry.first_month = data.month
    entry.place_in(data.month)
    uow.require_scope(entry)
    _count_lines(uow, programme)
    return entry


def remove_entry(uow: UnitOfWork, entry_id: UUID, data: RemoveIn) -> Programme:
    entry, programme = _of_draft(uow, entry_id, data)
    window = uow.session.scalar(uow.select(Window).where(Window.entry_id == entry.id))
    if window is not None:
        window.entry_id = None
        uow.session.flush()
    uow.session.delete(entry)
    _count_lines(uow, programme)
    return programme


def postpone_entry(uow: UnitOfWork, entry_id: UUID, data: PostponeIn) -> Entry:
    entry = uow.get(Entry, entry_id, lock=True, seen=data)
    uow.because(data.reason)
    entry.postpone(data.month, data.reason)
    told = EntryPostponed(entry_id=entry.id, site_id=entry.site_id, month=entry.month)
    uow.publish(told, about=entry)
    return entry


def drop_entry(uow: UnitOfWork, entry_id: UUID, data: DropIn) -> Entry:
    entry = uow.get(Entry, entry_id, lock=True, seen=data)
    uow.because(data.reason)
    entry.drop(data.reason)
    uow.publish(EntryDropped(entry_id=entry.id, site_id=entry.site_id), about=entry)
    return entry


def plan_entry(uow: UnitOfWork, entry_id: UUID, data: PlanIn) -> Audit:
    """Make the audit that an entry wants: what it says of it is not entered twice."""
    entry = uow.get(Entry, entry_id, lock=True, seen=data)
    entry.require_open()
    labels = [reference.label for reference in references_named(uow, entry.reference_ids)]
    audit = auditing.plan_audit(
        uow,
        AuditIn(
            site_id=entry.site_id,
            title=data.title,
            criteria=labels or entry.processes,
            planned_for=data.planned_for,
            until=data.until,
            lead_id=data.lead_id,
            type=entry.type,
            party=entry.party,
            reference_ids=entry.reference_ids,
            processes=entry.processes,
            objectives=entry.aim,
        ),
    )
    entry.audit_id = audit.id
    uow.session.flush()
    return audit


def end_fieldwork(uow: UnitOfWork, audit_id: UUID, data: AuditStep) -> Audit:
    """End the fieldwork of an audit; what the programme wanted of it was held."""
    audit = auditing.end_fieldwork(uow, audit_id, data)
    for entry in uow.session.scalars(entries(uow, Wanted(audit_id=audit_id))):
        held = EntryHeld(entry_id=entry.id, site_id=entry.site_id, held_on=uow.now.date())
        uow.publish(held, about=entry)
    return audit


def accept_proposal(uow: UnitOfWork, programme_id: UUID, data: AcceptIn) -> list[Entry]:
    """Write the lines that somebody kept of a proposal, all or none, if it still is the same."""
    programme = uow.get(Programme, programme_id, lock=True, seen=data)
    programme.require_open()
    _require_reason(programme, data.reason)
    uow.because(data.reason)
    offered = proposal(uow, programme)
    if offered.basis != data.basis:
        raise ProposalStale
    lines = {line.key: line for line in offered.lines}
    strange = [line for line in data.lines if line.key not in lines]
    if strange:
        raise LineUnknown(count=len(strange))
    made = []
    for kept in data.lines:
        line = lines[kept.key]
        facts = _facts(line, kept.month, aim=kept.aim)
        facts.days = kept.days
        _require_fit(uow, programme, facts)
        entry = _new_entry(uow, programme, facts)
        entry.origin, entry.reason = line.origin, data.reason
        made.append(uow.add(entry))
        _fill_window(uow, line, entry)
    _count_lines(uow, programme)
    _announce(uow, programme, made)
    return made


def _announce(uow: UnitOfWork, programme: Programme, lines: Sequence[Entry]) -> None:
    """Lines of a draft are nobody's business yet."""
    if programme.status is ProgrammeStatus.APPROVED:
        told = [
            (EntryProgrammed(entry_id=line.id, site_id=line.site_id, month=line.first_month), line)
            for line in lines
        ]
        uow.publish_all(told)


def _of_draft(
    uow: UnitOfWork, entry_id: UUID, data: EntryChange | RemoveIn
) -> tuple[Entry, Programme]:
    programme = uow.get(Programme, uow.get(Entry, entry_id).programme_id, lock=True)
    entry = uow.get(Entry, entry_id, lock=True, seen=data)
    entry.require_draft()
    return entry, programme


def _new_entry(uow: UnitOfWork, programme: Programme, data: EntryFacts) -> Entry:
    draft = programme.status is ProgrammeStatus.DRAFT
    values = data.model_dump(exclude={"reason", "month"}, exclude_none=True)
    entry = Entry(
        **values,
        programme_id=programme.id,
        title=_title(uow, data.reference_ids, data.processes),
        first_month=data.month,
        state=EntryStatus.DRAFT if draft else EntryStatus.PROGRAMMED,
        added_by=uow.actor.id,
    )
    entry.place_in(data.month)
    return entry


def _require_fit(uow: UnitOfWork, programme: Programme, data: EntryFacts) -> None:
    uow.require_place(data.site_id)
    if data.site_id not in sites_below(uow, programme.site_id):
        raise SiteOutsideProgramme
    if not programme.starts_on <= data.month <= programme.ends_on:
        first, last = programme.starts_on, programme.ends_on
        raise MonthOutsideProgramme(first=f"{first:%Y-%m}", last=f"{last:%Y-%m}")
    if not data.reference_ids and not data.processes:
        raise NothingToAudit
    require_processes_at(uow, data.processes, data.site_id)


def _require_reason(programme: Programme, reason: str) -> None:
    if programme.status is ProgrammeStatus.APPROVED and not reason:
        raise AdditionWithoutReason(missing="reason")


def _count_lines(uow: UnitOfWork, programme: Programme) -> None:
    """Have the programme's version say that its lines changed, and of a draft who wrote them."""
    programme.lines += 1
    if programme.status is ProgrammeStatus.DRAFT:
        programme.written_by(uow.actor.id)
    uow.session.flush()


def _title(uow: UnitOfWork, reference_ids: list[UUID], processes: list[str]) -> str:
    """What an entry is called, in no language: ISO 9001:2015 · ACHATS, PROD."""
    labels = [reference.label for reference in references_named(uow, reference_ids)]
    parts = [", ".join(names) for names in (labels, processes) if names]
    return " · ".join(parts)[:200]


def _facts(line: Line, month: date, aim: str) -> EntryFacts:
    told = line.model_dump(include=set(EntryFacts.model_fields) - {"month", "aim"})
    return EntryFacts(**told, month=month, aim=aim)


def _fill_window(uow: UnitOfWork, line: Line, entry: Entry) -> None:
    if line.window_id is not None:
        uow.get(Window, line.window_id, lock=True).entry_id = entry.id
        uow.session.flush()
