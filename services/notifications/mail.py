"""The e-mail that follows a notification: what it says, and how it leaves."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from functools import cache
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from uuid import UUID

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from typing_extensions import override

from services.notifications.errors import MailRefused
from services.notifications.schemas import Kind
from shared.errors import TryLater
from shared.logging import HEADER
from shared.settings import settings

log = structlog.get_logger()

TIMEOUT_S = 4
FOR_GOOD = 500
PAGES = {
    Kind.FINDING_RAISED: "findings",
    Kind.ACTION_OPENED: "actions",
    Kind.ACTION_ASSIGNED: "actions",
    Kind.ACTION_DONE: "actions",
    Kind.ACTION_OVERDUE: "actions",
    Kind.AUDIT_PLANNED: "audits",
    Kind.REVIEW_REQUESTED: "review-requests",
}


class Accented(EmailPolicy):
    """Headers whose words stay apart.

    The standard library loses a space where it breaks a line between two accented words: "confiée,
    échéance" arrives as "confiée,échéance". Subjects are encoded by its older class, which does
    not, and the other headers are kept on one line.
    """

    @override
    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Subject":
            return super().fold_binary(name, value)
        words = Header(str(value), header_name=name).encode(linesep=self.linesep)
        return f"{name}: {words}{self.linesep}".encode("ascii")


POLICY = Accented(linesep="\r\n", max_line_length=998)


@dataclass(frozen=True)
class Letter:
    """What is said to whom. The id is the notification's, and makes the Message-ID."""

    id: UUID
    to: str
    name: str
    language: str
    title: str
    page: str
    told_at: datetime
    correlation_id: UUID


def page_of(kind: Kind, subject_id: UUID) -> str:
    return f"{settings().base_url.rstrip('/')}/{PAGES[kind]}/{subject_id}"


def is_set_up() -> bool:
    if settings().smtp_url is None:
        _say_that_no_mail_leaves()
        return False
    return True


def message_of(letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"] = settings().mail_from
    message["To"] = Address(letter.name, addr_spec=letter.to)
    message["Subject"] = letter.title
    message["Date"] = letter.told_at
    message["Message-ID"] = f"<{letter.id}@{urlsplit(settings().base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.language
    message[HEADER] = str(letter.correlation_id)
    message.set_content(_body(letter, "txt"))
    message.add_alternative(_body(letter, "html"), subtype="html")
    return message


def send(message: EmailMessage) -> None:
    """Hand the message to the mail server. One that is away is tried again, and again."""
    try:
        with _server() as server:
            _sign_in(server)
            server.send_message(message)
    except smtplib.SMTPNotSupportedError:
        raise MailRefused(code="unsupported") from None
    except (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPSenderRefused,
        smtplib.SMTPDataError,
    ) as error:
        code = _code(error)
        if code >= FOR_GOOD:
            raise MailRefused(code=code) from None
        raise TryLater(f"the mail server answered {code}") from None
    except OSError as error:
        raise TryLater(f"the mail server is away ({type(error).__name__})") from error


def _server() -> smtplib.SMTP:
    address = _address()
    host, port = address.hostname or "", address.port or 0
    if address.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(host, port, timeout=TIMEOUT_S)


def _sign_in(server: smtplib.SMTP) -> None:
    """Say who we are, if the address holds credentials: encrypted, or not at all."""
    address = _address()
    if not address.username:
        return
    if address.scheme != "smtps":
        server.starttls(context=ssl.create_default_context())
    server.login(unquote(address.username), unquote(address.password or ""))


def _address() -> SplitResult:
    url = settings().smtp_url
    return urlsplit(url.get_secret_value() if url else "")


def _code(
    error: smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError,
) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return error.smtp_code


def _body(letter: Letter, form: str) -> str:
    template = _templates().get_template(f"{letter.language}/letter.{form}")
    return template.render(letter=letter)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


@cache
def _say_that_no_mail_leaves() -> None:
    log.warning("no mail server set", setting="QSE_SMTP_URL", effect="people read the inbox only")
