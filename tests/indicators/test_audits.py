"""How audits and findings fare: repeats, ages and the programme, counted from what is told."""

from datetime import date
from decimal import Decimal
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from services.audit.events import (
    EntryHeld,
    EntryProgrammed,
    FindingClosed,
    FindingRaised,
    FindingReopened,
    FindingWithdrawn,
)
from services.audit.schemas import Grade
from services.indicators.schemas import Missing
from tests.indicators.factories import TODAY, number, raised, tell, value
from tests.world import WORLD, World

JANUARY, FEBRUARY, MARCH = date(2030, 1, 1), date(2030, 2, 1), date(2030, 3, 1)


def repeated(on: date = TODAY) -> FindingRaised:
    return raised(grade=Grade.MINOR, on=on).model_copy(update={"repeats_id": uuid4()})


def about(finding: FindingRaised) -> dict[str, object]:
    return finding.model_dump(include={"finding_id", "audit_id", "site_id", "grade"})


def closed(finding: FindingRaised, on: date) -> FindingClosed:
    return FindingClosed.model_validate(about(finding) | {"closed_on": on})


def reopened(finding: FindingRaised) -> FindingReopened:
    return FindingReopened.model_validate(about(finding))


def programmed(month: date, id: UUID | None = None, site: UUID = WORLD.lyon) -> EntryProgrammed:
    return EntryProgrammed(entry_id=id or uuid4(), site_id=site, month=month)


def held(entry: EntryProgrammed, on: date) -> EntryHeld:
    return EntryHeld(entry_id=entry.entry_id, site_id=entry.site_id, held_on=on)


def test_repeats_are_a_share_of_the_nonconformities_of_twelve_months(world: World) -> None:
    """Two of three: the strength and the one of over a year ago are none of them. 2 / 3 = 66.67."""
    for one in (repeated(), repeated(date(2029, 3, 16)), raised(), repeated(date(2029, 3, 15))):
        tell(one)
    tell(raised(grade=Grade.STRENGTH).model_copy(update={"repeats_id": uuid4()}))

    found = value("NC_RECUR")
    assert found is not None
    assert [found.numerator, found.denominator] == [2, 3]
    assert round(found.value or 0, 2) == Decimal("66.67")


def test_a_group_divides_sums_and_averages_no_shares(world: World) -> None:
    """1 of 1 at Lyon and 0 of 3 at Lille make 25 %, not 50 %."""
    tell(repeated())
    for _ in range(3):
        tell(raised(site=world.lille, grade=Grade.MINOR))

    assert number("NC_RECUR", world.division) == 25


def test_the_age_is_that_of_what_is_open_at_the_end_of_each_period(world: World) -> None:
    """From 14 February to 15 March: 29 days. From 5 March: 10 days. On average 19.5."""
    old, young = raised(on=date(2030, 2, 14)), raised(on=date(2030, 3, 5), grade=Grade.MINOR)
    tell(old, 1)
    tell(young, 2)
    assert number("NC_AGE", period=FEBRUARY) == 14
    assert number("NC_AGE") == Decimal("19.5")

    tell(closed(old, on=date(2030, 3, 10)), 3)

    assert number("NC_AGE", period=FEBRUARY) == 14
    assert number("NC_AGE") == 10


def test_nothing_open_has_no_age(world: World) -> None:
    finding = raised()
    tell(finding, 1)
    tell(closed(finding, on=TODAY), 2)

    found = value("NC_AGE")
    assert found is not None
    assert found.value is None
    assert found.missing is Missing.ZERO_DENOMINATOR


def test_what_is_reopened_ages_again_from_the_day_it_was_raised(world: World) -> None:
    finding = raised(on=date(2030, 3, 1))
    tell(finding, 1)
    tell(closed(finding, on=date(2030, 3, 2)), 2)

    tell(reopened(finding), 3)

    assert number("NC_AGE") == 14


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_findings_are_told_in_does_not_matter(
    world: World, order: tuple[int, ...]
) -> None:
    finding = repeated(on=date(2030, 3, 5))
    told = (finding, closed(finding, on=date(2030, 3, 6)), reopened(finding))

    for turn in order:
        tell(told[turn], turn + 1)

    assert [number("NC_AGE"), number("NC_RECUR")] == [10, 100]


def test_what_was_taken_back_counts_nowhere(world: World) -> None:
    finding = repeated()
    gone = FindingWithdrawn.model_validate(about(finding) | {"raised_on": TODAY})
    tell(raised())
    tell(finding, 1)
    tell(gone, 2)

    found = value("NC_RECUR")
    assert found is not None
    assert [found.numerator, found.denominator] == [0, 1]


def test_an_audit_is_due_when_its_month_is_over(world: World) -> None:
    """On 15 March: January and February are due, March is not yet. One of two was held."""
    january, february = programmed(JANUARY), programmed(FEBRUARY)
    for entry in (january, february, programmed(MARCH), programmed(date(2030, 5, 1))):
        tell(entry, 1)
    assert number("AUDIT_REAL") == 0

    tell(held(february, on=date(2030, 3, 2)), 2)

    found = value("AUDIT_REAL")
    assert found is not None
    assert [found.numerator, found.denominator] == [1, 2]
    assert number("AUDIT_REAL", period=FEBRUARY) == 0


def test_an_audit_held_early_counts_at_once(world: World) -> None:
    entry = programmed(date(2030, 5, 1))
    tell(entry, 1)

    tell(held(entry, on=date(2030, 3, 14)), 2)

    assert number("AUDIT_REAL") == 100


def test_an_audit_of_over_a_year_ago_is_forgotten(world: World) -> None:
    tell(programmed(MARCH.replace(year=2029)), 1)
    tell(programmed(FEBRUARY), 2)

    found = value("AUDIT_REAL")
    assert found is not None
    assert [found.numerator, found.denominator] == [0, 1]


def test_an_audit_told_of_as_held_first_counts_once_it_is_known_when_it_was_due(
    world: World,
) -> None:
    entry = programmed(FEBRUARY)
    tell(held(entry, on=date(2030, 2, 20)), 2)
    found = value("AUDIT_REAL")
    assert found is not None
    assert found.value is None

    tell(entry, 1)

    assert number("AUDIT_REAL") == 100
