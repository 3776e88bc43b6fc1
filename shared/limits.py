"""Nothing that comes in is unbounded: neither a request, nor how many there are of them."""

from collections import Counter
from collections.abc import Mapping
from time import monotonic
from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import TooManyRequests, problem
from shared.settings import settings

LARGEST_BODY = 1_000_000
MINUTE_S: Final = 60
MOST_CALLERS: Final = 10_000
READING: Final = {"GET", "HEAD"}


class Pace:
    """How often each caller asked something of a service in this minute.

    Counted where the request is answered, in the process: nothing else has to be reached to
    refuse, and what a second process adds is one more share.
    """

    def __init__(self) -> None:
        self.minute = 0
        self.asked: Counter[tuple[str, bool]] = Counter()

    def keep(self, caller: str, method: str) -> None:
        """Refuse who asks for more than their share. Callers without number share one."""
        minute, into = divmod(int(monotonic()), MINUTE_S)
        if minute != self.minute:
            self.minute, self.asked = minute, Counter()
        reads = method in READING
        full = len(self.asked) >= MOST_CALLERS and (caller, reads) not in self.asked
        key = ("", reads) if full else (caller, reads)
        self.asked[key] += 1
        most = settings().reads_per_minute if reads else settings().writes_per_minute
        if self.asked[key] > most:
            raise TooManyRequests(seconds=MINUTE_S - into)


class BodyLimit:
    """Refuse a request body over the limit, announced or not. A path that takes files has more."""

    def __init__(
        self, app: ASGIApp, largest: int = LARGEST_BODY, files: Mapping[str, int] | None = None
    ) -> None:
        self.app = app
        self.largest = largest
        self.files = files or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        largest = self.files.get(path, self.largest)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > largest:
            await self._refuse(largest, scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > largest:
                raise HTTPException(413, _sentence(largest))
            return message

        await self.app(scope, counted, send)

    async def _refuse(self, largest: int, scope: Scope, receive: Receive, send: Send) -> None:
        await problem(413, "too_large", _sentence(largest))(scope, receive, send)


def _sentence(largest: int) -> str:
    return f"A request may hold at most {largest} bytes."
