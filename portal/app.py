"""The web face of the platform: pages made of what the services answer."""

from http import HTTPStatus
from typing import Final

import httpx2 as httpx
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from portal.api import ConfirmAsked, Refused
from portal.assets import STATIC
from portal.guard import Guard, cookie_name, form_token
from portal.pages import (
    account,
    action,
    actions,
    admin,
    admin_people,
    admin_places,
    alerts,
    answers,
    audit,
    auditors,
    bodies,
    calendar,
    causes,
    certificates,
    checklist,
    components,
    control,
    coverage,
    editions,
    entry,
    evidence,
    feeds,
    fieldwork,
    findings,
    frequencies,
    grid,
    history,
    home,
    identity,
    imports,
    indicators,
    jobs,
    lists,
    mails,
    measurements,
    methods,
    my_actions,
    notifications,
    policy,
    processes,
    programme,
    programme_entries,
    programme_proposals,
    proof,
    read_across,
    readings,
    references,
    reporting,
    reports,
    requirements,
    risk,
    room,
    search,
    side_by_side,
    statistics,
    teams,
    timeline,
)
from portal.render import outside
from portal.session import (
    ForeignForm,
    NotConfirmed,
    SignedOut,
    forget_session,
    inside,
    language_of,
    sign_in_address,
)
from shared.limits import BodyLimit
from shared.logging import Correlation
from shared.settings import settings

PAGES: Final = (
    alerts,
    measurements,
    reporting,
    side_by_side,
    grid,
    control,
    methods,
    identity,
    entry,
    account,
    home,
    actions,
    indicators,
    risk,
    policy,
    processes,
    findings,
    answers,
    bodies,
    statistics,
    my_actions,
    causes,
    action,
    read_across,
    editions,
    evidence,
    notifications,
    timeline,
    history,
    lists,
    calendar,
    jobs,
    imports,
    reports,
    proof,
    search,
    admin,
    admin_places,
    admin_people,
    readings,
    mails,
    components,
    teams,
    auditors,
    fieldwork,
    checklist,
    room,
    requirements,
    references,
    programme_entries,
    programme_proposals,
    programme,
    certificates,
    coverage,
    frequencies,
    feeds,
    audit,
)
"""A path that is also a word of another's comes first."""

log = structlog.get_logger()


def create_portal(client: httpx.AsyncClient) -> FastAPI:
    """The portal, which reaches the services through this client and nothing else."""
    app = FastAPI(title="portal", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.client = client
    for pages in PAGES:
        app.include_router(pages.router)
    app.add_api_route("/health", _health)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.exception_handler(SignedOut)(_signed_out)
    app.exception_handler(ForeignForm)(_foreign_form)
    app.exception_handler(ConfirmAsked)(_confirm)
    app.exception_handler(NotConfirmed)(_confirm)
    app.exception_handler(Refused)(_refused)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_not_found)
    app.exception_handler(Exception)(_unexpected)
    app.add_middleware(BodyLimit, files=imports.FILES | evidence.FILES | room.FILES)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(Guard)
    app.add_middleware(Correlation, service="portal")
    return app


async def _health() -> JSONResponse:
    return JSONResponse({"service": "portal", "status": "live"})


def _signed_out(request: Request, _error: Exception) -> Response:
    """To the sign-in page; htmx is told by a header, since it would put that page into this one."""
    target = sign_in_address(request)
    if request.headers.get("hx-request"):
        response = Response(status_code=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": target})
    else:
        response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
    forget_session(response)
    return response


def _foreign_form(request: Request, _error: Exception) -> Response:
    return _problem(request, HTTPStatus.FORBIDDEN, None, kind="old_form")


def _confirm(request: Request, error: Exception) -> Response:
    """Ask who sits there for their password, and keep what they typed for after it."""
    assert isinstance(error, ConfirmAsked | NotConfirmed)  # noqa: S101  registered for nothing else
    session = request.cookies[cookie_name()]
    typed = [(name, text) for name, text in request.state.form.multi_items() if name != "csrf"]
    context = {
        "action": str(request.url.replace(scheme="", netloc="")),
        "back": inside(request.headers.get("referer", "/").removeprefix(settings().base_url)),
        "kept": [("csrf", form_token(session)), *typed],
        "refused": error.refusal if isinstance(error, NotConfirmed) else None,
        "has_factor": request.state.has_factor,
        "provider": settings().oidc_label,
    }
    response = outside(request, "identity/confirm.html", request.state.language, context)
    response.status_code = error.refusal.status
    return response


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101  registered for nothing else
    return _problem(request, error.status, error)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return _problem(request, error.status_code, None)


def _not_found(request: Request, _error: Exception) -> Response:
    return _problem(request, HTTPStatus.NOT_FOUND, None)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("page failed", path=request.url.path, exc_info=error)
    return _problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, None)


def _problem(request: Request, status: int, refused: Refused | None, kind: str = "") -> Response:
    context = {"status": int(status), "refused": refused, "kind": kind}
    language = getattr(request.state, "language", None) or language_of(request)
    response = outside(request, "problem.html", language, context)
    response.status_code = status
    return response
