from datetime import date

import pytest

from services.compliance import commands, queries
from services.compliance.errors import (
    AnotherCode,
    NothingShipped,
    NotNewer,
    ReferenceEmpty,
    ReferenceFull,
    ReferenceNotDraft,
    ReferenceNotIssued,
    ReferenceThere,
    RequirementHasParts,
    RequirementThere,
    TransitionTooShort,
    UnknownParent,
)
from services.compliance.events import ReferenceIssued, ReferenceSuperseded
from services.compliance.models import Reference
from services.compliance.schemas import (
    ReferenceChange,
    ReferenceStatus,
    RequirementChange,
    StepIn,
    SupersedeIn,
    Theme,
)
from shared.errors import Conflict, Forbidden, StaleVersion
from shared.work import UnitOfWork, unit_of_work
from tests.compliance.factories import (
    SINCE,
    drafted,
    issued,
    loaded,
    of,
    put_in_force,
    reference_in,
    required,
    requirement_in,
    superseded,
)
from tests.conftest import Work
from tests.helpers import Bus, together
from tests.world import WORLD, World


def change_of(reference: Reference, **changes: object) -> ReferenceChange:
    values = reference_in(reference.code, edition=reference.edition).model_dump(exclude={"id"})
    return ReferenceChange.model_validate(values | {"version": reference.version} | changes)


def in_force_on(uow: UnitOfWork, day: date) -> list[str]:
    found = queries.references(uow, queries.Filters(in_force_on=day))
    return sorted(reference.label for reference in uow.session.scalars(found))


def test_what_is_issued_is_told_with_its_requirements_in_the_order_of_the_text(
    world: World, bus: Bus
) -> None:
    reference = drafted()
    for number in ("4", "5", "4.1"):
        required(reference, number)

    put_in_force(reference)

    [event] = bus.published(ReferenceIssued)
    assert [(one.position, one.number) for one in event.requirements] == [
        (1, "4"),
        (2, "4.1"),
        (3, "5"),
    ]
    assert event.requirements[1].parent_id == event.requirements[0].id


def test_a_draft_is_revised_and_issued_once(world: World, work: Work) -> None:
    reference = drafted()
    required(reference, "4")
    with work("compliance", world.greta, "compliance:write") as uow:
        change = change_of(reference, title_fr="Cadenas")
        changed = commands.revise_reference(uow, reference.id, change)
    assert (changed.title_fr, changed.version) == ("Cadenas", 2)

    there = put_in_force(changed)

    with pytest.raises(ReferenceNotDraft, match="PRO-QSE-001:A is issued"):
        put_in_force(there)


def test_nothing_of_an_issued_reference_changes_again(world: World, work: Work) -> None:
    reference = issued()
    first, last = of(reference.id)
    change = RequirementChange(number="9", title_fr="Ab", title_en="Ab", version=last.version)
    step = StepIn(version=last.version)

    for move in (
        lambda uow: commands.revise_reference(uow, reference.id, change_of(reference)),
        lambda uow: commands.add_requirement(uow, reference.id, requirement_in("5")),
        lambda uow: commands.revise_requirement(uow, last.id, change),
        lambda uow: commands.remove_requirement(uow, last.id, step),
        lambda uow: commands.withdraw_requirements(uow, [first.id, last.id]),
    ):
        with (
            pytest.raises(ReferenceNotDraft),
            work("compliance", world.greta, "compliance:write") as uow,
        ):
            move(uow)
    assert [one.number for one in of(reference.id)] == ["4", "4.1"]


def test_an_empty_reference_is_not_issued(world: World) -> None:
    with pytest.raises(ReferenceEmpty, match="has no requirement yet"):
        put_in_force(drafted())


def test_who_coordinates_one_site_only_keeps_no_library(world: World, work: Work) -> None:
    draft, there = drafted(), issued("PRO-QSE-002")
    [requirement, *_] = of(there.id)

    for move in (
        lambda uow: commands.draft_reference(uow, reference_in("PRO-QSE-003")),
        lambda uow: commands.revise_reference(uow, draft.id, change_of(draft)),
        lambda uow: commands.add_requirement(uow, draft.id, requirement_in()),
        lambda uow: commands.remove_requirement(uow, requirement.id, StepIn(version=1)),
        lambda uow: commands.issue_reference(uow, draft.id, StepIn(version=1)),
        lambda uow: commands.supersede_reference(
            uow, there.id, SupersedeIn(version=2, by=there.id, until=SINCE)
        ),
        lambda uow: commands.load_shipped(uow, "iso_9001_2015"),
    ):
        with (
            pytest.raises(Forbidden),
            work("compliance", world.alice, "compliance:write") as uow,
        ):
            move(uow)


def test_a_code_has_each_edition_once(world: World, work: Work) -> None:
    drafted()
    other = drafted("PRO-QSE-002")

    with pytest.raises(ReferenceThere, match="PRO-QSE-001:A"):
        drafted()
    with (
        pytest.raises(ReferenceThere),
        work("compliance", world.greta, "compliance:write") as uow,
    ):
        commands.revise_reference(uow, other.id, change_of(other, code="PRO-QSE-001"))


def test_a_stale_draft_is_not_issued(world: World, work: Work) -> None:
    reference = drafted()
    required(reference, "4")
    with work("compliance", world.greta, "compliance:write") as uow:
        commands.revise_reference(uow, reference.id, change_of(reference, title_fr="Autre titre"))

    with (
        pytest.raises(StaleVersion),
        work("compliance", world.greta, "compliance:write") as uow,
    ):
        commands.issue_reference(uow, reference.id, StepIn(version=1))


def test_a_requirement_stands_below_the_number_before_its_last_point(world: World) -> None:
    reference = drafted()
    above = required(reference, "8")
    part = required(reference, "8.1")
    annex = required(reference, "A", parent="8.1")
    alone = required(reference, "9.1")

    assert (part.parent_id, annex.parent_id) == (above.id, part.id)
    assert alone.parent_id is None


def test_a_requirement_is_added_once_and_below_one_that_is_there(world: World) -> None:
    reference = drafted()
    required(reference, "4")

    with pytest.raises(RequirementThere, match="a requirement 4 already"):
        required(reference, "4")
    with pytest.raises(UnknownParent, match="no requirement 12"):
        required(reference, "5", parent="12")


def test_a_reference_holds_so_many_requirements(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MOST_REQUIREMENTS", 1)
    reference = drafted()
    required(reference, "4")

    with pytest.raises(ReferenceFull, match="more than 1 requirements"):
        required(reference, "5")


def test_a_requirement_of_a_draft_is_revised_and_removed(world: World, work: Work) -> None:
    reference = drafted()
    above, part = required(reference, "4"), required(reference, "4.1")
    new = RequirementChange(
        number="4.2", title_fr="Isoler", title_en="Isolate", theme=Theme.CHANGES, version=1
    )
    with work("compliance", world.greta, "compliance:write") as uow:
        assert commands.revise_requirement(uow, part.id, new).number == "4.2"

    same = new.model_copy(update={"number": "4", "version": 2})
    with (
        pytest.raises(RequirementThere),
        work("compliance", world.greta, "compliance:write") as uow,
    ):
        commands.revise_requirement(uow, part.id, same)
    with (
        pytest.raises(RequirementHasParts, match="below 4: 1"),
        work("compliance", world.greta, "compliance:write") as uow,
    ):
        commands.remove_requirement(uow, above.id, StepIn(version=1))
    with work("compliance", world.greta, "compliance:write") as uow:
        commands.remove_requirement(uow, part.id, StepIn(version=2))
        commands.remove_requirement(uow, above.id, StepIn(version=1))
    assert of(reference.id) == []


def test_two_editions_live_side_by_side_until_the_transition_ends(
    world: World, work: Work, bus: Bus
) -> None:
    old = issued("ISO 14001", edition="2015")
    newer = issued("ISO 14001", edition="2026", in_force_from=date(2026, 4, 1))

    superseded(old, newer, until=date(2029, 4, 30))

    [event] = bus.published(ReferenceSuperseded)
    assert (event.reference_id, event.superseded_by) == (old.id, newer.id)
    with work("compliance", world.bob, "compliance:read") as uow:
        assert in_force_on(uow, date(2019, 12, 31)) == []
        assert in_force_on(uow, date(2026, 3, 31)) == ["ISO 14001:2015"]
        assert in_force_on(uow, date(2029, 4, 30)) == ["ISO 14001:2015", "ISO 14001:2026"]
        assert in_force_on(uow, date(2029, 5, 1)) == ["ISO 14001:2026"]


def test_an_edition_gives_way_to_a_newer_one_of_its_own_only(world: World) -> None:
    newer = issued("ISO 14001", edition="2026", in_force_from=date(2026, 4, 1))
    old = issued("ISO 14001", edition="2015")
    draft = drafted("ISO 14001", edition="2030")

    with pytest.raises(AnotherCode, match="PRO-QSE-001:A is no edition of ISO 14001"):
        superseded(old, issued(), until=SINCE)
    with pytest.raises(NotNewer):
        superseded(newer, old, until=date(2029, 1, 1))
    with pytest.raises(NotNewer):
        superseded(old, old, until=date(2029, 1, 1))
    with pytest.raises(TransitionTooShort, match="ISO 14001:2015 cannot end before"):
        superseded(old, newer, until=date(2026, 3, 31))
    with pytest.raises(ReferenceNotIssued, match="ISO 14001:2030 is draft"):
        superseded(old, draft, until=date(2031, 1, 1))
    with pytest.raises(ReferenceNotIssued):
        superseded(draft, newer, until=date(2031, 1, 1))


def test_an_edition_is_superseded_once(world: World) -> None:
    old = issued("ISO 14001", edition="2015")
    newer = issued("ISO 14001", edition="2026", in_force_from=date(2026, 4, 1))
    gone = superseded(old, newer, until=date(2029, 4, 30))

    with pytest.raises(ReferenceNotIssued, match="is superseded"):
        superseded(gone, newer, until=date(2030, 4, 30))


@pytest.mark.parametrize(
    ("name", "count"), [("iso_9001_2015", 79), ("iso_14001_2015", 45), ("iso_45001_2018", 56)]
)
def test_a_standard_that_comes_with_the_product_is_loaded_as_a_tree(
    world: World, name: str, count: int
) -> None:
    reference = loaded(name)

    rows = of(reference.id)
    by_number = {row.number: row for row in rows}
    assert (reference.status, len(rows)) == (ReferenceStatus.ISSUED, count)
    assert [row.number for row in rows if row.parent_id is None] == [str(n) for n in range(4, 11)]
    assert by_number["6.1.2"].parent_id == by_number["6.1"].id
    assert [row.position for row in rows] == list(range(1, count + 1))


def test_a_standard_is_loaded_once_and_only_if_it_is_there(world: World) -> None:
    loaded()

    with pytest.raises(ReferenceThere, match="ISO 9001:2015"):
        loaded()
    with pytest.raises(NothingShipped):
        loaded("iso_50001_2018")


def test_a_reference_is_drafted_once_for_the_same_id(world: World, work: Work) -> None:
    first = drafted()
    with work("compliance", world.greta, "compliance:write") as uow:
        again = commands.draft_reference(uow, reference_in("PRO-QSE-009", id=first.id))
    assert (again.id, again.code) == (first.id, "PRO-QSE-001")


def test_no_requirement_slips_in_while_its_reference_is_issued(own_database: str) -> None:
    reference = drafted()
    required(reference, "4")

    def issue() -> object:
        return put_in_force(reference)

    def add() -> object:
        with unit_of_work("compliance", WORLD.greta, permission="compliance:write") as uow:
            return commands.add_requirement(uow, reference.id, requirement_in("5"))

    told = together(issue, add)

    refused = [one for one in told if isinstance(one, Conflict)]
    assert len(of(reference.id)) == (1 if refused else 2)
    assert [type(one) for one in refused] in ([], [ReferenceNotDraft])
