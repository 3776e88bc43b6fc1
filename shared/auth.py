"""Who is asking, and what they may do where."""

import base64
import csv
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.errors import Forbidden, Unauthenticated
from shared.limits import Pace
from shared.settings import settings

SYSTEM_ID = UUID(int=0)
ALGORITHM = "Ed25519"
ISSUER = "identity"
KIND = "at+jwt"
HEADER = {"alg", "kid", "typ"}
LONGEST_TOKEN = 64_000
PERSONAL = "qse_"
READING = ":read"
LONGEST_LIFE_S = 60
LEEWAY_S = 2

OUTSIDERS: Final = frozenset({"certifier", "inspector"})
"""The roles of people who do not belong to the group. All that they ask for is kept."""

Places = frozenset[UUID] | None
"""Nodes of the tree; None stands for all of them, today's and tomorrow's."""

NOWHERE: Final = frozenset[UUID]()


@dataclass(frozen=True)
class Grant:
    """A role, held on a node of the tree and so on everything below it."""

    role: str
    places: Places
    process: str | None = None

    def covers(self, place: UUID | None) -> bool:
        """Whether it holds at a place; what belongs to no place is the whole group's."""
        return self.places is None or place in self.places


@dataclass(frozen=True)
class Actor:
    """A person or a process on whose authority something is done."""

    id: UUID
    name: str
    grants: tuple[Grant, ...] = ()
    language: str = "fr"
    session: UUID | None = None
    """The portal's session that this person acts in; a program's token belongs to none."""
    confirmed_at: datetime | None = None
    """When this session last saw the person's password or key: signing wants it fresh."""
    reads_only: bool = False
    has_factor: bool = False
    """Whether a code of an app is asked for too when they confirm who they are."""
    credential: UUID | None = None
    """The session or personal token that the access token was exchanged for."""
    issued_at: datetime | None = None
    """When the access token was signed: what ended since then is refused, see shared/ended.py."""
    all_powerful: bool = field(default=False, repr=False)

    @property
    def is_outsider(self) -> bool:
        """Whether a role of theirs is for people from outside, whatever else they hold."""
        return any(grant.role in OUTSIDERS for grant in self.grants)

    def places(self, permission: str) -> Places:
        """Where this actor holds the permission."""
        if self.all_powerful:
            return None
        if self.reads_only and not permission.endswith(READING):
            return NOWHERE
        held = [grant.places for grant in self.grants if permission in permissions_of(grant.role)]
        if any(places is None for places in held):
            return None
        return NOWHERE.union(*(places for places in held if places is not None))

    def require(self, permission: str) -> None:
        if self.places(permission) == NOWHERE:
            raise Forbidden(permission=permission)

    def may(self, permission: str, place: UUID) -> bool:
        places = self.places(permission)
        return places is None or place in places


SYSTEM = Actor(SYSTEM_ID, "QSE", all_powerful=True)


@cache
def matrix() -> dict[str, frozenset[str]]:
    """The reviewed matrix: which permissions each role gives. Ungranted means refused."""
    path = Path(__file__).with_name("permissions.csv")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    roles = [name for name in rows[0] if name != "permission"]
    return {role: frozenset(r["permission"] for r in rows if r[role] == "x") for role in roles}


def permissions_of(role: str) -> frozenset[str]:
    return matrix().get(role, frozenset())


@cache
def public_keys() -> KeySet:
    return KeySet.import_key_set(json.loads(settings().public_keys))


def actor_of(token: str, service: str) -> Actor:
    """Check an access token offline: its form, signature, issuer, audience and age."""
    try:
        _require_form(token)
        signed = jws.deserialize_compact(token, public_keys(), algorithms=[ALGORITHM])
        claims = _read(signed.payload)
        _check(claims, service)
        return actor_from(claims)
    except (JoseError, AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise Unauthenticated from None


def _require_form(token: str) -> None:
    """Read only tokens as identity writes them.

    What a header says about other keys, or other ways to check them, is not even looked at.
    """
    encoded = token[:LONGEST_TOKEN].partition(".")[0]
    header = _read(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    known = {key.kid for key in public_keys().keys}
    well_formed = header.keys() == HEADER and header["typ"] == KIND and header["kid"] in known
    if len(token) > LONGEST_TOKEN or not well_formed:
        raise ValueError


def _read(text: bytes) -> dict[str, Any]:
    """A JSON object that says everything once: of two claims, two readers may take either."""
    try:
        read = json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError from None
    if not isinstance(read, dict):
        raise TypeError
    return read


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError
    return read


def actor_from(claims: dict[str, Any]) -> Actor:
    """The person that identity's claims speak of."""
    return Actor(
        UUID(claims["sub"]),
        str(claims["name"]),
        tuple(_grant(grant) for grant in claims["grants"]),
        str(claims.get("lang", "fr")),
        UUID(claims["sid"]) if claims.get("sid") else None,
        datetime.fromtimestamp(claims["auth"], UTC) if claims.get("auth") else None,
        bool(claims.get("ro")),
        bool(claims.get("fa")),
        UUID(claims["cid"]) if claims.get("cid") else None,
        datetime.fromtimestamp(claims["iat"], UTC) if claims.get("iat") else None,
    )


def _check(claims: dict[str, Any], service: str) -> None:
    now = time.time()
    fresh = claims["iat"] - LEEWAY_S <= now < claims["exp"]
    short = claims["exp"] - claims["iat"] <= LONGEST_LIFE_S
    meant = isinstance(claims["aud"], list) and service in claims["aud"]
    if not (fresh and short and meant and claims["iss"] == ISSUER):
        raise ValueError


def _grant(claim: dict[str, Any]) -> Grant:
    places = None if claim["sites"] == "*" else frozenset(UUID(id) for id in claim["sites"])
    return Grant(claim["role"], places, claim.get("process"))


Exchange = Callable[[str, str], Awaitable[str]]
"""Turns a personal token into an access token for one service; lives in `app.state.exchange`."""


bearer = HTTPBearer(auto_error=False, description="An access token or a personal one.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]


def current_actor(service: str) -> Any:  # noqa: ANN401  what Depends() itself returns
    """Tell who calls: an access token is read here, a personal one is first exchanged."""

    async def actor(request: Request, given: Bearer) -> Actor:
        pace: Pace = request.app.state.pace
        try:
            found = await _caller(request.app.state.exchange, service, given)
        except Unauthenticated:
            # Whoever guesses is known by their address only. Guessing is no reading.
            pace.keep(request.client.host if request.client else "", "GUESS")
            raise
        pace.keep(str(found.id), request.method)
        return found

    return Depends(actor)


async def _caller(
    exchange: Exchange, service: str, given: HTTPAuthorizationCredentials | None
) -> Actor:
    if given is None:
        raise Unauthenticated
    token = given.credentials
    if token.startswith(PERSONAL):
        token = await exchange(token, service)
    return actor_of(token, service)
