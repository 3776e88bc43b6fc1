"""What is looked at before a process starts: it refuses, by name, what is not fit to run with."""

import time
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from shared import db
from shared.auth import SYSTEM
from shared.fit import OF_A_SERVICE
from shared.settings import Misconfigured, Settings, given_settings, name_of, settings
from shared.work import UnitOfWork, unit_of_work

PATIENCE_S: Final = 20.0
MASK: Final = "********"

TOO_STRONG: Final = text(
    "select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = current_user"
)
OWN: Final = text("""select c.relname from pg_class c
    where c.relnamespace = cast(:schema as regnamespace)
    and pg_has_role(current_user, c.relowner, 'member') limit 1""")
OPEN: Final = text("""select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = cast(:schema as regnamespace) and c.relkind in ('r', 'p')
    and a.attname = 'site_id' and not a.attisdropped
    and not (c.relrowsecurity and c.relforcerowsecurity) limit 1""")


def require_fit(names: Sequence[str]) -> None:
    """Refuse to start these services on settings, a role or a server that protects nothing."""
    brokers = {f"QSE_{n.upper()}_REDIS_URL": settings().redis_url_of(n) for n in names}
    for name in names:
        settings().url_of(name)
    for name in names:
        _require_role(name)
    for setting, url in brokers.items():
        _require_broker(setting, url)
    db.disconnect()  # who forks after this must not share what was opened here


def _require_role(name: str) -> None:
    setting = f"QSE_{name.upper()}_DATABASE_URL"
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            with unit_of_work(name, SYSTEM) as uow:
                wrong = role_problem(uow)
            break
        except ProgrammingError:
            raise Misconfigured(f"{setting}: there is no schema {name}; run: qse migrate") from None
        except OperationalError as error:
            hopeless = "authentication failed" in str(error) or "does not exist" in str(error)
            if hopeless or time.monotonic() > deadline:
                raise Misconfigured(f"{setting} opens no database") from None
            time.sleep(0.5)
    if wrong:
        raise Misconfigured(f"{setting} names a login with {wrong}")


def role_problem(uow: UnitOfWork) -> str | None:
    """What the login of a service may that no service may, and what to do about it."""
    schema = {"schema": uow.service}
    if uow.session.scalar(TOO_STRONG):
        return "more rights than a service may have; use the one that `qse migrate` makes"
    if uow.session.scalar(OWN, schema):
        return "the rights of the owner of its tables; use the one that `qse migrate` makes"
    table = uow.session.scalar(OPEN, schema)
    if table:
        return f"no row-level security forced on {table}; run: qse migrate"
    return None


def _require_broker(setting: str, url: str) -> None:
    """Nobody may enter without a name and password. One that is away is waited for later."""
    address = urlsplit(url)
    place: dict[str, Any] = {"host": address.hostname, "port": address.port or 6379}
    secure = address.scheme == "rediss"
    client = Redis(**place, ssl=secure, socket_timeout=5, retry=Retry(NoBackoff(), 0))
    try:
        client.ping()
    except RedisError:
        return
    finally:
        client.close()
    raise Misconfigured(f"{setting}: that server lets anybody in; set the user `default` off")


def effective() -> Iterator[str]:
    """The settings as the processes see them; what is secret is there, and that is all it says."""
    held = settings()
    known = {name_of(field): getattr(held, field) for field in Settings.model_fields}
    of_services = {n: url for n, url in given_settings().items() if OF_A_SERVICE.fullmatch(n)}
    for name, value in sorted((of_services | known).items()):
        secret = name.endswith(("_KEY", "_SECRET")) and value is not None
        shown = MASK if secret else _masked(value)
        yield f"{name}={shown}"


def _masked(value: object) -> str:
    """Of an address only its password is a secret."""
    if value is None:
        return ""
    plain = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
    password = urlsplit(plain).password if "://" in plain else None
    if password:
        return plain.replace(f":{password}@", f":{MASK}@")
    return MASK if hasattr(value, "get_secret_value") and "://" not in plain else plain
