"""Nothing that comes in is unbounded."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import problem

LARGEST_BODY = 1_000_000


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
                raise _TooLarge
            return message

        try:
            await self.app(scope, counted, send)
        except _TooLarge:
            await self._refuse(largest, scope, receive, send)

    async def _refuse(self, largest: int, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(413, "too_large", f"A request may hold at most {largest} bytes.")
        await answer(scope, receive, send)


class _TooLarge(Exception):
    pass
