"""The e-mails, over a real mail server on this machine."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import pytest
import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.notifications.events import Notified
from services.notifications.handlers import handlers
from shared import mail
from shared.bus import handle_alone
from shared.child import LOOPBACK, free_port
from shared.errors import TryLater
from shared.events import Envelope as Told
from shared.ledger import ledger
from shared.mail import MailRefused
from shared.settings import settings
from tests.conftest import Work
from tests.helpers import Bus
from tests.notifications.factories import (
    action_assigned,
    action_opened,
    action_overdue,
    hear,
    leaves,
    review_requested,
    told,
)
from tests.world import World

WORDS = ["à", "Lyon", "confiée,", "échéance", "le", "12", "Saint-Étienne", "(processus", "PROD)"]
[SEND_MAIL] = handlers.hearing(Notified.topic)


@dataclass
class Post:
    """What arrived, and how the server answers."""

    port: int
    answer: str = "250 OK"
    to: list[list[str]] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.to.append(envelope.rcpt_tos)
            message = message_from_bytes(envelope.original_content or b"", policy=default)
            assert isinstance(message, EmailMessage)
            self.mails.append(message)
        return self.answer


@pytest.fixture
def address(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Name a mail server in the settings; nothing answers there yet."""
    port = free_port()
    monkeypatch.setenv("QSE_SMTP_URL", f"smtp://{LOOPBACK}:{port}")
    settings.cache_clear()
    yield port
    settings.cache_clear()


@pytest.fixture
def post(address: int) -> Iterator[Post]:
    received = Post(address)
    server = Controller(received, hostname=LOOPBACK, port=address)
    server.start()
    yield received
    server.stop()


def send(envelope: Told) -> bool:
    return handle_alone("notifications", SEND_MAIL, envelope)


def send_all(bus: Bus) -> list[bool]:
    return [send(envelope) for envelope in bus.envelopes(Notified)]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


def test_the_mail_says_what_the_inbox_says_and_leads_to_the_page(
    world: World, post: Post, bus: Bus
) -> None:
    event = action_opened()
    heard = hear(event)
    [row] = told()

    assert send_all(bus) == [True]

    [message] = post.mails
    said = "L'action A-2030-0001 à Lyon vous est confiée, échéance le 12 mars 2030"
    assert post.to == [["paul@example.org"]]
    assert (message["Subject"], message["To"]) == (said, "Paul <paul@example.org>")
    assert message["X-Correlation-ID"] == str(heard.correlationid)
    assert message["Message-ID"] == f"<{row.id}@127.0.0.1>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == row.told_at.replace(microsecond=0)
    page = f"http://127.0.0.1:8080/actions/{event.action_id}"
    assert said in part(message, "plain")
    assert f'href="{page}"' in part(message, "html")
    assert page in part(message, "plain")
    assert "L&#39;action" in part(message, "html")
    assert [row.mailed_at is not None for row in told()] == [True]


def test_each_is_written_to_in_their_language(world: World, post: Post, bus: Bus) -> None:
    event = review_requested(owner=None)
    hear(event)

    send_all(bus)

    by_reader = {str(message["To"]): message for message in post.mails}
    english = by_reader["Hugo <hugo@example.org>"]
    french = by_reader["Greta <greta@example.org>"]
    assert english["Subject"].startswith("Policy to be reviewed: Major nonconformities")
    assert "Hello Hugo" in part(english, "plain")
    assert french["Subject"].startswith("Politique à réexaminer : Non-conformités majeures")
    assert "Bonjour Greta" in part(french, "html")
    assert f"/review-requests/{event.request_id}" in part(french, "plain")


def test_a_mail_leaves_once_however_often_the_event_comes(
    world: World, post: Post, bus: Bus
) -> None:
    hear(action_opened())

    send_all(bus)
    send_all(bus)

    assert len(post.mails) == 1


def test_a_server_that_is_away_is_tried_again_and_nothing_is_counted(
    world: World, address: int, bus: Bus, work: Work
) -> None:
    hear(action_opened())
    [envelope] = bus.envelopes(Notified)

    for _ in range(settings().max_deliveries + 1):
        with pytest.raises(TryLater, match="ConnectionRefusedError"):
            send(envelope)

    with work("notifications", world.adam, "notifications:operate") as uow:
        assert uow.session.execute(select(ledger("notifications").dead_letter)).all() == []
    received = Post(address)
    server = Controller(received, hostname=LOOPBACK, port=address)
    server.start()
    try:
        assert send(envelope)
    finally:
        server.stop()
    assert len(received.mails) == 1


def test_a_server_that_is_busy_is_tried_again(world: World, post: Post, bus: Bus) -> None:
    hear(action_opened())
    [envelope] = bus.envelopes(Notified)
    post.answer = "451 Busy"

    with pytest.raises(TryLater, match="451"):
        send(envelope)

    post.answer = "250 OK"
    assert send(envelope)
    assert [row.mailed_at is not None for row in told()] == [True]


def test_a_refusal_for_good_is_counted_and_names_nobody(
    world: World, post: Post, bus: Bus, work: Work
) -> None:
    hear(action_opened())
    post.answer = "554 No such mailbox paul@example.org"

    assert send_all(bus) == [False]

    with work("notifications", world.adam, "notifications:operate") as uow:
        [row] = uow.session.execute(select(ledger("notifications").dead_letter)).all()
    assert row.error == f"{MailRefused.__name__}: {MailRefused(code=554)}"
    assert [row.mailed_at for row in told()] == [None]


def test_without_a_mail_server_the_inbox_is_all_and_it_is_said_once(world: World, bus: Bus) -> None:
    mail._say_that_no_mail_leaves.cache_clear()  # noqa: SLF001  another test may have said it
    hear(action_overdue(3))

    with structlog.testing.capture_logs() as logs:
        assert send_all(bus) == [True, True]

    assert [line["event"] for line in logs] == ["no mail server set"]
    assert [row.mailed_at for row in told()] == [None, None]


def test_who_has_left_meanwhile_is_not_written_to(world: World, post: Post, bus: Bus) -> None:
    hear(action_assigned())
    leaves(world.paul)

    assert send_all(bus) == [True]

    assert post.mails == []


def test_credentials_do_not_travel_unencrypted(
    world: World, address: int, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QSE_SMTP_URL", f"smtp://someone:a-long-password@{LOOPBACK}:{address}")
    settings.cache_clear()
    received = Post(address)
    server = Controller(received, hostname=LOOPBACK, port=address)
    server.start()
    hear(action_opened())

    assert send_all(bus) == [False]

    server.stop()
    assert received.mails == []


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=20).map(" ".join))
def test_no_space_is_lost_between_accented_words(said: str) -> None:
    message = EmailMessage(policy=mail.POLICY)
    message["Subject"] = said
    message["To"] = Address(said[:60].strip(), addr_spec="paul@example.org")

    arrived = message_from_bytes(message.as_bytes(), policy=default)

    assert arrived["Subject"] == said
    assert arrived["To"].addresses[0].display_name == said[:60].strip()
