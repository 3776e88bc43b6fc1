"""The platform as it runs, for tests that meet it from outside."""

from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

import httpx2 as httpx

from shared.auth import Actor
from tests.helpers import token_of


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
