"""The certification cycle in dates; ten cases worked by hand, and the published vector."""

from datetime import date

import pytest

from services.audit.programme.certificate_schemas import ExpiryRule, Stage
from services.audit.programme.cycle import Cycle, Due, begun, dues, initial, renewed, years_without
from services.audit.programme.errors import RestoreLimitPassed
from services.audit.programme.months import add_months

DAY_BEFORE, SAME_DAY = ExpiryRule.DAY_BEFORE, ExpiryRule.SAME_DAY


def latest(cycle: Cycle, stage: Stage) -> date:
    return next(due.latest_on for due in dues(cycle) if due.stage is stage)


def test_the_vector_of_the_domain() -> None:
    cycle = begun(date(2026, 2, 10), DAY_BEFORE)

    assert latest(cycle, Stage.SURVEILLANCE_1) == date(2027, 2, 10)
    assert cycle.expires_on == date(2029, 2, 9)
    assert cycle.restore_limit == date(2029, 8, 10)


def test_case_1_an_ordinary_cycle() -> None:
    """Decided on 10 February 2026.

    36 months later is 10 February 2029, less a day: the 9th. Calendar years between those of the
    decision and of the expiry: 2027 and 2028. Surveillance 1: three months before the anniversary
    is 10 November 2026, but 2027 owes it, so from 1 January 2027; at most twelve months: until 10
    February 2027. Surveillance 2: 2028 owes it; 10 November 2027 is before it, so all of 2028.
    Renewal: six months before 9 February 2029 is 9 August 2028; at the latest on the last day.
    """
    assert dues(begun(date(2026, 2, 10), DAY_BEFORE)) == [
        Due(Stage.SURVEILLANCE_1, date(2027, 1, 1), date(2027, 2, 10)),
        Due(Stage.SURVEILLANCE_2, date(2028, 1, 1), date(2028, 12, 31)),
        Due(Stage.RENEWAL, date(2028, 8, 9), date(2029, 2, 9)),
    ]


def test_case_2_a_body_that_prints_the_same_day() -> None:
    """Decided on 10 February 2026, printed to 10 February 2029.

    The first day without it is the 11th; six months from there: 11 August 2029.
    """
    cycle = begun(date(2026, 2, 10), SAME_DAY)

    assert cycle.expires_on == date(2029, 2, 10)
    assert cycle.restore_limit == date(2029, 8, 11)


def test_case_3_decided_on_29_february() -> None:
    """Decided on 29 February 2024.

    2027 has no such day, so 36 months later is 28 February 2027, less a day: the 27th. Twelve
    months after the decision is 28 February 2025. The first day without it is 28 February 2027;
    six months from there: 28 August 2027.
    """
    cycle = begun(date(2024, 2, 29), DAY_BEFORE)

    assert cycle.expires_on == date(2027, 2, 27)
    assert latest(cycle, Stage.SURVEILLANCE_1) == date(2025, 2, 28)
    assert cycle.restore_limit == date(2027, 8, 28)


def test_case_4_the_end_of_a_month() -> None:
    """Decided on 31 August 2026.

    36 months later is 31 August 2029, less a day: the 30th. The first day without it is the 31st;
    six months later February 2030 ends on its 28th. The renewal opens six months before 30 August
    2029: February 2029 ends on its 28th. Surveillance 1 is useful from 31 May 2027 on.
    """
    cycle = begun(date(2026, 8, 31), DAY_BEFORE)

    assert cycle.expires_on == date(2029, 8, 30)
    assert cycle.restore_limit == date(2030, 2, 28)
    first, _, renewal = dues(cycle)
    assert first == Due(Stage.SURVEILLANCE_1, date(2027, 5, 31), date(2027, 8, 31))
    assert renewal.opens_on == date(2029, 2, 28)


def test_case_5_decided_in_the_first_days_of_a_year() -> None:
    """Decided on 5 January 2026.

    Twelve months end on 5 January 2027, and 2027 owes an audit: five days are left for both. An
    audit in December 2026 keeps the twelve months, and leaves 2027 without one.
    """
    cycle = begun(date(2026, 1, 5), DAY_BEFORE)

    assert dues(cycle)[0] == Due(Stage.SURVEILLANCE_1, date(2027, 1, 1), date(2027, 1, 5))
    assert years_without(cycle, [date(2026, 12, 10)], date(2028, 1, 1)) == [2027]


def test_case_6_decided_on_1_january() -> None:
    """Decided on 1 January 2026, it expires on 31 December 2028: 2028 is the year of the renewal.

    Only 2027 lies between; the renewal may be held until the last day of 2028.
    """
    cycle = begun(date(2026, 1, 1), DAY_BEFORE)

    assert cycle.expires_on == date(2028, 12, 31)
    assert cycle.years_owed == [2027]
    assert latest(cycle, Stage.RENEWAL) == date(2028, 12, 31)


def test_case_7_an_early_decision_that_keeps_the_day() -> None:
    """Renewed on 1 December 2028 a certificate that expires on 9 February 2029.

    The anniversary stays 10 February: 36 months later 10 February 2032, less a day: the 9th. The
    decision's year is 2028, so 2029, 2030 and 2031 owe an audit: the renewal is held by the end of
    2031, although the certificate is good until February 2032.
    """
    cycle = renewed(begun(date(2026, 2, 10), DAY_BEFORE), date(2028, 12, 1), DAY_BEFORE)

    assert cycle == Cycle(date(2028, 12, 1), date(2032, 2, 9))
    assert cycle.years_owed == [2029, 2030, 2031]
    assert latest(cycle, Stage.SURVEILLANCE_1) == date(2029, 12, 1)
    assert latest(cycle, Stage.RENEWAL) == date(2031, 12, 31)


def test_case_8_an_early_decision_that_begins_anew() -> None:
    """The same decision without keeping the day: 1 December 2031 less a day."""
    before = begun(date(2026, 2, 10), DAY_BEFORE)

    cycle = renewed(before, date(2028, 12, 1), DAY_BEFORE, keeps_day=False)

    assert cycle.expires_on == date(2031, 11, 30)


@pytest.mark.parametrize("keeps_day", [True, False])
def test_case_9_lapsed_and_restored(keeps_day: bool) -> None:  # noqa: FBT001  what is tried
    """Expired on 9 February 2029, restored on the last day on which it can be, 10 August 2029.

    The expiry is that of the cycle that should have begun, whatever is asked: 9 February 2032. The
    decision's year is 2029: 2030 and 2031 owe an audit, the first by 10 August 2030.
    """
    before = begun(date(2026, 2, 10), DAY_BEFORE)

    cycle = renewed(before, date(2029, 8, 10), DAY_BEFORE, keeps_day=keeps_day)

    assert cycle.expires_on == date(2032, 2, 9)
    assert cycle.years_owed == [2030, 2031]
    assert latest(cycle, Stage.SURVEILLANCE_1) == date(2030, 8, 10)


def test_case_10_lapsed_for_good() -> None:
    """The day after the limit, 11 August 2029, there is nothing left to restore."""
    before = begun(date(2026, 2, 10), DAY_BEFORE)

    with pytest.raises(RestoreLimitPassed, match="2029-08-10"):
        renewed(before, date(2029, 8, 11), DAY_BEFORE)


def test_a_same_day_certificate_keeps_its_day_when_renewed() -> None:
    """Printed to 10 February 2029, renewed early: printed to 10 February 2032."""
    before = begun(date(2026, 2, 10), SAME_DAY)

    assert renewed(before, date(2029, 1, 20), SAME_DAY).expires_on == date(2032, 2, 10)


def test_stages_1_and_2_leave_time_to_decide() -> None:
    """A decision by 31 May 2027: stage 2 by the end of February, stage 1 a month before."""
    assert initial(date(2027, 5, 31)) == [
        Due(Stage.STAGE_1, date(2026, 8, 28), date(2027, 1, 28)),
        Due(Stage.STAGE_2, date(2027, 1, 28), date(2027, 2, 28)),
    ]


def test_a_year_that_is_not_over_may_still_have_its_audit() -> None:
    cycle = begun(date(2026, 2, 10), DAY_BEFORE)

    assert years_without(cycle, [], date(2027, 12, 31)) == []
    assert years_without(cycle, [], date(2028, 1, 1)) == [2027]


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
    ],
)
def test_a_month_is_added_as_people_count(day: date, count: int, expected: date) -> None:
    assert add_months(day, count) == expected
