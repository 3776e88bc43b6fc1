"""Invitations to the slots of an audit: mails that calendars of their own understand."""

from datetime import date
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.invitations import LONGEST, Invitation, calendar_of, invitation_of
from services.notifications.schemas import Kind
from shared.work import clock
from tests.helpers import Bus
from tests.notifications.factories import SLOT, hear, invited, leaves, told, withdrawn
from tests.notifications.test_mail import Post, address, part, post, send_all
from tests.world import World

__all__ = ["address", "post"]


def calendar_in(message: EmailMessage) -> tuple[str, dict[str, str]]:
    """How the entry says that it is to be taken, and its lines, unfolded."""
    [entry] = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    text: str = entry.get_content()
    lines = text.replace("\r\n", "\n").replace("\n ", "").splitlines()
    return entry.get_param("method"), dict(line.split(":", 1) for line in lines)  # type: ignore[return-value]


def test_an_invitation_is_told_and_mailed_with_an_entry_for_the_calendar(
    world: World, post: Post, bus: Bus
) -> None:
    event = invited()
    hear(event)

    [row] = told()
    assert (row.kind, row.person_id) == (Kind.AUDIT_INVITATION, world.paul.id)
    assert send_all(bus) == [True]
    [message] = post.mails
    said = "Audit à Lyon, entretien : le 7 janvier 2030 de 08:30 à 09:45"
    assert message["Subject"] == said
    assert f"http://127.0.0.1:8080/audits/{event.audit_id}/plan" in part(message, "plain")
    method, entry = calendar_in(message)
    assert (method, entry["METHOD"], entry["STATUS"]) == ("REQUEST", "REQUEST", "CONFIRMED")
    assert entry["UID"] == f"{SLOT}@127.0.0.1"
    assert entry["SEQUENCE"] == "0"
    assert entry["DTSTART"] == "20300107T073000Z"
    assert entry["DTEND"] == "20300107T084500Z"
    assert entry["LOCATION"] == r"Salle Ampère\, bâtiment 2"
    assert entry['ATTENDEE;CN="Paul";PARTSTAT=NEEDS-ACTION;RSVP=FALSE'] == (
        "mailto:paul@example.org"
    )


def test_in_summer_the_hour_is_that_of_the_group_as_well(
    world: World, post: Post, bus: Bus
) -> None:
    hear(invited(day=date(2030, 7, 7)))
    send_all(bus)

    _, entry = calendar_in(post.mails[0])
    assert entry["DTSTART"] == "20300707T063000Z"


def test_a_change_keeps_the_id_and_raises_the_sequence_and_an_end_cancels(
    world: World, post: Post, bus: Bus
) -> None:
    hear(invited())
    hear(invited(sequence=1))
    hear(withdrawn())
    send_all(bus)

    entries = [calendar_in(message) for message in post.mails]
    assert [method for method, _ in entries] == ["REQUEST", "REQUEST", "CANCEL"]
    assert {entry["UID"] for _, entry in entries} == {f"{SLOT}@127.0.0.1"}
    assert [entry["SEQUENCE"] for _, entry in entries] == ["0", "1", "2"]
    assert entries[2][1]["STATUS"] == "CANCELLED"
    assert "vous n'êtes plus attendu" in post.mails[2]["Subject"]


def test_who_has_left_is_not_invited(world: World, bus: Bus) -> None:
    leaves(world.paul)

    hear(invited(people=[world.paul.id, world.alice.id]))

    assert [row.person_id for row in told()] == [world.alice.id]


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_line_is_longer_than_programs_read_and_no_character_is_cut(
    title: str, place: str
) -> None:
    moment = clock()
    invitation = Invitation(SLOT, 0, "REQUEST", moment, moment, place)
    to = Address("Paul", addr_spec="paul@example.org")

    text = calendar_of(invitation, to, title, "http://x/", moment)

    lines = text.split("\r\n")
    assert all(len(line.encode("utf-8", "surrogatepass")) <= LONGEST for line in lines)
    assert [line for line in lines if line.startswith(("BEGIN", "END"))] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


@pytest.mark.parametrize("kind", [Kind.FINDING_RAISED, Kind.JOB_ENDED])
def test_other_news_carry_no_entry(kind: Kind) -> None:
    assert invitation_of(kind, {}) is None
