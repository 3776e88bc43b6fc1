"""A place for the mails of a demo or a test: they are kept, listed as JSON and sent to nobody.

python -m runtime.mail_sink --smtp-port 2525 --http-port 8025 --folder mails
"""

import argparse
import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.header import Header, decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import default
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from shared.child import LOOPBACK, private

KEPT = 2_000
LISTED = 200
SIZE = 10_000_000
TO = "X-Envelope-To"
LOCAL_NAMES = {LOOPBACK, "localhost"}


class Mails:
    """The newest mails, one file each, named so that their order is the order of arrival."""

    def __init__(self, folder: Path, kept: int = KEPT) -> None:
        self.folder = folder
        self.kept = kept
        self._lock = threading.Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, recipients: list[str], content: bytes) -> None:
        """Write who really got it first. The mail's own headers do not name blind copies."""
        to = Header(", ".join(recipients), maxlinelen=10_000).encode()
        with self._lock:
            path = self.folder / f"{time.time_ns():020}.eml"
            partial = path.with_suffix(".part")
            with private(partial) as file:
                file.write(f"{TO}: {to}\r\n".encode() + content)
            partial.replace(path)
            for old in self._paths()[self.kept :]:
                old.unlink()

    def newest(self, to: str | None = None, limit: int = LISTED) -> list[dict[str, Any]]:
        """Show the newest first, and only those to one address if it is given."""
        found: list[dict[str, Any]] = []
        for path in self._paths():
            if len(found) == limit:
                break
            with suppress(FileNotFoundError):  # a newer mail has just pushed it out
                recipients, content = _split(path.read_bytes())
                if to is None or to.lower() in map(str.lower, recipients):
                    found.append(_shown(path, recipients, content))
        return found

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.eml"), reverse=True)


def _split(stored: bytes) -> tuple[list[str], bytes]:
    first, _, content = stored.partition(b"\r\n")
    encoded = first.decode("ascii").removeprefix(f"{TO}: ")
    return str(make_header(decode_header(encoded))).split(", "), content


def _shown(path: Path, recipients: list[str], content: bytes) -> dict[str, Any]:
    mail = BytesParser(policy=default).parsebytes(content)
    arrived = datetime.fromtimestamp(int(path.stem) / 1e9, tz=UTC)
    dated = mail["date"].datetime if mail["date"] is not None else None
    return {
        "to": recipients,
        "from": str(mail["from"] or ""),
        "subject": str(mail["subject"] or ""),
        "text": _body(mail, "plain"),
        "html": _body(mail, "html"),
        "date": (dated or arrived).isoformat(),
        "message_id": str(mail["message-id"] or ""),
    }


def _body(mail: Message, kind: str) -> str | None:
    part = mail.get_body((kind,)) if isinstance(mail, EmailMessage) else None
    return part.get_content().replace("\r\n", "\n") if part is not None else None


class _Receiver:
    def __init__(self, mails: Mails) -> None:
        self.mails = mails

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.keep(envelope.rcpt_tos, envelope.original_content or b"")
        return "250 Kept, and sent to nobody"


class _Listing(BaseHTTPRequestHandler):
    """Answer GET /mails, with ?to= and ?limit=."""

    mails: Mails

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        # A foreign page could point a name of its own at this machine and read what we answer.
        if urlsplit(f"//{self.headers['Host']}").hostname not in LOCAL_NAMES:
            self._answer(HTTPStatus.FORBIDDEN, {"detail": "Ask by the name localhost."})
        elif url.path != "/mails":
            self._answer(HTTPStatus.NOT_FOUND, {"detail": "There is only /mails."})
        else:
            limit = query.get("limit", [""])[0]
            found = self.mails.newest(
                query.get("to", [None])[0], int(limit) if limit.isdecimal() else LISTED
            )
            self._answer(HTTPStatus.OK, found)

    def _answer(self, status: HTTPStatus, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: a page that asks every second would fill the log."""


@contextmanager
def sink(smtp_port: int, http_port: int, folder: Path, host: str = LOOPBACK) -> Iterator[Mails]:
    """Receive and list mails while the block runs: of this machine, unless another host is given.

    Also then the list is only for who asks this machine for it by the name localhost.
    """
    mails = Mails(folder)
    smtp = Controller(
        _Receiver(mails),
        hostname=host,
        port=smtp_port,
        data_size_limit=SIZE,
        enable_SMTPUTF8=True,
    )
    listing = type("Listing", (_Listing,), {"mails": mails})
    with ThreadingHTTPServer((host, http_port), listing) as http:
        thread = threading.Thread(target=http.serve_forever, name="mail-listing")
        smtp.start()
        thread.start()
        try:
            yield mails
        finally:
            smtp.stop()
            http.shutdown()
            thread.join()


def serve(smtp_port: int, http_port: int, folder: Path, host: str) -> None:
    """Run until SIGTERM or Ctrl-C."""
    stops = {signal.SIGTERM, signal.SIGINT}
    # Blocked before the threads start, which inherit it: the signal can only arrive at sigwait.
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    with sink(smtp_port, http_port, folder, host):
        signal.sigwait(stops)


def main() -> None:
    parser = argparse.ArgumentParser(prog="runtime.mail_sink", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=LOOPBACK, help="0.0.0.0 in a container of its own")
    given = parser.parse_args()
    serve(given.smtp_port, given.http_port, given.folder, given.host)


if __name__ == "__main__":
    main()
