"""The day's checkpoint, by mail over a real mail server."""

from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import insert

from services.identity import accounts
from services.identity.events import DigestAsked
from services.identity.handlers import handlers
from services.identity.models import Person, checkpoint
from services.identity.tasks import tasks
from shared.auth import SYSTEM
from shared.bus import handle_alone
from shared.child import LOOPBACK, free_port
from shared.schemas import Change
from shared.work import clock, unit_of_work
from tests.helpers import Bus
from tests.identity.signing import setting
from tests.live import Letters
from tests.world import WORLD, World

NOTE = "qse checkpoint of example.org\n7\n\n\u2014 key aBc+/=\n"
DAILY = "identity.send_digests"
[SEND] = handlers.hearing(DigestAsked.topic)


@pytest.fixture
def letters(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    received = Letters()
    server = Controller(received, hostname=LOOPBACK, port=free_port())
    server.start()
    with setting(monkeypatch, smtp_url=f"smtp://{LOOPBACK}:{server.port}"):
        yield received
    server.stop()


@pytest.fixture
def sealed(world: World) -> None:
    with unit_of_work("identity", SYSTEM) as uow:
        row = {"number": 7, "made_at": uow.now, "note": NOTE}
        uow.session.execute(insert(checkpoint).values(row))


def deliver(bus: Bus) -> None:
    """What Celery does, with what Celery is given; twice, as it may."""
    for envelope in bus.envelopes(DigestAsked) * 2:
        handle_alone("identity", SEND, envelope)


def part(letter: Message, kind: str) -> str:
    [found] = [p for p in letter.walk() if p.get_content_type() == kind and not p.get_filename()]
    content = found.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n")


def test_coordinators_and_auditors_get_the_note_in_their_language_and_nobody_else_does(
    letters: Letters, bus: Bus, sealed: None
) -> None:
    assert tasks.fire(DAILY)
    deliver(bus)

    assert sorted(to for to, _ in letters.received) == [
        "anna@example.org",
        "diane@example.org",
        "greta@example.org",
        "hugo@example.org",
    ]
    [french], [english] = letters.to("greta"), letters.to("hugo")
    assert subject(french) == "Point de contrôle 7 de la plateforme QSE"
    assert subject(english) == "Checkpoint 7 of the QSE platform"
    assert "Bonjour Greta" in part(french, "text/plain")
    assert "Hello Hugo" in part(english, "text/html")
    for letter in (french, english):
        assert NOTE in part(letter, "text/plain")
        assert attached(letter) == ("checkpoint-7.txt", NOTE)


def subject(letter: Message) -> str:
    return str(make_header(decode_header(letter["Subject"])))


def attached(letter: Message) -> tuple[str, str]:
    [note] = [p for p in letter.walk() if p.get_filename()]
    content = note.get_payload(decode=True)
    assert isinstance(content, bytes)
    return str(note.get_filename()), content.decode().replace("\r\n", "\n")


def test_it_is_sent_once_a_day(letters: Letters, bus: Bus, sealed: None) -> None:
    morning = clock()
    tasks.fire(DAILY, morning)
    assert tasks.fire(DAILY, morning + timedelta(minutes=5))
    assert len(bus.envelopes(DigestAsked)) == 4


def test_nothing_is_sent_before_anything_is_sealed(letters: Letters, bus: Bus) -> None:
    tasks.fire(DAILY)
    assert bus.envelopes(DigestAsked) == []


def test_who_left_is_sent_nothing(letters: Letters, bus: Bus, sealed: None) -> None:
    tasks.fire(DAILY)
    with unit_of_work("identity", SYSTEM) as uow:
        person = uow.get(Person, WORLD.anna.id)
        accounts.deactivate(uow, person.id, Change(version=person.version))
    deliver(bus)
    assert letters.to("anna") == []
    assert letters.to("diane") != []
