"""Signing in and out, and how somebody likes to see the portal."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Refused
from portal.forms import Form
from portal.guard import keep_aside, keep_session
from portal.i18n import LANGUAGES
from portal.render import THEME, THEMES, outside
from portal.session import (
    FLASH,
    Visitor,
    forget_session,
    inside,
    language_of,
    stranger,
)
from portal.visits import remember_visit
from services.identity.schemas import (
    Awaits,
    FactorCodeIn,
    LanguageIn,
    PersonOut,
)
from services.identity.sign_in_schemas import SessionOut, SignIn
from shared.settings import settings

A_YEAR = 31_536_000
LONGEST_AGENT = 400
HALF = "half"
"""The cookie of who has given the password and not yet the code."""

router = APIRouter()


@router.get("/sign-in")
async def ask(request: Request, next: str = "/") -> Response:
    return sign_in_page(request, Form.of(SignIn), next)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    data = await request.form()
    form, target = Form.typed(SignIn, data), inside(str(data.get("next", "/")))
    if form.read() is None:
        return sign_in_page(request, form, target)
    typed = {name: str(form.value(name)) for name in ("email", "password")}
    typed["agent"] = agent_of(request)
    try:
        answer = await stranger(request).tell("/identity/sessions", **typed)
    except Refused as refused:
        return sign_in_page(request, form.refused(refused), target)
    return go_in(request, SessionOut.model_validate_json(answer.content), target)


@router.post("/sign-out")
async def sign_out(visit: Visitor) -> Response:
    await visit.api.tell("/identity/sessions/end", credential=visit.session)
    response = RedirectResponse("/sign-in", 303)
    forget_session(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.set_cookie(FLASH, "signed_out", max_age=60, httponly=True, samesite="lax")
    return response


@router.post("/preferences")
async def prefer(visit: Visitor) -> Response:
    """Change the language of the person, or the light of this browser."""
    language, theme = visit.form.get("language"), visit.form.get("theme")
    if language in LANGUAGES:
        wanted = LanguageIn.model_validate({"language": language})
        await visit.api.change("PATCH", "/identity/me/language", PersonOut, wanted)
    response = RedirectResponse(inside(str(visit.form.get("next", "/"))), 303)
    if theme in THEMES:
        response.set_cookie(THEME, str(theme), max_age=A_YEAR, httponly=True, samesite="lax")
    return response


def agent_of(request: Request) -> str:
    return request.headers.get("user-agent", "")[:LONGEST_AGENT]


def go_in(request: Request, opened: SessionOut, target: str) -> Response:
    """To the page that was wanted; by the second step, if the session awaits one."""
    if opened.awaits is Awaits.NOTHING:
        response: Response = RedirectResponse(target, 303)
        keep_session(response.headers, opened.token)
        remember_visit(request, response)
        return response
    if opened.factor is not None:
        shown = {"factor": opened.factor, "form": Form.of(FactorCodeIn), "next": target}
        response = outside(request, "identity/factor.html", language_of(request), shown)
    else:
        response = RedirectResponse(f"/sign-in/code?{urlencode({'next': target})}", 303)
    keep_aside(response, HALF, opened.token)
    return response


def sign_in_page(request: Request, form: Form, next: str) -> Response:
    form.values.pop("password", None)
    context = {"form": form, "next": inside(next), "provider": settings().oidc_label}
    response = outside(request, "identity/sign_in.html", language_of(request), context)
    response.status_code = form.status
    return response
