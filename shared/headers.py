"""What every answer carries, whoever gives it: a page, a service, a file, an error."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.settings import settings

REPORTS: Final = "/csp-report"
PAGES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    f"frame-ancestors 'none'; report-uri {REPORTS}; report-to csp"
)
NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For what programs read: a browser that is led there shows it and does nothing else."""
ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
FOR_TWO_YEARS: Final = "max-age=63072000; includeSubDomains"
FOR_A_YEAR: Final = "public, max-age=31536000, immutable"


class SecurityHeaders:
    """Outside of everything else, so that no answer gets past it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                _protect(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self.app(scope, receive, answer)


def _protect(headers: MutableHeaders, path: str) -> None:
    of_program = path.startswith("/api/")
    download = headers.get("content-disposition", "").startswith("attachment")
    headers["Content-Security-Policy"] = NOTHING if of_program or download else PAGES
    if not of_program:
        headers["Reporting-Endpoints"] = f'csp="{REPORTS}"'
    for name, value in ALWAYS.items():
        headers[name] = value
    kept = path.startswith("/static/") and "etag" in headers
    headers["Cache-Control"] = FOR_A_YEAR if kept else "no-store"
    if settings().https:
        headers["Strict-Transport-Security"] = FOR_TWO_YEARS
        _keep_to_https(headers)


def _keep_to_https(headers: MutableHeaders) -> None:
    cookies = headers.getlist("set-cookie")
    if cookies:
        del headers["set-cookie"]
    for cookie in cookies:
        secure = "; secure" in cookie.lower()
        headers.append("set-cookie", cookie if secure else f"{cookie}; Secure")
