"""How often a process is audited: the score, term by term, and the interval it gives."""

from datetime import date

import pytest

from services.audit.programme.frequency import CURRENT, METHODS, Facts, proposed

TODAY = date(2030, 1, 7)
LAST_YEAR, BEFORE, LONG_AGO = date(2029, 3, 1), date(2028, 6, 1), date(2027, 1, 1)


@pytest.mark.parametrize(
    ("facts", "terms", "score", "months"),
    [
        # Harmless, nothing open, audited ten months ago: 1 + 0 + 0 + 0.
        (Facts(1, 0, 0, 0, LAST_YEAR), (1, 0, 0, 0), 1, 36),
        # 2 + one minor open + nothing changed + audited ten months ago.
        (Facts(2, 0, 1, 0, LAST_YEAR), (2, 1, 0, 0), 3, 36),
        # 2 + 1 + 0 + audited nineteen months ago: over a year.
        (Facts(2, 0, 2, 0, BEFORE), (2, 1, 0, 1), 4, 24),
        # 3 + 0 + 1 + 1.
        (Facts(3, 1, 0, 0, BEFORE), (3, 0, 1, 1), 5, 24),
        # 3 + a major open weighs 2 + 1 + 0.
        (Facts(3, 1, 0, 1, LAST_YEAR), (3, 2, 1, 0), 6, 12),
        # 3 + three minors weigh as much as a major: 2 + 1 + 1.
        (Facts(3, 1, 3, 0, BEFORE), (3, 2, 1, 1), 7, 12),
        # 3 + 2 + 2 + over two years: 2.
        (Facts(3, 2, 0, 1, LONG_AGO), (3, 2, 2, 2), 9, 6),
        # Never audited counts as the oldest: 3 + 1 + 2 + 2.
        (Facts(3, 2, 1, 0, None), (3, 1, 2, 2), 8, 6),
    ],
)
def test_the_score_is_the_sum_of_its_terms(
    facts: Facts, terms: tuple[int, ...], score: int, months: int
) -> None:
    found = proposed(facts, TODAY)

    assert (found.criticality, found.nonconformities, found.changes, found.age) == terms
    assert (found.score, found.months) == (score, months)


def test_the_next_audit_is_due_so_many_months_after_the_last() -> None:
    assert proposed(Facts(3, 2, 0, 1, LONG_AGO), TODAY).due_on == date(2027, 7, 1)
    assert proposed(Facts(1, 0, 0, 0, LAST_YEAR), TODAY).due_on == date(2032, 3, 1)
    assert proposed(Facts(1, 0, 0, 0, None), TODAY).due_on == TODAY


def test_an_anniversary_is_not_yet_older_than_a_year() -> None:
    assert proposed(Facts(1, 0, 0, 0, date(2029, 1, 7)), TODAY).age == 0
    assert proposed(Facts(1, 0, 0, 0, date(2029, 1, 6)), TODAY).age == 1


def test_no_interval_is_longer_than_the_cycle_of_three_years() -> None:
    for method in METHODS.values():
        assert max(months for _, months in method.months) <= 36
    assert CURRENT.months[-1][0] == 9
