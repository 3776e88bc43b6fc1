"""Who is visiting: the opaque session of the cookie, exchanged once a request for a token."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from portal.api import CORRELATION, Api, Refused
from portal.formats import today
from portal.guard import CHANGING, cookie_name, is_form_token
from portal.i18n import ENGLISH, FRENCH, accepted
from portal.places import Place, visible_places
from services.identity.schemas import GrantOut, PersonOut
from services.identity.sign_in_schemas import AccessToken, SessionOut
from shared.addresses import passed_on
from shared.auth import Actor, actor_of, permissions_of
from shared.schemas import Page
from shared.settings import settings

T = TypeVar("T")

AUDIENCE = (
    "identity",
    "audit",
    "actions",
    "indicators",
    "policy",
    "notifications",
    "risk",
    "compliance",
    "processes",
)
COORDINATORS = ("site_coordinator", "group_coordinator")
FLASH = "qse-flash"
MOST_NAMES = 200
CONFIRM = "confirm_"
"""How the fields are called that confirm an identity within any form."""
RELATIVE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*\Z")


class SignedOut(Exception):
    """Nobody is signed in. The page they wanted is kept for after the sign-in."""


class ForeignForm(Exception):
    """A form without the proof that we made it for this session: old, or not ours."""


class NotConfirmed(Exception):
    """Somebody was asked to confirm who they are, and what they gave does not."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@dataclass(frozen=True)
class Visit:
    """One request by one person."""

    request: Request
    actor: Actor
    api: Api
    session: str = field(repr=False)
    form: FormData = field(repr=False)
    place: UUID | None
    _places: list[Place] = field(default_factory=list)

    @property
    def language(self) -> str:
        return ENGLISH if self.actor.language == ENGLISH else FRENCH

    def may(self, permission: str, place: UUID | None = None) -> bool:
        """Whether to offer something. The service decides when it is done."""
        if place is None:
            return self.actor.places(permission) != frozenset()
        return self.actor.may(permission, place)

    def coordinates(self, place: UUID) -> bool:
        """Whether this person coordinates a site: alone, or with its division or the group."""
        return any(
            grant.role in COORDINATORS and (grant.places is None or place in grant.places)
            for grant in self.actor.grants
        )

    def go(self, path: str, done: str = "", **query: object) -> Response:
        """Go on after a change, and say what was done: to where it was begun, else to this page."""
        begun = self.request.query_params.get("next")
        there = inside(begun) if begun else address(path, self.place, **query)
        response = RedirectResponse(there, 303)
        if done:
            response.set_cookie(FLASH, done, max_age=60, httponly=True, samesite="lax")
        return response

    async def places(self) -> list[Place]:
        """The places this person may know of, asked for once."""
        if not self._places:
            self._places.extend(await visible_places(self.api))
        return self._places

    async def rows(self, path: str, row: type[T], **query: object) -> Page[T]:
        """A page of rows, or an empty one for who may read nothing of that service."""
        service = path.split("/")[1]
        if not self.may(f"{service}:read"):
            return Page[T](items=[])
        return await self.api.get(path, Page[row], **query)  # type: ignore[valid-type]

    async def all_of(self, path: str, row: type[T], **query: object) -> list[T]:
        """All rows of a short answer, or none for who may read nothing of that service."""
        service = path.split("/")[1]
        if not self.may(f"{service}:read"):
            return []
        return await self.api.get(path, list[row], **query)  # type: ignore[valid-type]

    async def names(self, ids: Iterable[UUID | None]) -> dict[UUID, str]:
        """Names of the people whom this person may know of."""
        return {person.id: person.name for person in await self._people(ids)}

    async def who_may(self, permission: str, place: UUID | None) -> dict[UUID, str]:
        """Names of those whose role at a place, held today, lets them do something there."""
        asked = {"node_id": place, "limit": MOST_NAMES}
        grants = await self.api.get("/identity/grants", Page[GrantOut], **asked)
        able = [g for g in grants.items if permission in permissions_of(g.role) and _holds(g)]
        people = await self._people(grant.person_id for grant in able)
        return {person.id: person.name for person in people if person.active}

    async def _people(self, ids: Iterable[UUID | None]) -> list[PersonOut]:
        wanted = sorted({id for id in ids if id is not None and id.int})[:MOST_NAMES]
        if not wanted:
            return []
        asked = {"ids": wanted, "limit": MOST_NAMES}
        return (await self.api.get("/identity/people", Page[PersonOut], **asked)).items


def _holds(grant: GrantOut) -> bool:
    return grant.valid_from <= today() <= (grant.valid_to or date.max)


def address(path: str, place: object, /, **query: object) -> str:
    """Make an address inside the portal. It holds the place that scopes the pages."""
    wanted = {"place": place} | query
    kept = {name: str(value) for name, value in wanted.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def inside(target: str) -> str:
    """Allow only addresses inside the portal: what a link asks for is not always ours."""
    return target if RELATIVE.match(target) else "/"


def forget_session(response: Response) -> None:
    response.delete_cookie(
        cookie_name(), secure=settings().https, httponly=True, samesite="lax", path="/"
    )


def stranger(request: Request) -> Api:
    """The services, as somebody sees them who is not signed in."""
    headers = {CORRELATION: str(request.state.correlation_id)} | passed_on(request)
    return Api(request.app.state.client, headers)


def language_of(request: Request) -> str:
    return accepted(request.headers.get("accept-language", ""))


async def _visit(request: Request, place: str = "") -> Visit:
    session = request.cookies.get(cookie_name(), "")
    if not session:
        raise SignedOut
    unsafe = request.method in CHANGING
    form = await request.form() if unsafe else FormData()
    if unsafe and not is_form_token(str(form.get("csrf", "")), session):
        raise ForeignForm
    given, form = _confirmation(form)
    request.state.form = form
    api, actor = await _signed_in(request, session)
    if given:
        session = await _confirmed(request, api, given)
        api, actor = await _signed_in(request, session)
    return Visit(request, actor, api, session, form, _uuid(place))


async def _signed_in(request: Request, session: str) -> tuple[Api, Actor]:
    token = await _exchange(request, session)
    headers = {
        CORRELATION: str(request.state.correlation_id),
        "Authorization": f"Bearer {token}",
        **passed_on(request),
    }
    actor = actor_of(token, "identity")
    request.state.language, request.state.has_factor = actor.language, actor.has_factor
    return Api(request.app.state.client, headers), actor


async def _confirmed(request: Request, api: Api, given: dict[str, str]) -> str:
    """The session's new token, once the services believe that it is still the same person."""
    try:
        answer = await api.tell("/identity/me/confirm", **given)
    except Refused as refused:
        raise NotConfirmed(refused) from None
    renewed = SessionOut.model_validate_json(answer.content).token
    request.state.renewed_session = renewed
    return renewed


def _confirmation(form: FormData) -> tuple[dict[str, str], FormData]:
    """Take the fields that confirm an identity out of a form: they are not its own."""
    given = {
        name.removeprefix(CONFIRM): text
        for name, text in form.multi_items()
        if name.startswith(CONFIRM) and isinstance(text, str)
    }
    own = [(name, value) for name, value in form.multi_items() if not name.startswith(CONFIRM)]
    return given, FormData(own)


async def _exchange(request: Request, session: str) -> str:
    try:
        answer = await stranger(request).tell(
            "/identity/tokens", credential=session, audience=AUDIENCE
        )
    except Refused as refused:
        if refused.status == 401:  # noqa: PLR2004
            raise SignedOut from None
        raise
    return AccessToken.model_validate_json(answer.content).access_token


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def sign_in_address(request: Request) -> str:
    """Where to sign in, and what to come back to. A change that was refused is not repeated."""
    if request.method in CHANGING or request.headers.get("hx-request"):
        return "/sign-in"
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(wanted)}" if wanted != "/" else "/sign-in"


Visitor = Annotated[Visit, Depends(_visit)]
