"""A programme of audits from its draft to its closing, and what refuses."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from services.audit import commands as auditing
from services.audit.auditors.errors import HoldsNoAuditorsRole, PilotsAuditedProcess
from services.audit.events import (
    EntryDropped,
    EntryHeld,
    EntryPostponed,
    EntryProgrammed,
    ProgrammeApproved,
)
from services.audit.library.errors import ProcessNotAtSite, UnknownProcess, UnknownReference
from services.audit.programme import commands, queries
from services.audit.programme.errors import (
    AdditionWithoutReason,
    EntryNotDraft,
    EntryNotOpen,
    MonthOutsideProgramme,
    NothingToAudit,
    NotPostponed,
    PeriodNotOrdered,
    ProgrammeClosed,
    ProgrammeEmpty,
    ProgrammeHasOpenEntries,
    ProgrammeNotApproved,
    ProgrammeNotDraft,
    SiteOutsideProgramme,
)
from services.audit.programme.models import Entry, Programme
from services.audit.programme.queries import Wanted
from services.audit.programme.schemas import (
    DropIn,
    EntryChange,
    EntryStatus,
    PlanIn,
    PostponeIn,
    ProgrammeChange,
    ProgrammeStatus,
    RemoveIn,
    StepIn,
)
from services.audit.schemas import CancelIn
from shared.auth import SYSTEM
from shared.errors import ConfirmIdentity, Forbidden, NotFound, StaleVersion
from shared.signing import OwnWork, signatures
from shared.work import unit_of_work
from tests.audit import programmes as making
from tests.audit.programmes import JUNE, MARCH, entry_in, programme_in
from tests.conftest import Work
from tests.helpers import Bus
from tests.world import WORLD, World

pytestmark = pytest.mark.usefixtures("library")


def as_now(entry: Entry) -> Entry:
    with unit_of_work("audit", SYSTEM) as uow:
        return uow.get(Entry, entry.id)


def test_what_a_programme_wants_becomes_an_audit_in_one_step(world: World) -> None:
    entry = making.programmed()

    audit = making.planned(entry)

    now = as_now(entry)
    assert (now.status, now.audit_id, now.audit_day) == (
        EntryStatus.PLANNED,
        audit.id,
        audit.planned_for,
    )
    assert (audit.reference_ids, audit.processes) == ([making.ISO_9001], ["PROD"])
    assert audit.criteria == ["ISO 9001:2015"]
    assert audit.objectives == "Le processus a changé d'organisation"


def test_an_entry_is_held_once_its_audits_fieldwork_has_ended(world: World) -> None:
    entry = making.programmed()

    making.held(making.planned(entry))

    assert as_now(entry).status is EntryStatus.HELD


def test_an_entry_whose_audit_is_cancelled_waits_again(world: World, work: Work) -> None:
    entry = making.programmed()
    audit = making.planned(entry)
    with work("audit", world.alice, "audit:plan") as uow:
        wish = CancelIn(version=audit.version, reason="Site à l'arrêt")
        auditing.cancel_audit(uow, audit.id, wish)

    assert as_now(entry).status is EntryStatus.PROGRAMMED
    assert making.planned(as_now(entry)).id != audit.id


def test_a_programme_is_approved_by_somebody_who_did_not_write_it(
    world: World, work: Work, bus: Bus
) -> None:
    programme = making.drafted()
    making.drafted_entry(programme, by=world.greta)
    with work("audit", SYSTEM, "audit:read") as uow:
        version = uow.get(Programme, programme.id).version

    for author in (world.alice, world.greta):
        with work("audit", author, "audit:plan") as uow, pytest.raises(OwnWork):
            commands.approve_programme(uow, programme.id, StepIn(version=version))
    with work("audit", world.hugo, "audit:plan") as uow:
        commands.approve_programme(uow, programme.id, StepIn(version=version))

    [event] = bus.published(ProgrammeApproved)
    assert (event.programme_id, event.entries) == (programme.id, 1)


def test_what_was_approved_is_signed_line_by_line(world: World, work: Work) -> None:
    programme = making.approved()

    with work("audit", world.alice, "audit:read") as uow:
        [signed] = signatures(uow, programme.id)
        [line] = uow.get(Programme, programme.id).approved_entries
    assert (signed.meaning.value, signed.intact, signed.current) == ("approved", True, True)
    assert (line["site_id"], line["first_month"]) == (str(world.lyon), "2030-03-01")


def test_an_entry_added_meanwhile_is_not_approved_unseen(world: World, work: Work) -> None:
    programme = making.drafted()
    making.drafted_entry(programme)
    shown = StepIn(version=programme.version)

    with work("audit", world.greta, "audit:plan") as uow, pytest.raises(StaleVersion):
        commands.approve_programme(uow, programme.id, shown)


def test_approval_asks_who_sits_there(world: World, work: Work) -> None:
    programme = making.drafted()
    making.drafted_entry(programme)
    long_ago = replace(world.greta, confirmed_at=None)

    with work("audit", SYSTEM, "audit:read") as uow:
        shown = StepIn(version=uow.get(Programme, programme.id).version)
    with work("audit", long_ago, "audit:plan") as uow, pytest.raises(ConfirmIdentity):
        commands.approve_programme(uow, programme.id, shown)


def test_nothing_is_approved_that_has_no_entry(world: World, work: Work) -> None:
    programme = making.drafted()

    with work("audit", world.greta, "audit:plan") as uow, pytest.raises(ProgrammeEmpty):
        commands.approve_programme(uow, programme.id, StepIn(version=programme.version))


def test_an_approved_programme_is_not_rewritten(world: World, work: Work) -> None:
    programme = making.approved()
    entry = making.programmed()
    change = ProgrammeChange(
        version=programme.version, title="Autre titre", objectives="Autres objectifs"
    )
    facts = entry_in().model_dump(exclude={"id", "reason"})

    with work("audit", world.alice, "audit:plan") as uow:
        with pytest.raises(ProgrammeNotDraft, match="is approved"):
            commands.revise_programme(uow, programme.id, change)
        with pytest.raises(EntryNotDraft):
            commands.change_entry(uow, entry.id, EntryChange(**facts, version=entry.version))
        with pytest.raises(EntryNotDraft):
            commands.remove_entry(uow, entry.id, RemoveIn(version=entry.version))


def test_an_approved_programme_takes_another_entry_with_a_reason_only(
    world: World, work: Work
) -> None:
    programme = making.approved()

    with work("audit", world.alice, "audit:plan") as uow:
        with pytest.raises(AdditionWithoutReason):
            commands.add_entry(uow, programme.id, entry_in())
        added = commands.add_entry(uow, programme.id, entry_in(reason="Réclamation d'un client"))
    assert (added.status, added.reason) == (EntryStatus.PROGRAMMED, "Réclamation d'un client")


def test_a_draft_is_rewritten_and_its_entries_with_it(world: World, work: Work) -> None:
    programme = making.drafted()
    entry = making.drafted_entry(programme)
    other = making.drafted_entry(programme)
    facts = entry_in(month=JUNE, processes=["ACHATS"]).model_dump(exclude={"id", "reason"})

    with work("audit", world.alice, "audit:plan") as uow:
        changed = commands.change_entry(uow, entry.id, EntryChange(**facts, version=entry.version))
        commands.remove_entry(uow, other.id, RemoveIn(version=other.version))
        now = uow.get(Programme, programme.id)
        change = ProgrammeChange(
            version=now.version, title="Programme revu", objectives="Les achats d'abord"
        )
        assert commands.revise_programme(uow, programme.id, change).title == "Programme revu"
        [left] = queries.entries_of(uow, programme.id)
    assert (left.id, left.first_month, left.month) == (entry.id, JUNE, JUNE)
    assert (changed.title, changed.due_on) == ("ISO 9001:2015 · ACHATS", date(2030, 6, 30))


def test_the_month_first_planned_stays_when_it_is_postponed(
    world: World, work: Work, bus: Bus
) -> None:
    entry = making.postponed()

    assert (entry.first_month, entry.month, entry.postponed) == (MARCH, JUNE, 1)
    assert (as_now(entry).status, entry.reason) == (EntryStatus.POSTPONED, "Arrêt de l'atelier")
    [event] = bus.published(EntryPostponed)
    assert (event.entry_id, event.month) == (entry.id, JUNE)
    earlier = PostponeIn(version=entry.version, month=MARCH, reason="Plus tôt")
    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(NotPostponed):
        commands.postpone_entry(uow, entry.id, earlier)


@pytest.mark.parametrize("reason", ["", "non"])
def test_a_postponement_needs_a_reason(reason: str) -> None:
    with pytest.raises(ValueError, match="reason"):
        PostponeIn(version=1, month=JUNE, reason=reason)


def test_what_is_dropped_is_neither_planned_nor_postponed(
    world: World, work: Work, bus: Bus
) -> None:
    entry = making.dropped()

    assert [event.entry_id for event in bus.published(EntryDropped)] == [entry.id]
    later = PostponeIn(version=entry.version, month=JUNE, reason="Plus tard")
    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(EntryNotOpen):
        commands.postpone_entry(uow, entry.id, later)
    with pytest.raises(EntryNotOpen, match="is dropped"):
        making.planned(as_now(entry))


def test_an_entry_of_a_draft_becomes_no_audit(world: World) -> None:
    entry = making.drafted_entry(making.drafted())

    with pytest.raises(EntryNotOpen, match="is draft"):
        making.planned(entry)


def test_the_lead_of_an_entrys_audit_is_looked_at_as_any_other(
    world: World, work: Work, own_process: None
) -> None:
    programme = making.drafted()
    entry = making.drafted_entry(programme, processes=["MAINT"])
    making.approved(programme)
    entry = as_now(entry)

    with pytest.raises(PilotsAuditedProcess):
        making.planned(entry)
    wish = PlanIn(version=entry.version, title="Audit", planned_for=MARCH, lead_id=world.bob.id)
    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(HoldsNoAuditorsRole):
        commands.plan_entry(uow, entry.id, wish)
    assert as_now(entry).audit_id is None


def test_an_entry_at_another_persons_site_is_refused(world: World, work: Work) -> None:
    programme, everywhere = making.drafted(), making.drafted(world.group, by=world.greta)
    elsewhere = making.drafted_entry(everywhere, by=world.greta, site=world.lille)

    with work("audit", world.alice, "audit:plan") as uow:
        with pytest.raises(NotFound):
            commands.add_entry(uow, programme.id, entry_in(world.lille))
        with pytest.raises(NotFound):
            commands.drop_entry(
                uow, elsewhere.id, DropIn(version=1, reason="Ce n'est pas chez moi")
            )
    with work("audit", world.greta, "audit:plan") as uow, pytest.raises(SiteOutsideProgramme):
        commands.add_entry(uow, programme.id, entry_in(world.lille))
    with work("audit", world.bob, "audit:plan") as uow, pytest.raises(Forbidden):
        commands.add_entry(uow, programme.id, entry_in())


def test_a_site_plans_what_the_group_programmed_there(world: World) -> None:
    programme = making.drafted(world.group, by=world.hugo)
    making.drafted_entry(programme, by=world.hugo)
    making.approved(programme)
    with unit_of_work("audit", WORLD.alice, permission="audit:read") as uow:
        [entry] = uow.session.scalars(queries.entries(uow, Wanted()))
        with pytest.raises(NotFound):
            uow.get(Programme, programme.id)

    assert making.planned(entry).site_id == world.lyon


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"month": date(2031, 1, 1)}, MonthOutsideProgramme),
        ({"reference_ids": [], "processes": []}, NothingToAudit),
        ({"reference_ids": [making.ISO_9001, WORLD.lyon]}, UnknownReference),
        ({"processes": ["PEINTURE"]}, UnknownProcess),
    ],
)
def test_an_entry_says_what_can_be_audited_and_when(
    world: World, work: Work, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    programme = making.drafted()

    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(refusal):
        commands.add_entry(uow, programme.id, entry_in(**wrong))


def test_an_entry_audits_what_runs_at_its_site(world: World, work: Work) -> None:
    programme = making.drafted(world.group, by=world.greta)

    with work("audit", world.greta, "audit:plan") as uow, pytest.raises(ProcessNotAtSite):
        commands.add_entry(uow, programme.id, entry_in(world.lille, processes=["MAINT"]))


@pytest.mark.parametrize("last", [date(2029, 12, 1), date(2035, 1, 1)])
def test_a_programme_lasts_from_a_month_to_five_years(world: World, work: Work, last: date) -> None:
    data = programme_in().model_copy(update={"ends_on": last})

    with work("audit", world.alice, "audit:plan") as uow, pytest.raises(PeriodNotOrdered):
        commands.draft_programme(uow, data)


def test_a_programme_closes_once_every_entry_is_decided(world: World, work: Work) -> None:
    programme = making.approved()
    with work("audit", world.alice, "audit:plan") as uow:
        [entry] = queries.entries_of(uow, programme.id)
    shown = StepIn(version=programme.version)

    with (
        work("audit", world.alice, "audit:plan") as uow,
        pytest.raises(ProgrammeHasOpenEntries, match="1"),
    ):
        commands.close_programme(uow, programme.id, shown)

    with work("audit", world.alice, "audit:plan") as uow:
        beyond = PostponeIn(
            version=entry.version, month=date(2031, 1, 1), reason="Au programme suivant"
        )
        commands.postpone_entry(uow, entry.id, beyond)
        closed = commands.close_programme(uow, programme.id, shown)
    assert closed.status is ProgrammeStatus.CLOSED
    with work("audit", world.alice, "audit:plan") as uow:
        with pytest.raises(ProgrammeClosed):
            commands.add_entry(uow, programme.id, entry_in(reason="Trop tard"))
        with pytest.raises(ProgrammeNotApproved):
            commands.close_programme(uow, programme.id, StepIn(version=closed.version))


@time_machine.travel(datetime(2030, 7, 10, tzinfo=UTC), tick=False)
def test_completion_counts_what_was_first_planned(world: World, work: Work) -> None:
    """Of five: one held in its month, one held late, one postponed, one dropped, one ahead."""
    programme = making.drafted()
    for month in (MARCH, MARCH, MARCH, MARCH, date(2030, 9, 1)):
        making.drafted_entry(programme, month=month)
    making.approved(programme)
    with work("audit", SYSTEM, "audit:read") as uow:
        on_time, late, later, gone, _ = queries.entries_of(uow, programme.id)
    making.held(making.planned(on_time, date(2030, 3, 20)))
    making.held(making.planned(late, date(2030, 4, 2)))
    with work("audit", world.alice, "audit:plan") as uow:
        wish = PostponeIn(version=later.version, month=date(2030, 10, 1), reason="Chantier")
        commands.postpone_entry(uow, later.id, wish)
    making.dropped(gone)

    with work("audit", world.alice, "audit:read") as uow:
        told = queries.figures(uow, uow.get(Programme, programme.id))
    done = told.completion
    assert (done.programmed, done.due, done.held, done.on_time) == (5, 4, 2, 1)
    assert (done.postponed, done.dropped) == (1, 1)
    loads = {load.month.month: load.days for load in told.months if load.days}
    assert loads == {3: Decimal(4), 9: Decimal(2), 10: Decimal(2)}
    [place] = told.places
    assert (place.days, place.available) == (Decimal(8), Decimal(12))


@time_machine.travel(datetime(2031, 2, 10, tzinfo=UTC), tick=False)
def test_what_was_postponed_out_of_a_year_counts_in_it(world: World, work: Work) -> None:
    entry = making.programmed()
    with work("audit", world.alice, "audit:plan") as uow:
        wish = PostponeIn(version=entry.version, month=date(2031, 1, 1), reason="Chantier")
        commands.postpone_entry(uow, entry.id, wish)

    year = Wanted(since=date(2030, 1, 1), until=date(2030, 12, 31))
    after = Wanted(since=date(2031, 1, 1), until=date(2031, 12, 31))
    with work("audit", world.alice, "audit:read") as uow:
        assert queries.completion(uow, year).due == 1
        assert queries.completion(uow, after).due == 0
        assert [one.id for one in uow.session.scalars(queries.entries(uow, after))] == [entry.id]


def test_lines_are_told_of_once_they_are_approved_or_added_after(
    world: World, work: Work, bus: Bus
) -> None:
    draft = making.drafted()
    first = making.drafted_entry(draft)
    assert bus.published(EntryProgrammed) == []

    programme = making.approved(draft)
    with work("audit", world.alice, "audit:plan") as uow:
        wish = making.entry_in(month=making.JUNE, reason="Nouvelle ligne")
        later = commands.add_entry(uow, programme.id, wish)

    told = [(event.entry_id, event.month) for event in bus.published(EntryProgrammed)]
    assert told == [(first.id, making.MARCH), (later.id, making.JUNE)]


def test_what_was_held_of_the_programme_is_told(world: World, bus: Bus) -> None:
    making.held_on(date(2029, 5, 4), "PROD")
    assert bus.published(EntryHeld) == []

    entry = making.programmed()
    making.held(making.planned(entry))

    [event] = bus.published(EntryHeld)
    assert (event.entry_id, event.site_id) == (entry.id, world.lyon)
