"""The sample of sites of IAF MD 1; ten cases worked by hand, and how sites are chosen."""

import hashlib
from datetime import date
from uuid import UUID

import pytest

from services.audit.programme.certificate_schemas import Choice, RiskCategory, SampleKind
from services.audit.programme.sampling import Candidate, chosen, lot, size

INITIAL, SURVEILLANCE, RENEWAL = (
    SampleKind.INITIAL,
    SampleKind.SURVEILLANCE,
    SampleKind.RENEWAL,
)


@pytest.mark.parametrize(
    ("kind", "sites", "effective", "added", "visited", "at_random"),
    [
        # 1. Initial, 2 sites: sqrt(2) = 1.41, up to 2; a quarter of 2 is 0.5, up to 1.
        (INITIAL, 2, False, 0, 2, 1),
        # 2. Surveillance, 2 sites: 0.6 x 1.41 = 0.85, up to 1; that one at random.
        (SURVEILLANCE, 2, False, 0, 1, 1),
        # 3. Renewal of an effective system, 2 sites: 0.8 x 1.41 = 1.13, up to 2.
        (RENEWAL, 2, True, 0, 2, 1),
        # 4. Initial, 26 sites: sqrt(26) = 5.10, up to 6; a quarter of 6 is 1.5, up to 2.
        (INITIAL, 26, False, 0, 6, 2),
        # 5. Surveillance, 26 sites: 0.6 x 5.10 = 3.06, up to 4; a quarter of 4 is 1.
        (SURVEILLANCE, 26, False, 0, 4, 1),
        # 6. Initial, 25 sites: sqrt(25) = 5 exactly, nothing to round; 1.25, up to 2.
        (INITIAL, 25, False, 0, 5, 2),
        # 7. Surveillance, 25 sites: 0.6 x 5 = 3 exactly, where floats give 3.0000000000000004.
        (SURVEILLANCE, 25, False, 0, 3, 1),
        # 8. Renewal, 25 sites, not effective over the cycle: sqrt(25) = 5.
        (RENEWAL, 25, False, 0, 5, 2),
        # 9. Surveillance, 9 sites, two more for risk: 0.6 x 3 = 1.8, up to 2, and 2: 4.
        (SURVEILLANCE, 9, False, 2, 4, 1),
        # 10. Initial, 3 sites, five more for risk: sqrt(3) = 1.73, up to 2, and 5: no more than 3.
        (INITIAL, 3, False, 5, 3, 1),
    ],
)
def test_the_size_of_ten_samples(  # noqa: PLR0913, PLR0917  the columns of the table
    kind: SampleKind,
    sites: int,
    effective: bool,  # noqa: FBT001
    added: int,
    visited: int,
    at_random: int,
) -> None:
    found = size(kind, sites, effective=effective, added=added)

    assert (found.visited, found.at_random) == (visited, at_random)


def test_only_a_renewal_is_smaller_for_an_effective_system() -> None:
    assert size(INITIAL, 100, effective=True).visited == 10
    assert size(SURVEILLANCE, 100, effective=True).visited == 6
    assert size(RENEWAL, 100, effective=True).visited == 8


def site(number: int) -> UUID:
    return UUID(int=number)


def candidate(
    number: int, last_visit: date | None = None, risk: RiskCategory = RiskCategory.MEDIUM
) -> Candidate:
    return Candidate(site(number), last_visit, risk)


def test_those_longest_unvisited_come_first_and_of_those_the_riskier() -> None:
    """Nine sites, an initial audit: 3 of them, one at random, so two in turn."""
    day = date(2025, 5, 1)
    sites = [candidate(n, day) for n in range(1, 8)]
    sites += [candidate(8), candidate(9, risk=RiskCategory.HIGH)]

    found = chosen(sites, size(INITIAL, 9), "seed")

    in_turn = [id for id, choice in found.items() if choice is not Choice.AT_RANDOM]
    assert in_turn == [site(9), site(8)]
    assert found[site(9)] is Choice.NEVER_VISITED
    assert list(found.values()).count(Choice.AT_RANDOM) == 1


def test_who_has_the_seed_can_redo_the_draw() -> None:
    sites = [candidate(n, date(2025, 1, n)) for n in range(1, 10)]
    asked = size(SURVEILLANCE, 9)

    found = chosen(sites, asked, "a seed")

    assert found == chosen(list(reversed(sites)), asked, "a seed")
    others = [site(n) for n in range(2, 10)]
    drawn = min(others, key=lambda one: hashlib.sha256(f"a seed:{one}".encode()).hexdigest())
    assert found == {site(1): Choice.LONGEST_UNVISITED, drawn: Choice.AT_RANDOM}
    assert lot("a seed", drawn) == min(lot("a seed", id) for id in others)


def test_another_seed_draws_other_sites() -> None:
    sites = [candidate(n) for n in range(1, 101)]
    asked = size(INITIAL, 100)

    drawn = {frozenset(chosen(sites, asked, f"seed {n}")) for n in range(20)}

    assert len(drawn) > 10


def test_a_sample_of_all_sites_names_each() -> None:
    found = chosen([candidate(1), candidate(2)], size(INITIAL, 2), "seed")

    assert set(found) == {site(1), site(2)}
