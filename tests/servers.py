"""The real servers the tests run on: containers where a Docker engine answers, else embedded.

Both give the same two URLs. A database with every service's schema and the people of
`tests/world.py` is made once, and cloned for whoever needs one.
"""

import atexit
import json
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from joserfc.jwk import OKPKey
from sqlalchemy import create_engine, text

from services.identity import tokens
from shared import auth, broker, db
from shared.embedded import Postgres, Valkey
from shared.settings import settings

FILES = tempfile.mkdtemp(prefix="qse-tests-files-")
atexit.register(shutil.rmtree, FILES, ignore_errors=True)

NAMES = (
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


def docker_answers() -> bool:
    """Whether the tests run on containers: they do wherever an engine answers."""
    address = urlsplit(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    local = address.scheme == "unix"
    engine = socket.socket(socket.AF_UNIX if local else socket.AF_INET)
    engine.settimeout(3)
    with engine:
        try:
            engine.connect(address.path if local else (address.hostname, address.port))
            engine.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return b" 200 " in engine.recv(64)
        except OSError:
            return False


@contextmanager
def running() -> Iterator[tuple[str, str]]:
    """The URLs of a PostgreSQL (as its superuser) and of a Redis or Valkey."""
    with _containers() if docker_answers() else _embedded() as urls:
        yield urls


@contextmanager
def _embedded() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory(prefix="qse-tests-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        password = secrets.token_urlsafe(24)
        with (
            Postgres(home / "postgres", password) as postgres,
            Valkey(home / "valkey", password, logins=logins(password)) as valkey,
        ):
            yield postgres.url, valkey.url


@contextmanager
def _containers() -> Iterator[tuple[str, str]]:
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415  only with an engine
    from testcontainers.community.redis import RedisContainer  # noqa: PLC0415

    password = secrets.token_urlsafe(24)
    postgres = PostgresContainer(
        os.environ.get("POSTGRES_IMAGE", "postgres:16"), password=password, driver="psycopg"
    )
    image = os.environ.get("REDIS_IMAGE", "redis:7")
    redis = RedisContainer(image, password=password)
    redis.with_command(f"redis-server --bind 0.0.0.0 --requirepass {password} --appendonly yes")
    with postgres, redis:
        for user in broker.users({broker.OPERATOR: password, **logins(password)}):
            client: Any = redis.get_client()
            client.execute_command("ACL SETUSER", *user.split()[1:])
        host, port = redis.get_container_host_ip(), redis.get_exposed_port(6379)
        yield postgres.get_connection_url(), f"redis://qse:{password}@{host}:{port}/0"


def logins(password: str) -> dict[str, str]:
    """A login on the Redis server for each service and one for Celery."""
    return dict.fromkeys((broker.CELERY, *map(broker.login_of, NAMES)), password)


def named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def environment(database_url: str, redis_url: str, key: OKPKey) -> dict[str, str]:
    """The settings of a process that works on this database and this Redis."""
    address = urlsplit(database_url)
    urls = {
        f"QSE_{name.upper()}_DATABASE_URL": urlunsplit(
            address._replace(
                netloc=f"qse_{name}:{address.password}@{address.hostname}:{address.port}"
            )
        )
        for name in NAMES
    }
    server = urlsplit(redis_url)
    for name in (*NAMES, "celery"):
        of = f"qse_{name}:{server.password}@{server.hostname}:{server.port}"
        urls[f"QSE_{name.upper()}_REDIS_URL"] = urlunsplit(server._replace(netloc=of))
    return urls | {
        "QSE_READS_PER_MINUTE": "1000000",
        "QSE_WRITES_PER_MINUTE": "1000000",
        "QSE_ENV": "test",
        "QSE_DATABASE_URL": database_url,
        "QSE_REDIS_URL": redis_url,
        "QSE_SIGNING_KEY": json.dumps(key.as_dict(private=True)),
        "QSE_PUBLIC_KEYS": json.dumps({"keys": [key.as_dict(private=False)]}),
        "QSE_CHECKPOINT_KEY": json.dumps(key.as_dict(private=True)),
        "QSE_CHECKPOINT_KEYS": json.dumps({"keys": [key.as_dict(private=False)]}),
        "QSE_BASE_URL": "http://127.0.0.1:8080",
        "QSE_LOG_LEVEL": "WARNING",
        "QSE_FILES": FILES,
    }


def adopt(values: dict[str, str]) -> None:
    """Make these the settings of this process."""
    db.disconnect()
    os.environ.update(values)
    settings.cache_clear()
    auth.public_keys.cache_clear()
    tokens._signing_key.cache_clear()  # noqa: SLF001  its key is that of these settings


def execute(admin_url: str, *statements: str) -> None:
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def forget(name: str) -> None:
    os.environ.pop(name, None)
    settings.cache_clear()
