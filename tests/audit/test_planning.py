"""Preparing an audit, and its plan by slot: what it refuses, and whom it tells of what."""

from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest

from services.audit import commands
from services.audit.errors import AuditNotPlanned
from services.audit.events import InvitationWithdrawn, PeopleInvited, PlanSent
from services.audit.fieldwork import planning, queries
from services.audit.fieldwork.errors import (
    AuditNotPrepared,
    AuditorElsewhere,
    AuditorNotOnTheTeam,
    NotOnTheTeam,
    PlaceTaken,
    PlanAlreadySent,
    PlanEmpty,
    PlanFrozen,
    SlotEndsBeforeItStarts,
    SlotOutsideAudit,
    SomebodyUnknown,
    TooManySlots,
)
from services.audit.fieldwork.models import PlanVersion, Slot
from services.audit.fieldwork.schemas import PreparationIn, SlotChange, SlotIn
from services.audit.models import Audit
from services.audit.schemas import AuditOrigin, AuditStatus, StepIn
from shared.auth import SYSTEM
from shared.errors import NotFound, StaleVersion
from shared.schemas import Change
from shared.work import unit_of_work
from tests.audit.factories import (
    DAY,
    audit_in,
    external_audit,
    known_reference,
    planned_audit,
    prepared_audit,
    slot_in,
    started_audit,
)
from tests.conftest import Work
from tests.helpers import Bus, together
from tests.world import WORLD, World


def meeting(**other: object) -> SlotIn:
    return slot_in(**{"place": "Salle Ampère"} | other)


def preparation_in(**other: object) -> PreparationIn:
    said = {
        "version": 1,
        "criteria": ["ISO 9001:2015 8.5"],
        "objectives": "Vérifier la maîtrise des réglages",
        "method": "on_site",
        "method_reason": "Les réglages se voient à la presse",
    }
    return PreparationIn.model_validate(said | other)


def added(audit: Audit, **other: object) -> Slot:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return planning.add_slot(uow, audit.id, meeting(**other))


def change_of(slot: Slot, **other: object) -> SlotChange:
    now = slot_in().model_dump(exclude={"id"})
    now |= {name: getattr(slot, name) for name in now}
    return SlotChange.model_validate(now | {"version": slot.version} | other)


def changed(slot: Slot, **other: object) -> Slot:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        now = change_of(uow.get(Slot, slot.id), **other)
        return planning.change_slot(uow, slot.id, now)


def dropped(slot: Slot) -> Slot:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        return planning.drop_slot(uow, slot.id, Change(version=uow.get(Slot, slot.id).version))


def sent(audit: Audit) -> PlanVersion:
    with unit_of_work("audit", WORLD.diane, permission="audit:conduct") as uow:
        version = uow.get(Audit, audit.id).version
        return planning.send_plan(uow, audit.id, Change(version=version))


def test_an_audit_does_not_start_without_objectives_method_and_plan(
    world: World, work: Work
) -> None:
    with work("audit", world.alice, "audit:plan") as uow:
        blank = audit_in().model_copy(update={"objectives": "", "method_reason": ""})
        audit = commands.plan_audit(uow, blank)

    with work("audit", world.diane, "audit:conduct") as uow:
        with pytest.raises(AuditNotPrepared, match="objectives, method_reason, audit_plan"):
            commands.start_audit(uow, audit.id, StepIn(version=audit.version))
        prepared = planning.prepare_audit(uow, audit.id, preparation_in())
        with pytest.raises(AuditNotPrepared, match="still needs audit_plan"):
            commands.start_audit(uow, audit.id, StepIn(version=prepared.version))
        planning.add_slot(uow, audit.id, meeting())
        begun = commands.start_audit(uow, audit.id, StepIn(version=prepared.version))

    assert begun.status is AuditStatus.UNDER_WAY


def test_an_unscheduled_audit_starts_without_a_plan_but_not_without_objectives(
    world: World, work: Work
) -> None:
    with work("audit", SYSTEM, "audit:plan") as uow:
        commands.plan_unscheduled_audit(uow, world.lyon, uuid4(), "Chute de hauteur")
        [audit] = uow.session.scalars(uow.select(Audit).where(Audit.origin == AuditOrigin.RISK))
        audit.lead_id = world.diane.id
        uow.session.flush()

    with work("audit", world.diane, "audit:conduct") as uow:
        with pytest.raises(AuditNotPrepared, match="objectives, method_reason\\."):
            commands.start_audit(uow, audit.id, StepIn(version=audit.version))
        seen = preparation_in(version=audit.version)
        prepared = planning.prepare_audit(uow, audit.id, seen)
        begun = commands.start_audit(uow, audit.id, StepIn(version=prepared.version))

    assert begun.status is AuditStatus.UNDER_WAY


def test_an_audit_of_an_outside_body_is_prepared_by_the_body(world: World) -> None:
    assert external_audit().status is AuditStatus.UNDER_WAY


def test_only_the_team_prepares_and_only_before_the_start(world: World, work: Work) -> None:
    audit, begun = planned_audit(), started_audit()

    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(NotOnTheTeam):
        planning.prepare_audit(uow, audit.id, preparation_in())
    with work("audit", world.anna, "audit:conduct") as uow, pytest.raises(NotFound):
        planning.prepare_audit(uow, audit.id, preparation_in())
    with work("audit", world.diane, "audit:conduct") as uow:
        with pytest.raises(StaleVersion):
            planning.prepare_audit(uow, audit.id, preparation_in(version=7))
        with pytest.raises(AuditNotPlanned):
            planning.prepare_audit(uow, begun.id, preparation_in(version=begun.version))


def test_what_is_prepared_is_kept(world: World, work: Work) -> None:
    audit, reference = planned_audit(), known_reference()

    with work("audit", world.diane, "audit:conduct") as uow:
        wanted = preparation_in(method="hybrid", reference_ids=[reference])
        prepared = planning.prepare_audit(uow, audit.id, wanted)

    assert (prepared.method, prepared.reference_ids) == ("hybrid", [reference])


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"starts": "09:00", "ends": "09:00"}, SlotEndsBeforeItStarts),
        ({"day": date(2030, 1, 8)}, SlotOutsideAudit),
        ({"auditor_id": WORLD.anna.id}, AuditorNotOnTheTeam),
        ({"people": [uuid4()]}, SomebodyUnknown),
    ],
    ids=["no time", "another day", "another auditor", "nobody"],
)
def test_a_slot_that_cannot_be_is_refused(
    world: World, work: Work, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    audit = planned_audit()

    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(refusal):
        planning.add_slot(uow, audit.id, meeting(**wrong))


@pytest.mark.parametrize(
    ("other", "refusal"),
    [
        ({"starts": "08:45", "ends": "10:00", "place": "Atelier"}, AuditorElsewhere),
        ({"starts": "08:00", "ends": "09:30", "place": "salle ampère"}, AuditorElsewhere),
        ({"starts": "09:00", "ends": "10:00"}, None),
        ({"starts": "08:00", "ends": "08:30"}, None),
    ],
    ids=["overlaps", "spans", "follows", "comes before"],
)
def test_the_team_is_not_in_two_places_at_once(
    world: World, work: Work, other: dict[str, Any], refusal: type[Exception] | None
) -> None:
    audit = prepared_audit()

    with work("audit", world.diane, "audit:conduct") as uow:
        if refusal is None:
            planning.add_slot(uow, audit.id, meeting(**other))
            assert len(queries.slots(uow, audit.id)) == 2
            return
        with pytest.raises(refusal, match="from 08:30 to 09:00"):
            planning.add_slot(uow, audit.id, meeting(**other))


def test_a_room_holds_one_meeting_and_an_auditor_one_audit_at_a_time(
    world: World, work: Work
) -> None:
    first, second = planned_audit(), planned_audit()
    added(first, auditor_id=world.diane.id)

    with work("audit", world.diane, "audit:conduct") as uow:
        with pytest.raises(PlaceTaken, match="Salle Ampère"):
            planning.add_slot(uow, second.id, meeting())
        elsewhere = meeting(place="Atelier", auditor_id=world.diane.id)
        with pytest.raises(AuditorElsewhere):
            planning.add_slot(uow, second.id, elsewhere)
    moved = added(second, place="Atelier", starts="10:00", ends="11:00")
    taken = change_of(moved, place="SALLE AMPÈRE", starts="08:00", ends="09:00")
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(PlaceTaken):
        planning.change_slot(uow, moved.id, taken)


def test_a_slot_that_was_dropped_leaves_its_room_and_cannot_be_changed(
    world: World, work: Work
) -> None:
    audit = planned_audit()
    slot = dropped(added(audit))

    assert added(audit).id != slot.id
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(NotFound):
        planning.change_slot(uow, slot.id, change_of(slot))


def test_the_same_slot_sent_twice_is_there_once(world: World, work: Work) -> None:
    audit, data = planned_audit(), meeting(id=uuid4())

    with work("audit", world.diane, "audit:conduct") as uow:
        first = planning.add_slot(uow, audit.id, data)
        assert planning.add_slot(uow, audit.id, data) is first
        assert len(queries.slots(uow, audit.id)) == 1


def test_a_plan_has_an_end(world: World, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = prepared_audit()
    monkeypatch.setattr(planning, "MOST_SLOTS", 1)

    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(TooManySlots):
        planning.add_slot(uow, audit.id, meeting(starts="10:00", ends="11:00"))


def test_people_are_invited_once_per_version_and_told_what_changes(
    world: World, work: Work, bus: Bus
) -> None:
    audit = planned_audit()
    with work("audit", world.diane, "audit:conduct") as uow, pytest.raises(PlanEmpty):
        planning.send_plan(uow, audit.id, Change(version=audit.version))
    slot = added(audit, auditor_id=world.diane.id)

    assert sent(audit).number == 1
    [first] = bus.published(PeopleInvited)
    assert (first.slot_id, first.sequence, first.place) == (slot.id, 0, "Salle Ampère")
    assert (first.day, first.starts, first.ends) == (DAY, time(8, 30), time(9))
    assert first.people == sorted([world.paul.id, world.diane.id])
    with pytest.raises(PlanAlreadySent, match="version 1"):
        sent(audit)

    again = changed(slot, starts="08:45", people=[world.bob.id])
    assert sent(audit).number == 2
    [_, second] = bus.published(PeopleInvited)
    [gone] = bus.published(InvitationWithdrawn)
    assert (second.slot_id, second.sequence, second.starts) == (slot.id, 1, time(8, 45))
    assert second.people == sorted([world.bob.id, world.diane.id])
    assert (gone.sequence, gone.people, gone.starts) == (1, [world.paul.id], time(8, 30))

    dropped(again)
    assert sent(audit).number == 3
    [_, last] = bus.published(InvitationWithdrawn)
    assert (last.sequence, last.people) == (2, sorted([world.bob.id, world.diane.id]))
    with pytest.raises(PlanEmpty):
        sent(audit)
    assert [event.number for event in bus.published(PlanSent)] == [1, 2, 3]


def test_what_was_sent_stays_as_it_was(world: World, work: Work) -> None:
    audit = planned_audit()
    slot = added(audit)
    sent(audit)
    changed(slot, place="Atelier")

    with work("audit", world.bob, "audit:read") as uow:
        plan = queries.plan(uow, audit.id)

    [version] = plan.versions
    assert (version.slots[0].place, plan.slots[0].place) == ("Salle Ampère", "Atelier")
    assert (plan.unsent, plan.slots[0].changed) == (True, True)


def test_a_slot_nobody_was_told_of_is_dropped_without_a_word(world: World, bus: Bus) -> None:
    audit = planned_audit()
    added(audit)
    dropped(added(audit, starts="10:00", ends="11:00"))

    sent(audit)

    assert len(bus.published(PeopleInvited)) == 1
    assert bus.published(InvitationWithdrawn) == []


def test_only_the_team_writes_the_plan_and_only_until_the_fieldwork_ends(
    world: World, work: Work
) -> None:
    audit = started_audit()
    with work("audit", world.diane, "audit:conduct") as uow:
        [slot] = queries.slots(uow, audit.id)

    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(NotOnTheTeam):
        planning.add_slot(uow, audit.id, meeting(starts="10:00", ends="11:00"))
    with work("audit", world.anna, "audit:conduct") as uow, pytest.raises(NotFound):
        planning.drop_slot(uow, slot.id, Change(version=slot.version))
    with work("audit", world.diane, "audit:conduct") as uow:
        commands.end_fieldwork(uow, audit.id, StepIn(version=audit.version))
        for refused in (
            lambda: planning.add_slot(uow, audit.id, meeting()),
            lambda: planning.change_slot(uow, slot.id, change_of(slot)),
            lambda: planning.drop_slot(uow, slot.id, Change(version=slot.version)),
            lambda: planning.send_plan(uow, audit.id, Change(version=audit.version)),
        ):
            with pytest.raises(PlanFrozen, match="is reporting"):
                refused()


def test_of_two_meetings_planned_at_once_in_a_room_one_is_refused(own_database: str) -> None:
    first, second = planned_audit(), planned_audit()

    outcomes = together(lambda: added(first), lambda: added(second))

    assert sorted(type(one).__name__ for one in outcomes) == ["PlaceTaken", "Slot"]


def test_a_plan_sent_by_two_at_once_is_sent_once(own_database: str) -> None:
    audit = prepared_audit()

    outcomes = together(lambda: sent(audit), lambda: sent(audit))

    assert sorted(type(one).__name__ for one in outcomes) == ["PlanAlreadySent", "PlanVersion"]
