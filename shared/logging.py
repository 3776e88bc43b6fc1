"""Logs: one JSON line per fact, each with the correlation id of the story it belongs to."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import orjson
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.tracebacks import ExceptionDictTransformer

from shared.metrics import REQUESTS

HEADER = "X-Correlation-ID"

log = structlog.get_logger()


def configure_logging(level: str) -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without local variables: they hold passwords, tokens and cookies.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )


def _to_json(event: object, **_: object) -> bytes:
    return orjson.dumps(event, default=str)


@contextmanager
def correlated(correlation_id: UUID) -> Iterator[None]:
    with structlog.contextvars.bound_contextvars(correlation_id=str(correlation_id)):
        yield


class Correlation:
    """Give each request the id of its story: the caller's if there is one, else a new one."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation_id = _given(Headers(scope=scope).get(HEADER)) or uuid4()
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        started = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = str(correlation_id)
            await send(message)

        with correlated(correlation_id):
            try:
                await self.app(scope, receive, answer)
            finally:
                self._note(scope, status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"]
        REQUESTS.labels(self.service, method, route, str(status)).observe(seconds)
        log.info(
            "request served",
            service=self.service,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def _given(header: str | None) -> UUID | None:
    try:
        return UUID(header) if header else None
    except ValueError:
        return None
