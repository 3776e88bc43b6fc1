"""Links by mail: to join, and to set a new password; over a real mail server."""

import re
from collections.abc import Iterator
from email.header import decode_header, make_header

import pytest
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient
from sqlalchemy import text

from services.identity.events import LinkAsked
from services.identity.handlers import handlers
from services.identity.models import Person
from shared.auth import SYSTEM
from shared.bus import handle_alone
from shared.child import LOOPBACK, free_port
from shared.work import unit_of_work
from tests.helpers import Bus, token_of
from tests.identity.signing import (
    IDENTITY,
    as_,
    exchange,
    later,
    services,
    setting,
    sign_in,
    with_factor,
)
from tests.live import Letters
from tests.world import World

NEW = "Trois-chevaux-gris-42"
SUBJECTS = {
    "fr": "Votre accès à la plateforme QSE",
    "en": "Your access to the QSE platform",
}
[SEND] = handlers.hearing(LinkAsked.topic)


@pytest.fixture
def letters(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    received = Letters()
    server = Controller(received, hostname=LOOPBACK, port=free_port())
    server.start()
    with setting(monkeypatch, smtp_url=f"smtp://{LOOPBACK}:{server.port}"):
        yield received
    server.stop()


@pytest.fixture
def web(letters: Letters) -> TestClient:
    return services()


def ask(web: TestClient, name: str = "alice") -> int:
    body = {"email": f"{name}@example.org"}
    return web.post(f"{IDENTITY}/links", json=body).status_code


def deliver(bus: Bus) -> None:
    """What Celery does, with what Celery is given."""
    for envelope in bus.envelopes(LinkAsked):
        assert handle_alone("identity", SEND, envelope)


def token_in(letters: Letters, name: str = "alice") -> str:
    plain = letters.to(name)[-1].get_payload()[0].get_payload(decode=True).decode()  # type: ignore[union-attr,index]
    [token] = re.findall(r"\?token=([\w-]+)", plain)
    return str(token)


def redeem(web: TestClient, token: str, password: str = NEW) -> tuple[int, str]:
    body = {"credential": token, "password": password}
    answer = web.post(f"{IDENTITY}/links/redeem", json=body)
    return answer.status_code, answer.json()["type"] if answer.content else ""


def test_a_mailed_link_sets_a_password_once_and_ends_every_session(
    web: TestClient, letters: Letters, bus: Bus
) -> None:
    session = sign_in(web).json()["token"]
    assert ask(web) == 202
    deliver(bus)
    token = token_in(letters)

    assert redeem(web, token, "alice@example.org") == (422, "weak_password")
    assert redeem(web, token) == (204, "")

    assert exchange(web, session).status_code == 401
    assert (sign_in(web).status_code, sign_in(web, password=NEW).status_code) == (401, 201)
    assert redeem(web, token) == (422, "link_worthless")


def test_a_new_password_leaves_the_second_factor(
    web: TestClient, letters: Letters, bus: Bus
) -> None:
    with_factor(web)
    ask(web)
    deliver(bus)

    redeem(web, token_in(letters))

    assert sign_in(web, password=NEW).json()["awaits"] == "code"


def test_a_link_is_too_old_after_half_an_hour(web: TestClient, letters: Letters, bus: Bus) -> None:
    ask(web)
    deliver(bus)

    with later(minutes=31):
        assert redeem(web, token_in(letters)) == (422, "link_worthless")


def test_the_last_link_makes_the_others_worthless(
    web: TestClient, letters: Letters, bus: Bus
) -> None:
    ask(web)
    deliver(bus)
    first = token_in(letters)
    ask(web)
    [*_, last] = bus.envelopes(LinkAsked)
    handle_alone("identity", SEND, last)

    assert redeem(web, token_in(letters)) == (204, "")
    assert redeem(web, first) == (422, "link_worthless")


def test_asking_does_not_tell_whose_address_it_is(
    web: TestClient, letters: Letters, bus: Bus
) -> None:
    known = web.post(f"{IDENTITY}/links", json={"email": "alice@example.org"})
    unknown = web.post(f"{IDENTITY}/links", json={"email": "personne@example.org"})
    deliver(bus)

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.headers.keys() == unknown.headers.keys()
    assert [to for to, _ in letters.received] == ["alice@example.org"]


def test_asking_and_trying_links_are_limited(web: TestClient) -> None:
    assert [ask(web) for _ in range(6)] == [202] * 5 + [429]
    tries = [redeem(web, "pas-le-bon")[0] for _ in range(6)]
    assert tries == [422] * 5 + [429]
    assert sign_in(web).status_code == 201


def test_the_token_is_in_the_mail_and_nowhere_else(
    web: TestClient, letters: Letters, bus: Bus
) -> None:
    ask(web)
    deliver(bus)

    with unit_of_work("identity", SYSTEM) as uow:
        kept = [
            str(uow.session.execute(text(f"select * from identity.{table}")).all())  # noqa: S608
            for table in ("link", "history", "outbox")
        ]
    assert token_in(letters) not in "".join(kept)
    [told] = bus.published(LinkAsked)
    assert set(told.model_dump()) == {"link_id"}


@pytest.mark.parametrize("language", SUBJECTS)
def test_an_invitation_speaks_the_persons_language_and_lets_them_in(
    web: TestClient, letters: Letters, world: World, bus: Bus, language: str
) -> None:
    greta = {"Authorization": f"Bearer {token_of(world.greta)}"}
    wanted = {"name": "Zoé Martin", "email": "zoe@example.org", "language": language}
    zoe = web.post(f"{IDENTITY}/people", json=wanted, headers=greta).json()["id"]

    asked = web.post(f"{IDENTITY}/people/{zoe}/invite", headers=greta)
    deliver(bus)

    assert asked.status_code == 202
    subject = make_header(decode_header(letters.to("zoe")[0]["Subject"]))
    assert str(subject) == SUBJECTS[language]
    with later(days=6):
        assert redeem(web, token_in(letters, "zoe")) == (204, "")
        assert sign_in(web, "zoe", password=NEW).status_code == 201
    again = web.post(f"{IDENTITY}/people/{zoe}/invite", headers=greta)
    assert (again.status_code, again.json()["type"]) == (409, "already_joined")


def test_who_has_left_is_neither_written_to_nor_let_in(
    web: TestClient, letters: Letters, bus: Bus, world: World
) -> None:
    ask(web)
    deliver(bus)
    with unit_of_work("identity", SYSTEM) as uow:
        uow.get(Person, world.alice.id).active = False
    ask(web)
    deliver(bus)

    assert len(letters.received) == 1
    assert redeem(web, token_in(letters)) == (422, "link_worthless")


def test_a_program_invites_nobody(web: TestClient, world: World) -> None:
    headers = as_(web, sign_in(web, "greta").json()["token"])
    made = web.post(f"{IDENTITY}/me/tokens", json={"name": "Script"}, headers=headers).json()
    program = {"Authorization": f"Bearer {made['token']}"}

    refused = web.post(f"{IDENTITY}/people/{world.alice.id}/invite", headers=program)

    assert (refused.status_code, refused.json()["type"]) == (403, "not_in_a_session")
