"""What makes settings fit to run with. Each refusal names the setting and what to do about it."""

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

DATABASES: Final = frozenset({"postgresql", "postgresql+psycopg", "postgres"})
BROKERS: Final = frozenset({"redis", "rediss"})
LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
SHORTEST_SECRET: Final = 16
FEWEST_CHARACTERS: Final = 6
WORTHLESS: Final = ("change", "secret", "password", "motdepasse", "postgres", "redis", "default")
WORTH: Final = 12
"""How much of a secret must be left when all that is guessed first is taken out of it."""

OF_A_SERVICE: Final = re.compile(r"QSE_[A-Z]+_(DATABASE|OWNER|REDIS)_URL")
OTHERS: Final = {"QSE_HOME", "QSE_IMAGE", "QSE_BIND", "QSE_MAILS_PORT", "QSE_WORKER_PROCESSES"}
"""What `qse` itself, `make` and the compose file read."""


def require_known(given: Iterable[str], known: set[str]) -> None:
    """A setting nobody reads was meant to be another one."""
    for name in sorted(given):
        if name in known | OTHERS or OF_A_SERVICE.fullmatch(name):
            continue
        near = difflib.get_close_matches(name, known, 1)
        advice = f"did you mean {near[0]}?" if near else "take it away"
        raise ValueError(f"{name} is not a setting; {advice}")


def require_address(name: str, url: str, *, plain: bool) -> None:
    """An origin that people type; by plain http only where nobody is on the way."""
    address = _split(name, url)
    if address.scheme not in ("https", "http") or not re.fullmatch(
        r"(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?", address.netloc
    ):
        raise ValueError(f"{name} must be https:// and the name of one host")
    if address.path not in ("", "/") or address.query or address.fragment:
        raise ValueError(f"{name} must end with its host or port")
    if address.scheme != "https" and address.hostname not in LOOPBACK and not plain:
        raise ValueError(f"{name} must be https, unless it is a loopback address")


def require_loopback(name: str, url: str, env: str) -> None:
    if urlsplit(url).hostname not in LOOPBACK:
        advice = "set QSE_ENV=production to serve others"
        raise ValueError(f"{name} must be a loopback address while QSE_ENV is {env}; {advice}")


def require_login(name: str, url: str, schemes: frozenset[str]) -> None:
    """An address of a server, with a password that is worth something."""
    address = _split(name, url)
    if address.scheme not in schemes or not address.hostname:
        raise ValueError(f"{name} must be an address that begins with {min(schemes)}://")
    password = unquote(address.password or "")
    if len(password) < SHORTEST_SECRET:
        raise ValueError(f"{name} needs a password of at least {SHORTEST_SECRET} characters")
    left = password.lower()
    for word in (*WORTHLESS, unquote(address.username or "")):
        left = left.replace(word.lower(), "") if len(word) > 2 else left  # noqa: PLR2004
    if len(left) < WORTH or len(set(left)) < FEWEST_CHARACTERS:
        raise ValueError(f"{name} has a password that is guessed first; generate a random one")


def require_different(given: Mapping[str, str]) -> None:
    """Two logins with one password are one secret: who learns it has both."""
    holders: dict[str, tuple[str, tuple[str, str | None]]] = {}
    for name, url in sorted(given.items()):
        address = urlsplit(url) if name.endswith("_URL") else None
        if address is None or not address.password:
            continue
        login = (address.scheme.partition("+")[0], address.username)
        other, known = holders.setdefault(address.password, (name, login))
        if known != login:
            raise ValueError(f"{name} has the password of {other}; generate one of its own")


def require_keys(public: str, private: str | None) -> None:
    """Published keys that can only check, and the one that signs among them."""
    published = {_kid(key): key for key in _published(public)}
    if private is None:
        return
    signing = _key("QSE_SIGNING_KEY", _json("QSE_SIGNING_KEY", private))
    if "d" not in signing:
        raise ValueError("QSE_SIGNING_KEY is not the private half of a key")
    if not _belong_together(signing, published.get(_kid(signing))):
        raise ValueError("QSE_SIGNING_KEY does not match any key of QSE_PUBLIC_KEYS")


def _belong_together(private: dict[str, Any], public: dict[str, Any] | None) -> bool:
    if public is None:
        return False
    signed = jws.serialize_compact({"alg": "Ed25519"}, b"", OKPKey.import_key(private), ["Ed25519"])
    try:
        jws.deserialize_compact(signed, OKPKey.import_key(public), ["Ed25519"])
    except JoseError:
        return False
    return True


def _published(public: str) -> list[dict[str, Any]]:
    found = _json("QSE_PUBLIC_KEYS", public).get("keys")
    if not isinstance(found, list) or not found:
        raise ValueError("QSE_PUBLIC_KEYS holds no key")
    keys = [_key("QSE_PUBLIC_KEYS", key) for key in found]
    if any("d" in key for key in keys):
        raise ValueError("QSE_PUBLIC_KEYS holds a private key; publish its public half only")
    if len({_kid(key) for key in keys}) < len(keys):
        raise ValueError("QSE_PUBLIC_KEYS names two keys alike; give each a kid of its own")
    return keys


def _key(name: str, given: Any) -> dict[str, Any]:  # noqa: ANN401  JSON
    try:
        key = OKPKey.import_key(given)
        material = {**key.as_dict(private=key.is_private), "kid": given["kid"]}
    except (JoseError, KeyError, TypeError, ValueError, AttributeError):
        material = {}
    if material.get("crv") != "Ed25519" or not material["kid"]:
        raise ValueError(f"{name} must hold Ed25519 keys as JSON, each with a kid")
    return material


def _kid(key: Mapping[str, Any]) -> str:
    return str(key["kid"])


def _json(name: str, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ValueError(f"{name} is not a JSON object")  # noqa: TRY004  a value's fault, as its neighbours
    return read


def _split(name: str, url: str) -> SplitResult:
    """Take an address apart. The error of the library would repeat it, password and all."""
    try:
        address = urlsplit(url)
        _ = address.port
    except ValueError:
        raise ValueError(f"{name} is not an address") from None
    return address
