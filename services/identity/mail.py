"""The mails with a link that sets a password."""

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
