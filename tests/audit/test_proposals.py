"""What would fill the holes: computed, looked at, accepted once."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from services.audit.programme import commands, coverage
from services.audit.programme.coverage_schemas import AcceptIn, By, Cover, LineIn, Proposal
from services.audit.programme.errors import (
    AdditionWithoutReason,
    LineUnknown,
    MonthOutsideProgramme,
    ProposalStale,
)
from services.audit.programme.models import Entry, Programme
from services.audit.programme.proposals import proposal
from services.audit.programme.queries import entries_of
from services.audit.programme.schemas import EntryOrigin, EntryStatus
from services.audit.schemas import Party
from shared.auth import SYSTEM
from shared.errors import StaleVersion
from shared.work import unit_of_work
from tests.audit import programmes as making
from tests.conftest import Work
from tests.world import WORLD, World, id_of

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture(autouse=True)
def in_january() -> Iterator[None]:
    with time_machine.travel(datetime(2030, 1, 7, 8, tzinfo=UTC), tick=False):
        yield


def proposed(programme: Programme) -> Proposal:
    with unit_of_work("audit", SYSTEM) as uow:
        return proposal(uow, uow.get(Programme, programme.id))


def accepting(offered: Proposal, **more: Any) -> AcceptIn:  # noqa: ANN401
    lines = [
        LineIn(key=line.key, month=line.month, days=line.days, aim="Combler un trou")
        for line in offered.lines
    ]
    told = {"version": offered.version, "basis": offered.basis, "lines": lines}
    return AcceptIn.model_validate(told | more)


def accepted(programme: Programme, data: AcceptIn) -> list[Entry]:
    with unit_of_work("audit", WORLD.alice, permission="audit:plan") as uow:
        return commands.accept_proposal(uow, programme.id, data)


def test_what_nothing_covers_is_proposed_and_accepted_leaves_no_hole(
    world: World, work: Work
) -> None:
    programme = making.drafted()

    made = accepted(programme, accepting(proposed(programme)))

    assert {entry.origin for entry in made} == {EntryOrigin.COVERAGE}
    assert {code for entry in made for code in entry.processes} == {"PROD", "ACHATS", "MAINT"}
    cycle = coverage.Cycle(date(2028, 1, 1), date(2030, 12, 31), world.lyon)
    with work("audit", world.alice, "audit:read") as uow:
        for by in By:
            found = coverage.matrix(uow, cycle, by)
            assert found.counts[Cover.HOLE] == 0, by
    assert proposed(programme).lines == []


def test_lines_are_changed_and_taken_out_before_they_are_accepted(world: World, work: Work) -> None:
    programme = making.drafted(world.group, by=world.greta)
    offered = proposed(programme)
    first, *_ = offered.lines
    assert len(offered.lines) == 3
    line = LineIn(key=first.key, month=date(2030, 9, 15), days=Decimal(3), aim="Avant l'été")

    with work("audit", world.greta, "audit:plan") as uow:
        [entry] = commands.accept_proposal(uow, programme.id, accepting(offered, lines=[line]))

    assert (entry.month, entry.first_month) == (date(2030, 9, 1), date(2030, 9, 1))
    assert (entry.days, entry.aim, entry.status) == (
        Decimal(3),
        "Avant l'été",
        EntryStatus.DRAFT,
    )
    assert {one.site_id for one in proposed(programme).lines} == {
        one.site_id for one in offered.lines if one.key != first.key
    }


def test_a_process_whose_interval_ends_is_proposed_with_its_arithmetic(world: World) -> None:
    """Critical (3), changed (1), never short of an audit: held seven months ago (0): 4, 24 months.

    A major nonconformity is not needed: with changes at 2 and criticality 3 the sum is 5. To be due
    within 2030, an audit of March 2028 (over a year: 1) makes 3 + 1 + 1 = 5: 24 months, so
    due in March 2030.
    """
    making.held_on(date(2028, 3, 12), "PROD", "ACHATS", "MAINT")
    making.rated("PROD", criticality=3, changes=1)
    making.rated("ACHATS", criticality=1, changes=0)
    programme = making.drafted()

    offered = proposed(programme)

    [line] = offered.lines
    assert (line.origin, line.processes) == (EntryOrigin.RISK, ["PROD"])
    assert line.facts == {
        "process": "PROD",
        "criticality": 3,
        "nonconformities": 0,
        "changes": 1,
        "age": 1,
        "score": 5,
        "months": 24,
    }
    assert line.month <= date(2030, 3, 1)
    assert offered.unrated == 1


def test_the_load_is_spread_over_the_months(world: World) -> None:
    programme = making.drafted(world.group, by=world.greta)

    months = [line.month for line in proposed(programme).lines]

    assert len(set(months)) == 3


def test_what_a_certificate_asks_for_becomes_an_entry_of_its_window(
    world: World, work: Work
) -> None:
    certificate = making.certified(decided_on=date(2029, 3, 10))
    programme = making.drafted()
    offered = proposed(programme)
    outside = [line for line in offered.lines if line.origin is EntryOrigin.CERTIFICATION]
    assert [line.facts["stage"] for line in outside] == ["surveillance_1"]
    [line] = outside
    assert (line.party, line.latest_on) == (Party.THIRD, date(2030, 3, 10))
    assert date(2030, 1, 1) <= line.month <= date(2030, 3, 1)

    accepted(programme, accepting(offered))

    window, *_ = making.windows(certificate)
    with work("audit", world.alice, "audit:read") as uow:
        entry = uow.get(Entry, window.entry_id or window.id)
        assert (entry.party, entry.due_on <= date(2030, 3, 31)) == (Party.THIRD, True)
    left = proposed(programme).lines
    assert EntryOrigin.CERTIFICATION not in {line.origin for line in left}


def test_a_drawn_sample_says_which_sites_the_certifier_visits(world: World) -> None:
    certificate = making.multi_site(decided_on=date(2029, 3, 10))
    sample = making.sampled(certificate)
    programme = making.drafted(world.group, by=world.greta)

    outside = [
        line.site_id
        for line in proposed(programme).lines
        if line.origin is EntryOrigin.CERTIFICATION
    ]

    drawn = [s["site_id"] for s in sample.candidates if s["choice"]]
    assert [str(site) for site in outside] == [str(world.lyon), *drawn]


def test_each_site_of_a_multi_site_certificate_is_audited_each_year(world: World) -> None:
    making.multi_site()
    for day in (date(2029, 5, 4), date(2029, 6, 4)):
        making.held_on(day, "PROD", "ACHATS", "MAINT")
    programme = making.drafted()

    [line] = [one for one in proposed(programme).lines if one.party is Party.FIRST]

    assert (line.origin, line.site_id) == (EntryOrigin.YEARLY, world.lyon)


def test_a_stale_proposal_is_refused(world: World) -> None:
    programme = making.drafted()
    offered = proposed(programme)
    making.held_on(date(2029, 5, 4), "PROD")

    with pytest.raises(ProposalStale):
        accepted(programme, accepting(offered))


def test_a_proposal_of_a_programme_that_changed_is_refused(world: World) -> None:
    programme = making.drafted()
    offered = proposed(programme)
    making.drafted_entry(programme)

    with pytest.raises(StaleVersion):
        accepted(programme, accepting(offered))


def test_all_lines_are_written_or_none(world: World, work: Work) -> None:
    programme = making.drafted(world.group, by=world.greta)
    offered = proposed(programme)
    good, *_ = accepting(offered).lines
    strange = good.model_copy(update={"key": id_of("of nothing")})
    late = good.model_copy(update={"month": date(2031, 1, 1)})

    for lines, refusal in (([good, strange], LineUnknown), ([late], MonthOutsideProgramme)):
        data = accepting(offered, lines=[line.model_dump() for line in lines])
        with pytest.raises(refusal), work("audit", world.greta, "audit:plan") as uow:
            commands.accept_proposal(uow, programme.id, data)
    with work("audit", SYSTEM, "audit:read") as uow:
        assert entries_of(uow, programme.id) == []


def test_an_approved_programme_takes_a_proposal_with_a_reason(world: World) -> None:
    programme = making.approved()
    offered = proposed(programme)

    with pytest.raises(AdditionWithoutReason):
        accepted(programme, accepting(offered))
    made = accepted(programme, accepting(offered, reason="Suite à la revue de direction"))
    assert {entry.status for entry in made} == {EntryStatus.PROGRAMMED}
