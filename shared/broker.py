"""Who may do what on the Redis server: each service on its own stream, Celery on its own keys.

A service that is taken over can announce only what it may announce anyway. What it hears it can
read and acknowledge, and no login but the operator's sets the server up or empties it.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from shared.outbox import WAKE_CHANNEL
from shared.streams import answers_of, stream_of

OPERATOR: Final = "qse"
CELERY: Final = "qse_celery"
CELERY_PREFIX: Final = "celery."

_CONNECT: Final = "+ping +hello +auth +select +client|setname +client|id"


def login_of(service: str) -> str:
    return f"qse_{service}"


def users(passwords: Mapping[str, str]) -> list[str]:
    """List the server's users, a line each: the default one is off, so nobody is nameless."""
    lines = (f"user {name} on #{_digest(word)} {_rights(name)}" for name, word in passwords.items())
    return ["user default off", *lines]


def _rights(name: str) -> str:
    if name == OPERATOR:
        return "~* &* +@all"
    return _celery() if name == CELERY else _service(name.removeprefix("qse_"))


def _service(name: str) -> str:
    own = f"~{stream_of(name)} ~{answers_of(name)} &{WAKE_CHANNEL}"
    publish = "+xadd +xtrim +xrange +xlen +xpending +xinfo|groups +publish +subscribe +unsubscribe"
    hear = "+xreadgroup +xack +xautoclaim +xgroup|create +xinfo|groups +xinfo|consumers +exists"
    look = f"{_CONNECT} +info +time +scan +type"
    return f"{own} {look} {publish} ({hear} ~{stream_of('*')}) (+xadd ~{answers_of('*')})"


def _celery() -> str:
    return f"~{CELERY_PREFIX}* &* +@all -@admin -@dangerous +info"


def _digest(password: str) -> str:
    """The server keeps the hash, and is told no more."""
    return hashlib.sha256(password.encode()).hexdigest()
