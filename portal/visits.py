"""When somebody was last here, so that the home page can show what changed since."""

from datetime import datetime, timedelta

from fastapi import Request, Response

from portal.formats import now

COOKIE = "qse-visits"
A_YEAR = 31_536_000
AT_FIRST = timedelta(days=7)


def remember_visit(request: Request, response: Response) -> None:
    """Note this sign-in, and keep the one before it: that is the visit to compare with."""
    _, last = _visits(request)
    noted = f"{(last or now() - AT_FIRST).isoformat()}~{now().isoformat()}"
    response.set_cookie(COOKIE, noted, max_age=A_YEAR, httponly=True, samesite="lax")


def last_visit(request: Request) -> datetime:
    before, _ = _visits(request)
    return before or now() - AT_FIRST


def _visits(request: Request) -> tuple[datetime | None, datetime | None]:
    before, _, last = request.cookies.get(COOKIE, "").partition("~")
    return _moment(before), _moment(last)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
