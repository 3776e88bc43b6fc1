"""Entries for calendars of their own: an invitation as mail programs read it (RFC 5545, 5546).

The moments are those of the group's clocks, told in UTC, so that no zone has to travel along.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from services.notifications.schemas import Kind
from shared.settings import settings

PARIS: Final = ZoneInfo("Europe/Paris")
REQUEST, CANCEL = "REQUEST", "CANCEL"
METHODS: Final = {Kind.AUDIT_INVITATION: REQUEST, Kind.AUDIT_INVITATION_WITHDRAWN: CANCEL}
LONGEST: Final = 75
"""How many bytes a line may have; what is longer goes on in the next, after a space."""

ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": r"\;", ",": r"\,", "\n": r"\n", "\r": None})


@dataclass(frozen=True)
class Invitation:
    """A slot that somebody is expected in, or no longer. The id stays, the sequence rises."""

    id: UUID
    sequence: int
    method: str
    starts: datetime
    ends: datetime
    place: str


def invitation_of(kind: Kind, facts: dict[str, Any]) -> Invitation | None:
    """What a notification has to say to a calendar; nothing, for most of them."""
    method = METHODS.get(kind)
    if method is None:
        return None
    day = date.fromisoformat(facts["day"])
    return Invitation(
        id=UUID(facts["slot_id"]),
        sequence=facts["sequence"],
        method=method,
        starts=_moment(day, facts["starts"]),
        ends=_moment(day, facts["ends"]),
        place=facts.get("place", ""),
    )


def calendar_of(
    invitation: Invitation, to: Address, title: str, page: str, told_at: datetime
) -> str:
    cancelled = invitation.method == CANCEL
    attendee = f"ATTENDEE;CN={_quoted(to.display_name)};PARTSTAT=NEEDS-ACTION;RSVP=FALSE"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//QSE//Audits//FR",
        f"METHOD:{invitation.method}",
        "BEGIN:VEVENT",
        f"UID:{invitation.id}@{urlsplit(settings().base_url).hostname}",
        f"SEQUENCE:{invitation.sequence}",
        f"DTSTAMP:{_utc(told_at)}",
        f"DTSTART:{_utc(invitation.starts)}",
        f"DTEND:{_utc(invitation.ends)}",
        f"SUMMARY:{title.translate(ESCAPED)}",
        *([f"LOCATION:{invitation.place.translate(ESCAPED)}"] if invitation.place else []),
        f"URL:{page}",
        f"ORGANIZER:mailto:{parseaddr(settings().mail_from)[1]}",
        f"{attendee}:mailto:{to.addr_spec}",
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _moment(day: date, hour: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(hour), PARIS)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _quoted(name: str) -> str:
    return f'"{name.translate(str.maketrans("", "", chr(34)))}"'


def _folded(line: str) -> str:
    """Break a long line where no character is cut: the limit counts bytes."""
    parts, room = [""], LONGEST
    for letter in line:
        if len((parts[-1] + letter).encode()) > room:
            parts.append("")
            room = LONGEST - 1
        parts[-1] += letter
    return "\r\n ".join(parts)
