"""The mails of identity: a link that sets a password, the day's checkpoint."""

from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

from services.identity.schemas import Language, Purpose
from shared.mail import addressed, write
from shared.settings import settings

TEMPLATES = Path(__file__).parent / "templates"
PAGES = {Purpose.INVITATION: "welcome", Purpose.RESET: "reset"}
SUBJECTS = {
    ("fr", Purpose.INVITATION): "Votre accès à la plateforme QSE",
    ("fr", Purpose.RESET): "Choisir un nouveau mot de passe",
    ("en", Purpose.INVITATION): "Your access to the QSE platform",
    ("en", Purpose.RESET): "Choose a new password",
}

DIGESTS = {
    "fr": "Point de contrôle {} de la plateforme QSE",
    "en": "Checkpoint {} of the QSE platform",
}


@dataclass(frozen=True)
class Letter:
    """What is sent to whom. The id is the link's row, the token its secret."""

    id: UUID
    purpose: Purpose
    to: str
    name: str
    language: Language
    asked_at: datetime
    token: str = field(repr=False)


def message_of(letter: Letter) -> EmailMessage:
    to = Address(letter.name, addr_spec=letter.to)
    subject = SUBJECTS[letter.language, letter.purpose]
    message = addressed(to, subject, letter.id, letter.asked_at)
    page = f"{settings().base_url.rstrip('/')}/{PAGES[letter.purpose]}?token={letter.token}"
    path = TEMPLATES / letter.language / letter.purpose
    return write(message, path, name=letter.name, title=subject, page=page)


@dataclass(frozen=True)
class Digest:
    """A checkpoint for somebody to keep."""

    id: UUID
    to: str
    name: str
    language: Language
    at: datetime
    number: int
    note: str


def message_with_note(digest: Digest) -> EmailMessage:
    """The note is attached as well, for programs to compare with."""
    to = Address(digest.name, addr_spec=digest.to)
    subject = DIGESTS[digest.language].format(digest.number)
    message = addressed(to, subject, digest.id, digest.at)
    page = f"{settings().base_url.rstrip('/')}/proof"
    path = TEMPLATES / digest.language / "digest"
    write(message, path, name=digest.name, title=subject, note=digest.note, page=page)
    message.add_attachment(digest.note, filename=f"checkpoint-{digest.number}.txt")
    return message
