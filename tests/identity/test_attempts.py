"""Guessing is slow for who guesses, from wherever, and harmless to whose account it is."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from starlette.requests import Request

from services.identity.sign_in_models import Attempt
from services.identity.tasks import tasks
from shared.addresses import CLIENT, PROOF, client_address, network_of, passed_on
from shared.auth import SYSTEM
from shared.work import unit_of_work
from tests.helpers import all_services
from tests.identity.signing import later, setting, sign_in
from tests.world import World

OFFICE, HOME, FAR = "192.0.2.10", "198.51.100.7", "203.0.113.9"


class From:
    """Browsers at several addresses, on one platform."""

    def __getitem__(self, address: str) -> TestClient:
        return TestClient(all_services(), client=(address, 50_000), raise_server_exceptions=False)

    def fails(self, address: str, name: str = "alice") -> int:
        return sign_in(self[address], name, password="pas-le-bon-du-tout").status_code


@pytest.fixture
def come(world: World) -> From:
    return From()


def request(peer: str, **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Request({"type": "http", "headers": raw, "client": (peer, 1)})


def test_nobody_is_locked_out_from_afar_where_they_usually_sign_in(come: From) -> None:
    assert sign_in(come[OFFICE]).status_code == 201

    guesses = [come.fails(FAR) for _ in range(7)]

    assert guesses == [401] * 5 + [429] * 2
    assert sign_in(come[FAR]).status_code == 429
    assert sign_in(come[OFFICE]).status_code == 201


def test_many_addresses_are_no_way_around_the_limit_of_an_account(come: From) -> None:
    guesses = [come.fails(f"203.0.{n}.9") for n in range(7)]

    assert guesses == [401] * 5 + [429] * 2


def test_many_accounts_are_no_way_around_the_limit_of_a_network(come: From) -> None:
    guesses = [come.fails(f"203.0.113.{n}", f"somebody{n}") for n in range(22)]

    assert guesses == [401] * 20 + [429] * 2
    assert sign_in(come[HOME]).status_code == 201


def test_each_failure_more_waits_longer_and_none_for_ever(come: From) -> None:
    for _ in range(5):
        come.fails(FAR)
    told = sign_in(come[FAR]).json()["facts"]

    with later(seconds=61):
        assert come.fails(FAR) == 401
        again = sign_in(come[FAR]).json()["facts"]
    with later(minutes=17):
        assert sign_in(come[FAR]).status_code == 201

    assert (told, again) == ({"minutes": 1}, {"minutes": 2})


def test_a_stranger_cannot_say_where_they_come_from(come: From) -> None:
    for n in range(7):
        headers = {CLIENT: f"10.0.{n}.1", PROOF: "0" * 64, "X-Forwarded-For": f"10.0.{n}.1"}
        client = come[FAR]
        client.headers.update(headers)
        status = sign_in(client, f"somebody{n}", password="pas-le-bon").status_code
        assert status == 401

    with unit_of_work("identity", SYSTEM) as uow:
        networks = set(uow.session.scalars(select(Attempt.network)))
    assert networks == {"203.0.113.0/24"}


def test_the_portal_proves_for_whom_it_asks() -> None:
    headers = passed_on(request(OFFICE))

    told = request(HOME, **{name.lower(): text for name, text in headers.items()})
    lied = request(HOME, **{CLIENT.lower(): FAR, PROOF.lower(): headers[PROOF]})

    assert (client_address(told), client_address(lied)) == (OFFICE, HOME)


@pytest.fixture
def behind_two(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with setting(monkeypatch, trusted_proxies="2"):
        yield


def test_only_what_trusted_proxies_wrote_is_believed(behind_two: None) -> None:
    forged = request("10.0.0.1", x_forwarded_for=f"1.1.1.1, {FAR}, 10.0.0.2")
    short = request("10.0.0.1", x_forwarded_for="10.0.0.2")

    assert (client_address(forged), client_address(short)) == (FAR, "10.0.0.1")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.10", "192.0.2.0/24"),
        ("::ffff:192.0.2.10", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_a_network_is_what_one_household_has(address: str, network: str) -> None:
    assert network_of(address) == network


def test_old_attempts_are_forgotten_by_the_clock(come: From) -> None:
    come.fails(FAR)

    with later(minutes=16):
        assert tasks.fire("identity.forget_attempts")
        assert tasks.fire("identity.forget_old_links")

    with unit_of_work("identity", SYSTEM) as uow:
        assert uow.session.scalar(select(func.count(Attempt.id))) == 0
