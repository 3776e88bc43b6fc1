"""What browsers tell when a page tried something that its policy forbids."""

from collections import deque
from time import monotonic
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import orjson
import structlog
from fastapi import APIRouter, Header, Request, Response

from shared.headers import REPORTS

log = structlog.get_logger()

LARGEST: Final = 10_000
LONGEST: Final = 100
MOST_A_MINUTE: Final = 30

router = APIRouter()
_noted: deque[float] = deque(maxlen=MOST_A_MINUTE)


@router.post(REPORTS)
async def report(
    request: Request, content_length: Annotated[int, Header(ge=0)] = LARGEST + 1
) -> Response:
    """Public, as browsers send it without a session: bounded, and noted so many times a minute."""
    if content_length <= LARGEST and _has_room():
        for found in _violations(await request.body()):
            log.warning("policy violated", **found)
    return Response(status_code=204)


def _has_room() -> bool:
    now = monotonic()
    if len(_noted) == MOST_A_MINUTE and now - _noted[0] < 60:  # noqa: PLR2004  a minute
        return False
    _noted.append(now)
    return True


def _violations(body: bytes) -> list[dict[str, str]]:
    """Both forms in use. Of addresses only what cannot tell whose they were."""
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    reports = read if isinstance(read, list) else [read]
    return [_facts(one) for one in reports[:5] if isinstance(one, dict)]


def _facts(one: dict[str, Any]) -> dict[str, str]:
    told = one.get("csp-report") or one.get("body")
    body = told if isinstance(told, dict) else {}
    directive = body.get("effectiveDirective") or body.get("effective-directive") or ""
    blocked = str(body.get("blockedURL") or body.get("blocked-uri") or "")
    return {"directive": str(directive)[:LONGEST], "blocked": _host(blocked)[:LONGEST]}


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or address.partition(":")[0]
    except ValueError:
        return "?"
