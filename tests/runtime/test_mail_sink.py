"""The mail sink receives real mails over SMTP and lists them over HTTP."""

import http.client
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from runtime.mail_sink import Mails, sink
from shared.child import free_port, listens

ROOT = Path(__file__).parents[2]


@pytest.fixture
def ports() -> tuple[int, int]:
    return free_port(), free_port()


@pytest.fixture
def running(tmp_path: Path, ports: tuple[int, int]) -> Iterator[Path]:
    with sink(*ports, tmp_path):
        yield tmp_path


def send(port: int, to: str, subject: str, html: str | None = None) -> None:
    mail = EmailMessage()
    mail["From"] = "qse@localhost"
    mail["To"] = to
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{len(subject)}@qse>"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    mail.set_content("Écart constaté à l'atelier.")
    if html is not None:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.send_message(mail, to_addrs=[to, "copie@site.example"])


def ask(port: int, path: str, host: str = "localhost") -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        return answer.status, json.load(answer)
    finally:
        connection.close()


def test_a_mail_is_listed_whole(running: Path, ports: tuple[int, int]) -> None:
    send(ports[0], "Alice@site.example", "Échéance dépassée", "<p>Écart</p>")

    status, mails = ask(ports[1], "/mails")

    assert status == 200
    assert mails == [
        {
            "to": ["Alice@site.example", "copie@site.example"],
            "from": "qse@localhost",
            "subject": "Échéance dépassée",
            "text": "Écart constaté à l'atelier.\n",
            "html": "<p>Écart</p>\n",
            "date": "2026-11-23T10:00:00+01:00",
            "message_id": "<17@qse>",
        }
    ]


def test_the_newest_comes_first_and_one_address_can_be_asked_for(
    running: Path, ports: tuple[int, int]
) -> None:
    for to, subject in (("bob@x.example", "un"), ("eve@x.example", "deux"), ("bob@x.example", "3")):
        send(ports[0], to, subject)

    subjects = [mail["subject"] for mail in ask(ports[1], "/mails")[1]]
    to_bob = [mail["subject"] for mail in ask(ports[1], "/mails?to=BOB@x.example")[1]]
    newest = [mail["subject"] for mail in ask(ports[1], "/mails?limit=1")[1]]

    assert subjects == ["3", "deux", "un"]
    assert to_bob == ["3", "un"]
    assert newest == ["3"]


def test_other_paths_and_other_names_are_refused(running: Path, ports: tuple[int, int]) -> None:
    assert ask(ports[1], "/")[0] == 404
    assert ask(ports[1], "/mails", host="attacker.example")[0] == 403


def test_only_the_last_mails_are_kept(tmp_path: Path) -> None:
    mails = Mails(tmp_path, kept=3)
    for number in range(5):
        mails.keep(["bob@x.example"], f"Subject: {number}\r\n\r\nbody".encode())

    assert [mail["subject"] for mail in Mails(tmp_path).newest()] == ["4", "3", "2"]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_mail_without_headers_is_listed_too(tmp_path: Path) -> None:
    mails = Mails(tmp_path)
    mails.keep(["zoé@x.example"], b"\xff\xfe")

    listed = mails.newest(to="zoé@x.example")
    assert listed[0]["to"] == ["zoé@x.example"]
    assert listed[0]["subject"] == ""


def test_it_runs_as_a_process_and_survives_a_restart(
    tmp_path: Path, ports: tuple[int, int]
) -> None:
    options = [f"--smtp-port={ports[0]}", f"--http-port={ports[1]}", f"--folder={tmp_path}"]
    arguments = [sys.executable, "-m", "runtime.mail_sink", *options]
    for expected in (1, 2):
        with subprocess.Popen(arguments, cwd=ROOT) as process:  # noqa: S603
            deadline = time.monotonic() + 10
            while not (listens(ports[0]) and listens(ports[1])):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            send(ports[0], "bob@x.example", "encore")
            assert len(ask(ports[1], "/mails")[1]) == expected
            os.kill(process.pid, signal.SIGTERM)
        assert process.returncode == 0
