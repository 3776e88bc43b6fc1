"""One's own account: the password, where one is signed in, and what programs hold."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from portal.api import Refused
from portal.forms import Form
from portal.render import page
from portal.session import Visit, Visitor
from services.identity.schemas import (
    Me,
    OwnSession,
    PasswordIn,
    PersonalTokenIn,
    PersonalTokenOut,
)

LIFE_DAYS = 90

router = APIRouter(prefix="/account")


@router.get("")
async def account(visit: Visitor) -> Response:
    return await _account_page(visit)


@router.post("/password")
async def change_password(visit: Visitor) -> Response:
    form = Form.typed(PasswordIn, visit.form)
    if form.read() is None:
        return await _account_page(visit, password=form)
    typed = {name: str(form.value(name)) for name in ("current", "new")}
    try:
        await visit.api.tell("/identity/me/password", **typed)
    except Refused as refused:
        return await _account_page(visit, password=form.refused(refused))
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
        return await _account_page(visit, token=form)
    try:
        made = await visit.api.post("/identity/me/tokens", PersonalTokenOut, data)
    except Refused as refused:
        return await _account_page(visit, token=form.refused(refused))
    return await _account_page(visit, made=made)


@router.post("/tokens/{token_id}/revoke")
async def revoke_token(visit: Visitor, token_id: UUID) -> Response:
    await visit.api.remove(f"/identity/me/tokens/{token_id}")
    return visit.go("/account", "token_revoked")


async def _account_page(
    visit: Visit,
    password: Form | None = None,
    token: Form | None = None,
    made: PersonalTokenOut | None = None,
) -> Response:
    me, sessions, tokens = await asyncio.gather(
        visit.api.get("/identity/me", Me),
        visit.api.get("/identity/me/sessions", list[OwnSession]),
        visit.api.get("/identity/me/tokens", list[PersonalTokenOut]),
    )
    wrong = password or token
    if password is not None:
        password.values.clear()
    blank = Form.of(PersonalTokenIn, days=LIFE_DAYS, reads_only="true")
    context = {
        "me": me,
        "sessions": sessions,
        "tokens": tokens,
        "token": made,
        "refused": wrong.refusal if wrong else None,
        "forms": {"password": password or Form.of(PasswordIn), "token": token or blank},
    }
    return await page(visit, "identity/account.html", context, wrong.status if wrong else 200)
