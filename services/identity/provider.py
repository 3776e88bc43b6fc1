"""The group's identity provider: where it signs people in, and who it says somebody is.

OpenID Connect, authorization code with PKCE. What the provider publishes about itself and its
keys is read at each sign-in, so that it can change them. What does not hold is logged with the
reason and refused without it.
"""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

import httpx2 as httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.identity.errors import NoProvider, ProviderRefused
from services.identity.tokens import derived
from shared.errors import Unavailable
from shared.settings import settings

log = structlog.get_logger()

ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519"]
TIMEOUT_S = 5
LONGEST_S = 10
LARGEST = 256_000
LEEWAY_S = 60
LONGEST_SUBJECT = 255
NEVER = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True)
class Vouched:
    """Somebody, as the provider names them, and when it last saw them prove it."""

    issuer: str
    subject: str
    at: datetime


def sign_in_address(secret: str, *, again: bool) -> str:
    """Where the browser goes. State, nonce and verifier are made of what only it will know."""
    about = _about_itself()
    challenge = hashlib.sha256(derived(secret, "verifier").encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": settings().oidc_client_id,
        "redirect_uri": _return_address(),
        "scope": "openid",
        "state": derived(secret, "state"),
        "nonce": derived(secret, "nonce"),
        "code_challenge": urlsafe_b64encode(challenge).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    if again:
        asked |= {"prompt": "login", "max_age": "0"}
    return f"{_endpoint(about, 'authorization_endpoint')}?{urlencode(asked)}"


def vouched_for(secret: str, code: str) -> Vouched:
    """Exchange the code for the provider's word on who came, and check it."""
    about = _about_itself()
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _return_address(),
        "code_verifier": derived(secret, "verifier"),
    }
    answer = _ask("POST", _endpoint(about, "token_endpoint"), data=form, auth=_credentials())
    published = _ask("GET", _endpoint(about, "jwks_uri"))
    try:
        keys = KeySet.import_key_set(published)  # type: ignore[arg-type]
    except (JoseError, KeyError, TypeError, ValueError):
        _refuse("no usable keys")
    claims = read(str(answer.get("id_token", "")), keys, secret)
    return Vouched(claims["iss"], claims["sub"], _seen_at(claims))


def read(token: str, keys: KeySet, secret: str) -> dict[str, Any]:
    """The claims of an ID token that this provider signed for us, now and for this browser."""
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        _wanted(secret).validate(claims)
    except (JoseError, KeyError, TypeError, ValueError) as error:
        _refuse(f"{type(error).__name__}: {error}")
    for_others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if for_others and claims.get("azp") != settings().oidc_client_id:
        _refuse("meant for others too, and not said to be for us")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        _refuse("no usable subject")
    return claims


def _wanted(secret: str) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": settings().oidc_issuer},
        aud={"essential": True, "value": settings().oidc_client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": derived(secret, "nonce")},
    )


def _seen_at(claims: dict[str, Any]) -> datetime:
    """When the provider last saw the person prove it; never, if it does not say."""
    said = claims.get("auth_time")
    return datetime.fromtimestamp(said, UTC) if isinstance(said, int) else NEVER


def _about_itself() -> dict[str, Any]:
    issuer = settings().oidc_issuer
    if not issuer:
        raise NoProvider
    about = _ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if about.get("issuer") != issuer:
        _refuse("another issuer than the settings name")
    return about


def _endpoint(about: dict[str, Any], name: str) -> str:
    """An address of the provider, as safe as that of the issuer itself."""
    address = str(about.get(name, ""))
    if urlsplit(address).scheme not in ("https", urlsplit(settings().oidc_issuer).scheme):
        _refuse(f"no safe {name}")
    return address


def _return_address() -> str:
    return f"{settings().base_url.rstrip('/')}/sign-in/sso/done"


def _credentials() -> tuple[str, str]:
    secret = settings().oidc_client_secret
    assert secret is not None  # noqa: S101  the settings do not start without
    return quote(settings().oidc_client_id, safe=""), quote(secret.get_secret_value(), safe="")


def _ask(method: str, url: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401  the client's own
    """Ask the provider: for seconds only, a small answer only, and of nobody it points to."""
    deadline = time.monotonic() + LONGEST_S
    body = b""
    try:
        with httpx.stream(method, url, timeout=TIMEOUT_S, follow_redirects=False, **sent) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > LARGEST or time.monotonic() > deadline:
                    _refuse("too large or too slow an answer")
    except httpx.HTTPError as error:
        log.warning("identity provider away", error=type(error).__name__)
        raise Unavailable from None
    if answer.status_code != httpx.codes.OK:
        _refuse(f"answered {answer.status_code}")
    try:
        said = json.loads(body)
    except ValueError:
        _refuse("no JSON")
    return said if isinstance(said, dict) else {}


def _refuse(reason: str) -> NoReturn:
    log.warning("identity provider not believed", reason=reason)
    raise ProviderRefused
