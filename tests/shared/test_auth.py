"""Whom a token names, and what they may where."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from shared.auth import NOWHERE, SYSTEM, Actor, Grant, Places, actor_from, actor_of, permissions_of
from shared.errors import Forbidden, Unauthenticated
from tests.conftest import Platform
from tests.identity.test_access import forged
from tests.world import World

HERE, THERE = uuid4(), uuid4()


def actor(*places: Places, role: str = "site_coordinator", reads_only: bool = False) -> Actor:
    grants = tuple(Grant(role, place) for place in places)
    return Actor(uuid4(), "Alice", grants, reads_only=reads_only)


def test_what_a_role_does_not_give_is_refused() -> None:
    assert "audit:plan" in permissions_of("site_coordinator")
    assert "audit:plan" not in permissions_of("reader")
    assert permissions_of("a role nobody wrote down") == frozenset()


def test_places_of_all_grants_add_up() -> None:
    assert actor(frozenset({HERE}), frozenset({THERE})).places("audit:plan") == frozenset(
        {HERE, THERE}
    )
    assert actor(frozenset({HERE}), None).places("audit:plan") is None
    assert actor(frozenset({HERE}), role="reader").places("audit:plan") == NOWHERE
    assert actor().places("audit:read") == NOWHERE
    assert SYSTEM.places("audit:plan") is None


def test_a_grant_that_does_not_give_the_permission_adds_no_place() -> None:
    grants = (Grant("reader", None), Grant("site_coordinator", frozenset({HERE})))

    assert Actor(uuid4(), "Alice", grants).places("audit:plan") == frozenset({HERE})


def test_a_token_that_only_reads_gives_nothing_else() -> None:
    reading = actor(None, reads_only=True)

    assert reading.places("audit:read") is None
    assert reading.places("audit:plan") == NOWHERE


def test_a_permission_is_held_or_required() -> None:
    here = actor(frozenset({HERE}))

    here.require("audit:plan")
    with pytest.raises(Forbidden):
        here.require("audit:conduct")
    assert here.may("audit:plan", HERE)
    assert not here.may("audit:plan", THERE)
    assert actor(None).may("audit:plan", THERE)


def test_claims_are_read_as_identity_wrote_them() -> None:
    held = {"role": "reader", "sites": [str(HERE)], "process": "PROD"}
    whole = {"role": "auditor", "sites": "*"}
    claims = {"sub": str(UUID(int=1)), "name": "Bob", "grants": [held, whole]}

    plain = actor_from(claims)
    assert plain.grants == (Grant("reader", frozenset({HERE}), "PROD"), Grant("auditor", None))
    assert (plain.language, plain.session, plain.confirmed_at) == ("fr", None, None)
    assert not plain.reads_only

    sitting = actor_from(claims | {"lang": "en", "sid": str(THERE), "auth": 60, "ro": True})
    assert (sitting.language, sitting.session, sitting.reads_only) == ("en", THERE, True)
    assert sitting.confirmed_at is not None
    assert sitting.confirmed_at.timestamp() == 60


NOW = 1_900_000_000

LIVES = {
    "just issued": (NOW, NOW + 60, True),
    "by a clock that is a little ahead": (NOW + 2, NOW + 62, True),
    "by a clock that is far ahead": (NOW + 3, NOW + 63, False),
    "in its last second": (NOW - 59, NOW + 1, True),
    "over": (NOW - 60, NOW, False),
    "too long": (NOW, NOW + 61, False),
}


@pytest.mark.parametrize("life", LIVES)
def test_a_token_lives_from_its_issue_to_its_end(
    world: World, platform: Platform, monkeypatch: pytest.MonkeyPatch, life: str
) -> None:
    issued, ends, opens = LIVES[life]
    token = forged(platform, iat=issued, exp=ends)
    monkeypatch.setattr("shared.auth.time.time", lambda: float(NOW))

    assert _opens(lambda: actor_of(token, "audit")) is opens


def _opens(read: Callable[[], Actor]) -> bool:
    try:
        read()
    except Unauthenticated:
        return False
    return True
