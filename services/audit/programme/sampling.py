"""How many sites of a multi-site certificate an audit visits, and which: IAF MD 1, section 6.1.

For x sites besides the central function, rounded up: an initial audit visits y = sqrt(x) of them,
a surveillance 0.6 sqrt(x), a renewal sqrt(x), or 0.8 sqrt(x) if the system proved effective in the
cycle. The central function comes on top, in every audit. At least a quarter of the sample is
chosen at random; the rest so that the sites visited over the cycle differ as much as possible. More
sites than that are visited where risk asks for it, with the reason.

Sources: IAF MD 1 (2018, and unchanged in this in 2023) as applied by the European co-operation for
Accreditation in its published answers 42.6 (26 sites besides the central function: 6) and 46.5 (two
sites: both, then one, one and both); the quarter at random as in the Canadian Grain Commission's
published instruction for multi-site audits.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from math import isqrt
from typing import Final
from uuid import UUID

from services.audit.programme.certificate_schemas import Choice, RiskCategory, SampleKind

EDITION: Final = 1
"""Of this calculation: a sample keeps the edition it was drawn by."""

TENTHS: Final = {SampleKind.INITIAL: 10, SampleKind.SURVEILLANCE: 6, SampleKind.RENEWAL: 10}
IF_EFFECTIVE: Final = 8
WHOLE: Final = 10
RANDOM_PART: Final = 4
RISKS: Final = list(RiskCategory)


@dataclass(frozen=True)
class Candidate:
    """A site that can be visited: when it last was, and how great the risk of what it does is."""

    site_id: UUID
    last_visit: date | None
    risk: RiskCategory


@dataclass(frozen=True)
class Size:
    """The arithmetic: y = factor x sqrt(x) rounded up, and what risk adds."""

    sites: int
    tenths: int
    rounded: int
    added: int
    visited: int
    at_random: int


def size(kind: SampleKind, sites: int, *, effective: bool = False, added: int = 0) -> Size:
    tenths = IF_EFFECTIVE if effective and kind is SampleKind.RENEWAL else TENTHS[kind]
    rounded = _up(_root_up(tenths * tenths * sites), WHOLE)
    visited = min(rounded + added, sites)
    at_random = min(_up(visited, RANDOM_PART), sites)
    return Size(sites, tenths, rounded, added, visited, at_random)


def chosen(candidates: list[Candidate], asked: Size, seed: str) -> dict[UUID, Choice]:
    """Those longest unvisited first, of those the riskier; then at random among the others.

    Random is the order of SHA-256 over the seed and the site's id: who has both can check it.
    """
    by_turn = sorted(candidates, key=_turn)
    directed = by_turn[: asked.visited - asked.at_random]
    others = sorted(by_turn[len(directed) :], key=lambda one: lot(seed, one.site_id))
    drawn = {one.site_id: Choice.AT_RANDOM for one in others[: asked.at_random]}
    return {one.site_id: _why(one) for one in directed} | drawn


def lot(seed: str, site_id: UUID) -> str:
    return hashlib.sha256(f"{seed}:{site_id}".encode()).hexdigest()


def _turn(one: Candidate) -> tuple[date, int, UUID]:
    return one.last_visit or date.min, -RISKS.index(one.risk), one.site_id


def _why(one: Candidate) -> Choice:
    return Choice.NEVER_VISITED if one.last_visit is None else Choice.LONGEST_UNVISITED


def _root_up(number: int) -> int:
    """The square root rounded up, exactly."""
    return isqrt(number - 1) + 1 if number else 0


def _up(number: int, by: int) -> int:
    return -(-number // by)
