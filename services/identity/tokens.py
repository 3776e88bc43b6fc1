"""Secrets and signatures: password hashes, opaque tokens, signed access tokens."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import OKPKey
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from services.identity.errors import WeakPassword
from services.identity.schemas import LONGEST_PASSWORD
from shared.auth import ALGORITHM, ISSUER, KIND, LONGEST_LIFE_S, PERSONAL
from shared.settings import Misconfigured, settings

SESSION = "qses_"
ENTROPY_BYTES = 32
FEWEST_GUESSES = 10**8
CHOSEN_FIRST = (
    "motdepasse", "azerty", "azertyuiop", "bonjour", "bienvenue", "soleil", "qualite", "qualité",
    "securite", "sécurité", "environnement", "audit", "admin", "administrateur", "qse", "hse",
    "janvier", "fevrier", "mars", "avril", "juin", "juillet", "septembre", "octobre", "novembre",
    "decembre", "printemps", "automne", "hiver",
)  # fmt: skip


_HASHING = threading.BoundedSemaphore(4)
"""Many who sign in at once wait for each other, rather than take 46 MiB each."""


@cache
def _hasher() -> PasswordHash:
    """Argon2id with 46 MiB, one pass: about 50 ms on a small host, the floor OWASP advises."""
    return PasswordHash([Argon2Hasher(memory_cost=47_104, time_cost=1, parallelism=1)])


@cache
def _nobodys_hash() -> str:
    return hash_password(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    with _HASHING:
        return _hasher().hash(password)


def password_fits(password: str, hashed: str | None) -> bool:
    """Take as long for somebody who is not there as for somebody who is."""
    nobodys = _nobodys_hash()
    with _HASHING:
        fits = _hasher().verify(password, hashed or nobodys)
    return fits and hashed is not None


def hash_of_strong(password: str, name: str, email: str) -> str:
    """The hash of a password for which a guesser who knows the person needs 10^8 tries or more.

    The estimate is zxcvbn's, with its lists of common passwords, names and words; ours are what
    people of this trade and language choose first. It asks for no particular kinds of characters.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415  15 MB of lists, for the few who set a password

    known = (name, *name.split(), email, email.split("@", maxsplit=1)[0], *CHOSEN_FIRST)
    found = zxcvbn(password, user_inputs=known, max_length=LONGEST_PASSWORD)
    if found["guesses"] < FEWEST_GUESSES:
        raise WeakPassword
    return hash_password(password)


def new_session_token() -> str:
    return SESSION + secrets.token_urlsafe(ENTROPY_BYTES)


def new_personal_token() -> str:
    return PERSONAL + secrets.token_urlsafe(ENTROPY_BYTES)


def new_secret() -> str:
    """For a link, or a handshake with the identity provider."""
    return secrets.token_urlsafe(ENTROPY_BYTES)


def derived(secret: str, purpose: str) -> str:
    """One of several values that only who knows the secret can make."""
    made = hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def fingerprint(token: str) -> str:
    """What is kept of a token. It is random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _signing_key() -> OKPKey:
    key = settings().signing_key
    if key is None:
        raise Misconfigured("QSE_SIGNING_KEY is not set; identity signs with it")
    return OKPKey.import_key(json.loads(key.get_secret_value()))


def access_token(claims: dict[str, Any], audience: list[str]) -> tuple[str, int]:
    """Sign what a person may do, for some services and for a minute; and say for how long.

    Claims that hold for less say so in `exp`.
    """
    key = _signing_key()
    issued = round(time.time(), 3)
    body = {**claims, "iss": ISSUER, "aud": audience}
    expires = min(issued + LONGEST_LIFE_S, claims.get("exp", issued + LONGEST_LIFE_S))
    body |= {"iat": issued, "exp": expires}
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": KIND}
    return jwt.encode(header, body, key, algorithms=[ALGORITHM]), int(expires - issued)
