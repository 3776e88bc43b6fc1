"""What holds for every change: proof that our own page asked. Headers: shared/headers.py."""

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.headers import REPORTS
from shared.settings import settings

CHANGING: Final = {"POST", "PUT", "PATCH", "DELETE"}
A_WHILE_S: Final = 600


class Guard:
    """Refuse changes that another site asks for, and hand over what renews a session."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _hand_over(MutableHeaders(scope=message), scope)
            await send(message)

        harmless = scope["method"] not in CHANGING or scope["path"] == REPORTS
        if harmless or _asked_by_us(Headers(scope=scope)):
            await self.app(scope, receive, answer)
        else:
            refusal = PlainTextResponse("This request did not come from a page of ours.", 403)
            await refusal(scope, receive, answer)


def _hand_over(headers: MutableHeaders, scope: Scope) -> None:
    """Give the browser its session's new token, whatever page the request ended with."""
    token = scope.get("state", {}).get("renewed_session")
    if token is not None:
        keep_session(headers, token)


def cookie_name() -> str:
    """The prefix binds the cookie to https and to this very host; plain http cannot carry it."""
    return "__Host-qse" if settings().https else "qse"


def keep_session(headers: MutableHeaders, token: str) -> None:
    carrier = Response()
    carrier.set_cookie(
        cookie_name(), token, secure=settings().https, httponly=True, samesite="lax", path="/"
    )
    headers.append("set-cookie", carrier.headers["set-cookie"])


def keep_aside(response: Response, name: str, text: str) -> None:
    """Keep for some minutes what belongs to a sign-in under way, for this browser alone."""
    response.set_cookie(
        aside_name(name),
        text,
        max_age=A_WHILE_S,
        secure=settings().https,
        httponly=True,
        samesite="lax",
        path="/",
    )


def forget_aside(response: Response, name: str) -> None:
    secure = settings().https
    response.delete_cookie(aside_name(name), secure=secure, httponly=True, samesite="lax", path="/")


def aside_name(name: str) -> str:
    return f"{cookie_name()}-{name}"


def _asked_by_us(headers: Headers) -> bool:
    """Browsers say where a request comes from; who says nothing is not believed."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin, ours = urlsplit(headers.get("origin", "")), urlsplit(settings().base_url)
    return (origin.scheme, origin.netloc) == (ours.scheme, ours.netloc)


def form_token(session: str) -> str:
    """Make the proof that a form was made for this session.

    It is different each time, so that compression of the page cannot be used to guess it.
    """
    salt = secrets.token_hex(8)
    return f"{salt}.{_proof(session, salt)}"


def is_form_token(given: str, session: str) -> bool:
    salt, _, proof = given.partition(".")
    return hmac.compare_digest(proof.encode(), _proof(session, salt).encode())


def _proof(session: str, salt: str) -> str:
    return hmac.new(session.encode(), f"form {salt}".encode(), hashlib.sha256).hexdigest()
