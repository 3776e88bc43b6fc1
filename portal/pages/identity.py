"""Signing in and out, and how somebody likes to see the portal."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Refused
from portal.forms import Form
from portal.guard import keep_session
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
from services.identity.schemas import LanguageIn, PersonOut, SessionOut, SignIn

A_YEAR = 31_536_000
LONGEST_AGENT = 400

router = APIRouter()


@router.get("/sign-in")
async def ask(request: Request, next: str = "/") -> Response:
    return _sign_in_page(request, Form.of(SignIn), next)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    data = await request.form()
    form, target = Form.typed(SignIn, data), inside(str(data.get("next", "/")))
    if form.read() is None:
        return _sign_in_page(request, form, target)
    typed = {name: str(form.value(name)) for name in ("email", "password")}
    typed["agent"] = request.headers.get("user-agent", "")[:LONGEST_AGENT]
    try:
        answer = await stranger(request).tell("/identity/sessions", **typed)
    except Refused as refused:
        return _sign_in_page(request, form.refused(refused), target)
    response = RedirectResponse(target, 303)
    keep_session(response.headers, SessionOut.model_validate_json(answer.content).token)
    remember_visit(request, response)
    return response


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


def _sign_in_page(request: Request, form: Form, next: str) -> Response:
    form.values.pop("password", None)
    context = {"form": form, "next": inside(next)}
    response = outside(request, "identity/sign_in.html", language_of(request), context)
    response.status_code = form.status
    return response
