"""The other ways in: the second step, the group's identity provider, and links by mail."""

from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal.api import Refused
from portal.forms import Form
from portal.guard import aside_name, forget_aside, keep_aside, keep_session
from portal.pages.identity import HALF, agent_of, go_in, sign_in_page
from portal.render import outside
from portal.session import inside, language_of, stranger
from portal.visits import remember_visit
from services.identity.schemas import FactorCodeIn
from services.identity.sign_in_schemas import (
    HandshakeOut,
    LinkIn,
    RedeemIn,
    SessionOut,
    SignIn,
)

SSO = "sso"
"""The cookie of who is at the identity provider, and what they come back for."""

router = APIRouter()


@router.get("/sign-in/code")
async def ask_code(request: Request, next: str = "/") -> Response:
    return _page(request, "code", Form.of(FactorCodeIn), next=inside(next))


@router.post("/sign-in/code")
async def enter_code(request: Request) -> Response:
    data = await request.form()
    form, target = Form.typed(FactorCodeIn, data), inside(str(data.get("next", "/")))
    if form.read() is None:
        return _page(request, "code", form, next=target)
    half = request.cookies.get(aside_name(HALF), "")
    try:
        code = str(form.values.pop("code"))
        answer = await stranger(request).tell("/identity/sessions/code", credential=half, code=code)
    except Refused as refused:
        if refused.type == "not_signed_in":
            return sign_in_page(request, Form.of(SignIn).refused(refused), target)
        return _page(request, "code", form.refused(refused), next=target)
    return _come_in(request, SessionOut.model_validate_json(answer.content), target)


@router.get("/sign-in/sso")
async def go_to_provider(request: Request, next: str = "/", again: bool = False) -> Response:  # noqa: FBT001, FBT002  a query
    try:
        answer = await stranger(request).tell("/identity/sso", again=again)
    except Refused as refused:
        return sign_in_page(request, Form.of(SignIn).refused(refused), next)
    began = HandshakeOut.model_validate_json(answer.content)
    response = RedirectResponse(began.address, 303)
    keep_aside(response, SSO, urlencode({"credential": began.credential, "next": inside(next)}))
    return response


@router.get("/sign-in/sso/done")
async def come_from_provider(request: Request, state: str = "", code: str = "") -> Response:
    kept = dict(parse_qsl(request.cookies.get(aside_name(SSO), "")))
    target = inside(kept.get("next", "/"))
    brought = {"credential": kept.get("credential", ""), "state": state[:200], "code": code[:2000]}
    brought["agent"] = agent_of(request)
    try:
        answer = await stranger(request).tell("/identity/sso/done", **brought)
    except Refused as refused:
        response = sign_in_page(request, Form.of(SignIn).refused(refused), target)
    else:
        response = go_in(request, SessionOut.model_validate_json(answer.content), target)
    forget_aside(response, SSO)
    return response


@router.get("/forgot")
async def ask_for_link(request: Request) -> Response:
    return _page(request, "forgot", Form.of(LinkIn), sent=False)


@router.post("/forgot")
async def send_link(request: Request) -> Response:
    form = Form.typed(LinkIn, await request.form())
    if form.read() is None:
        return _page(request, "forgot", form, sent=False)
    try:
        await stranger(request).tell("/identity/links", email=str(form.value("email")))
    except Refused as refused:
        return _page(request, "forgot", form.refused(refused), sent=False)
    return _page(request, "forgot", form, sent=True)


@router.get("/reset")
@router.get("/welcome")
async def choose_password(request: Request, token: str = "") -> Response:
    return _page(request, "new_password", Form.of(RedeemIn), token=token, done=False)


@router.post("/reset")
@router.post("/welcome")
async def set_password(request: Request) -> Response:
    data = await request.form()
    form, token = Form.typed(RedeemIn, data), str(data.get("credential", ""))
    read, password = form.read(), str(form.values.pop("password", ""))
    if read is None:
        return _page(request, "new_password", form, token=token, done=False)
    try:
        sent = {"credential": token, "password": password}
        await stranger(request).tell("/identity/links/redeem", **sent)
    except Refused as refused:
        return _page(request, "new_password", form.refused(refused), token=token, done=False)
    return _page(request, "new_password", form, token="", done=True)


def _come_in(request: Request, opened: SessionOut, target: str) -> Response:
    """In; past the recovery codes, if the app is a new one."""
    if opened.recovery_codes:
        shown = {"codes": opened.recovery_codes, "next": target}
        response = outside(request, "identity/codes.html", language_of(request), shown)
        keep_session(response.headers, opened.token)
        remember_visit(request, response)
    else:
        response = go_in(request, opened, target)
    forget_aside(response, HALF)
    return response


def _page(request: Request, name: str, form: Form, **shown: object) -> Response:
    context = {"form": form, "here": request.url.path, **shown}
    response = outside(request, f"identity/{name}.html", language_of(request), context)
    response.status_code = form.status
    return response
