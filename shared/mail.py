"""How mails leave: what every one of them says of itself, and the way to the mail server."""

import smtplib
import ssl
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

from shared.errors import DomainError, TryLater
from shared.settings import settings

log = structlog.get_logger()

TIMEOUT_S = 4
FOR_GOOD = 500


class MailRefused(DomainError):
    status = 502
    message = "The mail server refused this message for good (answer {code})."


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


def is_set_up() -> bool:
    if settings().smtp_url is None:
        _say_that_no_mail_leaves()
        return False
    return True


def addressed(to: Address, subject: str, id: UUID, at: datetime) -> EmailMessage:
    """A mail without its words. The id is that of what it tells, so that a second copy shows."""
    message = EmailMessage(policy=POLICY)
    message["From"] = settings().mail_from
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = at
    message["Message-ID"] = f"<{id}@{urlsplit(settings().base_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def write(message: EmailMessage, path: Path, **facts: object) -> EmailMessage:
    """Fill in the words, plain and as HTML, from the templates at `.../language/name`."""
    templates = _templates(path.parent)
    message.set_content(templates.get_template(f"{path.name}.txt").render(**facts))
    html = templates.get_template(f"{path.name}.html").render(**facts)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = path.parent.name
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


@cache
def _templates(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


@cache
def _say_that_no_mail_leaves() -> None:
    log.warning("no mail server set", setting="QSE_SMTP_URL", effect="people read the inbox only")
