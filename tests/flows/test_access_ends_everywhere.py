"""Access that is taken back, on real processes: who kept an access token learns it at once."""

import time
from collections.abc import Callable
from functools import partial

import httpx2 as httpx
import pytest

from runtime.services import SERVICES
from services.identity import accounts, commands, signing_in
from services.identity.models import Grant, Person
from shared.auth import SYSTEM
from shared.schemas import Change
from shared.work import unit_of_work
from tests.live import Live
from tests.promises import HowMany, Promise
from tests.world import PASSWORD, WORLD

A_SECOND = 1.0
DOORS = {
    "identity": "/me",
    "audit": "/audits",
    "actions": "/actions",
    "indicators": "/alerts",
    "policy": "/policies",
    "notifications": "/inbox",
    "risk": "/risks",
    "compliance": "/references",
    "processes": "/processes",
}


def sign_out(session: str) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        signing_in.end_session(uow, session)


def take_role(_session: str) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        [held] = uow.session.scalars(uow.select(Grant).where(Grant.person_id == WORLD.bob.id))
        commands.end_grant(uow, held.id, uow.now.date())


def close_account(_session: str) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        bob = uow.get(Person, WORLD.bob.id)
        accounts.deactivate(uow, bob.id, Change(version=bob.version))


@pytest.mark.security
def test_a_kept_access_token_opens_no_service_a_second_later(
    live: Live, promise: Promise, how_many: HowMany
) -> None:
    times = how_many(150, 10)
    for what, end in (("session", sign_out), ("role", take_role), ("account", close_account)):
        session, caller = signed_in(live)
        with caller:
            assert all(is_let_in(caller, name) for name in SERVICES)
            longest = denied_everywhere_after(caller, partial(end, session))
            later = sum(is_let_in(caller, name) for name in [*SERVICES] * times)
        figure = f"{longest * 1000:.0f} ms, {later} of {len(SERVICES) * times}"
        told = f"{what} ended: last of {len(SERVICES)} services to refuse a kept token, successes"
        promise("A7", told, figure, "<= 1 s, 0")
        assert longest <= A_SECOND
        assert later == 0
        if what == "role":
            restore_role()


def signed_in(live: Live) -> tuple[str, httpx.Client]:
    """Bob's session, and a program that was given his access token for all services."""
    with httpx.Client(base_url=f"{live.url}/api/v1/identity") as stranger:
        typed = {"email": "bob@example.org", "password": PASSWORD}
        session: str = stranger.post("/sessions", json=typed).json()["token"]
        asked = {"credential": session, "audience": list(SERVICES)}
        token = stranger.post("/tokens", json=asked).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    return session, httpx.Client(base_url=f"{live.url}/api/v1", headers=headers, timeout=10)


def is_let_in(caller: httpx.Client, service: str) -> bool:
    """Whoever is refused too often is told to wait."""
    answer = caller.get(f"/{service}{DOORS[service]}")
    assert answer.status_code in (200, 401, 429), answer.text
    return answer.status_code == httpx.codes.OK


def denied_everywhere_after(caller: httpx.Client, end: Callable[[], None]) -> float:
    """Seconds from the end until the last service refuses, asked one after the other."""
    end()
    ended = time.monotonic()
    open_still = list(SERVICES)
    while open_still and time.monotonic() - ended < 10 * A_SECOND:
        open_still = [name for name in open_still if is_let_in(caller, name)]
    return time.monotonic() - ended


def restore_role() -> None:
    """And wait until tokens are signed again that nothing voids."""
    with unit_of_work("identity", SYSTEM) as uow:
        [held] = uow.session.scalars(uow.select(Grant).where(Grant.person_id == WORLD.bob.id))
        held.valid_to = None
    time.sleep(2 * A_SECOND)
