from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from aiosmtpd.controller import Controller

from shared import outbox
from shared.auth import Actor
from shared.child import free_port
from tests import servers
from tests.conftest import Platform
from tests.helpers import token_of
from tests.processes import platform_running


@dataclass
class Letters:
    """A real SMTP server that keeps what it is given."""

    received: list[tuple[str, Message]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802  aiosmtpd's name
        message = message_from_bytes(envelope.content)
        self.received += [(address, message) for address in envelope.rcpt_tos]
        return "250 kept"

    def to(self, name: str) -> list[Message]:
        return [message for to, message in self.received if to == f"{name}@example.org"]


@dataclass
class Live:
    """The platform as processes, and the letters it sent."""

    url: str
    letters: Letters

    def as_(self, actor: Actor) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token_of(actor)}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=10)


@pytest.fixture
def live(platform: Platform, own_database: str, tmp_path: Path) -> Iterator[Live]:
    letters = Letters()
    smtp = Controller(letters, hostname="127.0.0.1", port=free_port())
    smtp.start()
    environment = platform.environment(own_database)
    environment["QSE_SMTP_URL"] = f"smtp://127.0.0.1:{smtp.port}"
    outbox._caller.cache_clear()  # noqa: SLF001  its address is that of this test's server
    with outbox.connect() as redis:
        redis.flushall()
    servers.adopt(environment)
    try:
        with platform_running(environment, tmp_path) as url:
            yield Live(url, letters)
    finally:
        smtp.stop()
        servers.forget("QSE_SMTP_URL")
