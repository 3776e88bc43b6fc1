"""One's own account: the password, where one is signed in, and what programs hold."""

import asyncio
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from portal.api import Refused
from portal.forms import Form
from portal.guard import keep_aside
from portal.pages.entry import SSO
from portal.render import outside, page
from portal.session import Visit, Visitor
from services.identity.schemas import (
    FactorCodeIn,
    FactorOut,
    Me,
    OwnSession,
    PasswordIn,
    PersonalTokenIn,
    PersonalTokenOut,
    RecoveryCodes,
)
from services.identity.sign_in_schemas import HandshakeOut
from shared.settings import settings

LIFE_DAYS = 90
NAMES: dict[type[BaseModel], str] = {
    PasswordIn: "password",
    PersonalTokenIn: "token",
    FactorCodeIn: "code",
}
SHOWN_ONCE = ("token", "factor", "codes")

router = APIRouter(prefix="/account")


@router.get("")
async def account(visit: Visitor) -> Response:
    return await _account_page(visit)


@router.post("/password")
async def change_password(visit: Visitor) -> Response:
    form = Form.typed(PasswordIn, visit.form)
    if form.read() is None:
        return await _account_page(visit, wrong=_emptied(form))
    typed = {name: str(form.value(name)) for name in ("current", "new")}
    try:
        await visit.api.tell("/identity/me/password", **typed)
    except Refused as refused:
        return await _account_page(visit, wrong=_emptied(form.refused(refused)))
    return visit.go("/account", "password_changed")


@router.post("/sessions/{session_id}/end")
async def end_session(visit: Visitor, session_id: UUID) -> Response:
    await visit.api.remove(f"/identity/me/sessions/{session_id}")
    return visit.go("/account", "session_ended")


@router.post("/tokens")
async def make_token(visit: Visitor) -> Response:
    """The one page that shows the token: it is not kept anywhere, so there is no way back to it."""
    form = Form.typed(PersonalTokenIn, visit.form)
    data = form.read()
    if data is None:
        return await _account_page(visit, wrong=form)
    try:
        made = await visit.api.post("/identity/me/tokens", PersonalTokenOut, data)
    except Refused as refused:
        return await _account_page(visit, wrong=form.refused(refused))
    return await _account_page(visit, token=made)


@router.post("/tokens/{token_id}/revoke")
async def revoke_token(visit: Visitor, token_id: UUID) -> Response:
    await visit.api.remove(f"/identity/me/tokens/{token_id}")
    return visit.go("/account", "token_revoked")


@router.post("/factor")
async def begin_factor(visit: Visitor) -> Response:
    """The one page that shows the secret, as a picture for the app's camera."""
    factor = await visit.api.post("/identity/me/factor", FactorOut)
    return await _account_page(visit, factor=factor)


@router.post("/factor/confirm")
async def finish_factor(visit: Visitor) -> Response:
    form = Form.typed(FactorCodeIn, visit.form)
    try:
        code = str(form.value("code"))
        answer = await visit.api.tell("/identity/me/factor/confirm", code=code)
    except Refused as refused:
        return await _account_page(visit, wrong=_emptied(form.refused(refused)))
    codes = RecoveryCodes.model_validate_json(answer.content).codes
    return await _account_page(visit, codes=codes)


@router.post("/factor/remove")
async def remove_factor(visit: Visitor) -> Response:
    await visit.api.remove("/identity/me/factor")
    return visit.go("/account", "factor_removed")


@router.post("/provider")
async def link_provider(visit: Visitor) -> Response:
    """A link to the provider rather than a redirect: no form of ours may lead elsewhere."""
    began = await visit.api.post("/identity/me/provider", HandshakeOut)
    context = {"address": began.address, "provider": settings().oidc_label}
    response = outside(visit.request, "identity/provider.html", visit.language, context)
    keep_aside(response, SSO, urlencode({"credential": began.credential, "next": "/account"}))
    return response


@router.post("/provider/remove")
async def unlink_provider(visit: Visitor) -> Response:
    await visit.api.remove("/identity/me/provider")
    return visit.go("/account", "provider_unlinked")


async def _account_page(visit: Visit, *, wrong: Form | None = None, **shown: object) -> Response:
    """The page, with the form that was refused or what is shown this once."""
    me, sessions, tokens = await asyncio.gather(
        visit.api.get("/identity/me", Me),
        visit.api.get("/identity/me/sessions", list[OwnSession]),
        visit.api.get("/identity/me/tokens", list[PersonalTokenOut]),
    )
    forms = {
        "password": Form.of(PasswordIn),
        "token": Form.of(PersonalTokenIn, days=LIFE_DAYS, reads_only="true"),
        "code": Form.of(FactorCodeIn),
    }
    if wrong is not None:
        forms[NAMES[wrong.model]] = wrong
    context = {
        "me": me,
        "sessions": sessions,
        "tokens": tokens,
        "refused": wrong.refusal if wrong else None,
        "forms": forms,
        "provider": settings().oidc_label,
        **{name: shown.get(name) for name in SHOWN_ONCE},
    }
    return await page(visit, "identity/account.html", context, wrong.status if wrong else 200)


def _emptied(form: Form) -> Form:
    """No page repeats what was secret."""
    form.values.clear()
    return form
