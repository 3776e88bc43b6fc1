"""Preparing an audit, and its plan by slot: written, changed, and sent to those it concerns."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from services.audit.events import InvitationWithdrawn, PeopleInvited, PlanSent
from services.audit.fieldwork.errors import (
    AuditorElsewhere,
    AuditorNotOnTheTeam,
    PlaceTaken,
    PlanAlreadySent,
    PlanEmpty,
    SlotOutsideAudit,
    SomebodyUnknown,
    TooManySlots,
)
from services.audit.fieldwork.gates import audit_to_plan, require_team
from services.audit.fieldwork.models import PlanVersion, Slot, clock_time
from services.audit.fieldwork.queries import slots, slots_on, team_of, untold, versions
from services.audit.fieldwork.schemas import PreparationIn, SentSlot, SlotChange, SlotIn
from services.audit.library.queries import (
    references_named,
    require_in_force,
    require_processes_at,
)
from services.audit.models import Audit
from shared.directory import is_active
from shared.errors import NotFound
from shared.schemas import Change
from shared.work import UnitOfWork

MOST_SLOTS: Final = 100


def prepare_audit(uow: UnitOfWork, audit_id: UUID, data: PreparationIn) -> Audit:
    audit = uow.get(Audit, audit_id, lock=True, seen=data)
    require_team(uow, audit)
    audit.require_planned()
    references = references_named(uow, data.reference_ids)
    require_in_force(references, audit.planned_for)
    require_processes_at(uow, data.processes, audit.site_id)
    for name, value in data.model_dump(exclude={"version"}).items():
        setattr(audit, name, value)
    audit.hold_against([reference.label for reference in references])
    uow.session.flush()
    return audit


def add_slot(uow: UnitOfWork, audit_id: UUID, data: SlotIn) -> Slot:
    known = uow.find(Slot, data.id)
    if known is not None:
        return known
    audit = audit_to_plan(uow, audit_id)
    if len(slots(uow, audit_id)) >= MOST_SLOTS:
        raise TooManySlots(most=MOST_SLOTS)
    slot = Slot(**data.model_dump(exclude_none=True), audit_id=audit_id, site_id=audit.site_id)
    _require_sound(uow, audit, slot)
    return uow.add(slot)


def change_slot(uow: UnitOfWork, slot_id: UUID, data: SlotChange) -> Slot:
    slot, audit = _slot_to_plan(uow, slot_id, data)
    for name, value in data.model_dump(exclude={"id", "version"}).items():
        setattr(slot, name, value)
    _require_sound(uow, audit, slot)
    uow.session.flush()
    return slot


def drop_slot(uow: UnitOfWork, slot_id: UUID, data: Change) -> Slot:
    """Take a slot out of the plan. Those who were invited are told with the next version."""
    slot, _ = _slot_to_plan(uow, slot_id, data)
    slot.dropped_at = uow.now
    uow.session.flush()
    return slot


def send_plan(uow: UnitOfWork, audit_id: UUID, data: Change) -> PlanVersion:
    """Make a version of the plan as it stands, and tell each what is new to them, once."""
    audit = audit_to_plan(uow, audit_id)
    uow.get(Audit, audit_id, seen=data)
    planned, gone = slots(uow, audit_id), untold(uow, audit_id)
    if not planned and not gone:
        raise PlanEmpty(audit=audit.title)
    last = next(iter(versions(uow, audit_id)), None)
    news = [slot for slot in planned if slot.changed]
    if last is not None and not news and not gone:
        raise PlanAlreadySent(number=last.number)
    told = [SentSlot.model_validate(slot).model_dump(mode="json") for slot in planned]
    version = uow.add(
        PlanVersion(
            audit_id=audit_id,
            site_id=audit.site_id,
            number=last.number + 1 if last else 1,
            sent_at=uow.now,
            sent_by=uow.actor.id,
            slots=told,
        )
    )
    sent = PlanSent(audit_id=audit_id, site_id=audit.site_id, number=version.number)
    uow.publish(sent, about=audit)
    for slot in news:
        _invite(uow, audit, slot)
    for slot in gone:
        _call_off(uow, audit, slot)
    return version


def _slot_to_plan(uow: UnitOfWork, slot_id: UUID, seen: Change) -> tuple[Slot, Audit]:
    audit = audit_to_plan(uow, uow.get(Slot, slot_id).audit_id)
    slot = uow.get(Slot, slot_id, lock=True, seen=seen)
    if slot.dropped_at is not None:
        raise NotFound(kind="Slot", id=slot_id)
    return slot, audit


def _invite(uow: UnitOfWork, audit: Audit, slot: Slot) -> None:
    """Tell who is to come; whoever was to come and no longer is is told so."""
    before, now = _expected(slot.told), _expected(SentSlot.model_validate(slot))
    known = slot.told
    slot.is_sent()
    if known is not None and before - now:
        _withdraw(uow, audit, slot, known, before - now)
    if now:
        uow.publish(_invitation(slot, now), about=audit)


def _call_off(uow: UnitOfWork, audit: Audit, slot: Slot) -> None:
    known = slot.told
    slot.is_sent()
    slot.sent = None
    if known is not None and _expected(known):
        _withdraw(uow, audit, slot, known, _expected(known))


def _withdraw(
    uow: UnitOfWork, audit: Audit, slot: Slot, known: SentSlot, people: set[UUID]
) -> None:
    withdrawn = InvitationWithdrawn(
        slot_id=slot.id,
        audit_id=slot.audit_id,
        site_id=slot.site_id,
        sequence=slot.sequence or 0,
        slot=known.kind,
        day=known.day,
        starts=known.starts,
        ends=known.ends,
        people=sorted(people),
    )
    uow.publish(withdrawn, about=audit)


def _invitation(slot: Slot, people: set[UUID]) -> PeopleInvited:
    return PeopleInvited(
        slot_id=slot.id,
        audit_id=slot.audit_id,
        site_id=slot.site_id,
        sequence=slot.sequence or 0,
        slot=slot.kind,
        day=slot.day,
        starts=slot.starts,
        ends=slot.ends,
        place=slot.place,
        people=sorted(people),
    )


def _expected(told: SentSlot | None) -> set[UUID]:
    """Who of the platform's people is to be there."""
    if told is None:
        return set()
    return {*told.people, *([told.auditor_id] if told.auditor_id else [])}


def _require_sound(uow: UnitOfWork, audit: Audit, slot: Slot) -> None:
    slot.require_order()
    if not audit.planned_for <= slot.day <= audit.until:
        raise SlotOutsideAudit(first=audit.planned_for, last=audit.until)
    if slot.auditor_id is not None and slot.auditor_id not in team_of(uow, audit):
        raise AuditorNotOnTheTeam(audit=audit.title)
    if not all(is_active(uow, id) for id in slot.people):
        raise SomebodyUnknown
    _require_free(uow, slot)


def _require_free(uow: UnitOfWork, slot: Slot) -> None:
    """Nobody is in two places at once, and no room holds two meetings.

    Whoever plans something else on that day waits until this is settled.
    """
    uow.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"slots {slot.day}"))))
    with uow.session.no_autoflush:
        others = [other for other in slots_on(uow, slot) if other.meets(slot)]
    for other in others:
        when = {
            "day": other.day,
            "starts": clock_time(other.starts),
            "ends": clock_time(other.ends),
        }
        if _same_auditor(slot, other):
            raise AuditorElsewhere(**when)
        if slot.place and _same_place(slot, other):
            raise PlaceTaken(place=slot.place, **when)


def _same_auditor(slot: Slot, other: Slot) -> bool:
    """Where no auditor is named, the whole team is there."""
    of_one_audit = slot.audit_id == other.audit_id
    if slot.auditor_id is None or other.auditor_id is None:
        return of_one_audit
    return slot.auditor_id == other.auditor_id


def _same_place(slot: Slot, other: Slot) -> bool:
    same = slot.place.casefold() == other.place.casefold()
    return same and slot.site_id == other.site_id
