"""Fixtures every test may use: real servers, real logins, real row-level security."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import structlog
from aiosmtpd.controller import Controller
from fastapi.testclient import TestClient
from joserfc.jwk import OKPKey
from sqlalchemy import Connection

from runtime.migrate import migrate
from runtime.services import SERVICES
from shared import db, outbox
from shared.auth import Actor
from shared.child import free_port
from shared.work import UnitOfWork, unit_of_work
from tests import servers
from tests.helpers import Bus, all_services, beside, token_of
from tests.live import Letters, Live
from tests.processes import platform_running
from tests.world import WORLD, World, settle_world

pytest_plugins = ["tests.promises", "tests.sso"]

HELD = "PLATFORM_OF_THE_TESTS"
"""Names servers that are up already, for runs of tests in quick succession."""


def pytest_configure(config: pytest.Config) -> None:
    # Left to itself, structlog draws each error with all its variables, and takes ten seconds.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], console])
    if servers.docker_answers():
        # The Docker client leaves sockets to the garbage collector, and we cannot close them.
        for line in ("ignore:unclosed:ResourceWarning", "ignore:Exception ignored in. <socket"):
            config.addinivalue_line("filterwarnings", line)


class Platform:
    """The servers of this test run, and how to get a database of one's own."""

    def __init__(self, postgres_url: str, redis_url: str, key: OKPKey | None = None) -> None:
        self.postgres_url = postgres_url
        self.redis_url = redis_url
        self.key = key or OKPKey.generate_key("Ed25519", auto_kid=True)
        self.made = 0

    def environment(self, database: str) -> dict[str, str]:
        url = servers.named(self.postgres_url, database)
        return servers.environment(url, self.redis_url, self.key)

    def clone(self) -> str:
        """A fresh database with every schema and the world in it."""
        self.made += 1
        name = f"qse_{os.getpid()}_{self.made}"
        servers.execute(self.postgres_url, f"create database {name} template qse_template")
        return name

    def drop(self, database: str) -> None:
        servers.execute(self.postgres_url, f"drop database {database} with (force)")


@contextmanager
def running_platform() -> Iterator[Platform]:
    """Servers with every service's schema, and the world, ready to be cloned."""
    if HELD in os.environ:
        postgres_url, redis_url, key = json.loads(os.environ[HELD])
        yield Platform(postgres_url, redis_url, OKPKey.import_key(key))
        return
    with servers.running() as (postgres_url, redis_url):
        made = Platform(postgres_url, redis_url)
        servers.execute(postgres_url, "create database qse_template")
        servers.adopt(made.environment("qse_template"))
        migrate(list(SERVICES))
        settle_world()
        Bus().deliver_all()
        db.disconnect()
        yield made
        db.disconnect()


@pytest.fixture(scope="session")
def platform() -> Iterator[Platform]:
    with running_platform() as made:
        yield made


@pytest.fixture(scope="session")
def database(platform: Platform) -> Iterator[str]:
    """The database of all tests that are undone."""
    name = platform.clone()
    yield name
    platform.drop(name)


@pytest.fixture(scope="session")
def logins(platform: Platform, database: str) -> Iterator[dict[str, Connection]]:
    servers.adopt(platform.environment(database))
    with connected() as connections:
        yield connections


@contextmanager
def connected() -> Iterator[dict[str, Connection]]:
    """One connection per service, as that service's own role."""
    engines = {name: db.open_pool(name) for name in SERVICES}
    connections = {name: engine.connect() for name, engine in engines.items()}
    yield connections
    for name, connection in connections.items():
        connection.close()
        engines[name].dispose()


@contextmanager
def undoing(connections: dict[str, Connection]) -> Iterator[None]:
    """Everything that changes meanwhile, in every service, is rolled back."""
    db.disconnect()
    transactions = [connection.begin() for connection in connections.values()]
    for name, connection in connections.items():
        db.use(name, connection)
    yield
    for transaction in transactions:
        transaction.rollback()
    db.disconnect()


@pytest.fixture
def undone(
    platform: Platform, database: str, logins: dict[str, Connection]
) -> Iterator[dict[str, Connection]]:
    """Everything a test changes, in every service, is rolled back after it."""
    servers.adopt(platform.environment(database))
    with undoing(logins):
        yield logins


@pytest.fixture(scope="module")
def logins_of_web(web: object) -> Iterator[dict[str, Connection]]:
    with connected() as connections:
        yield connections


@pytest.fixture
def undone_at_web(logins_of_web: dict[str, Connection]) -> Iterator[None]:
    """The same on the database of the module's `web`, where many tests each make things.

    Whoever plans an audit is weighed with all they are on: the more there are, the slower.
    """
    with undoing(logins_of_web):
        yield


@pytest.fixture
def own_database(platform: Platform) -> Iterator[str]:
    """A database of the test's own, where commits are real: for races, processes and portals."""
    name = platform.clone()
    servers.adopt(platform.environment(name))
    yield name
    db.disconnect()
    platform.drop(name)


@pytest.fixture
def world(undone: dict[str, Connection]) -> World:
    return WORLD


Work = Callable[..., AbstractContextManager[UnitOfWork]]


@pytest.fixture
def work(undone: dict[str, Connection]) -> Work:
    """A unit of work as somebody, for something: `work("audit", world.diane, "audit:conduct")`."""

    def start(service: str, actor: Actor, permission: str) -> AbstractContextManager[UnitOfWork]:
        return unit_of_work(service, actor, permission=permission)

    return start


@pytest.fixture
def bus(undone: dict[str, Connection]) -> Bus:
    return Bus()


Api = Callable[[Actor], TestClient]


@pytest.fixture
def api(undone: dict[str, Connection]) -> Iterator[Api]:
    """A program that calls the services with somebody's token."""
    with TestClient(all_services()) as web:

        def client(actor: Actor) -> TestClient:
            headers = {"Authorization": f"Bearer {token_of(actor)}"}
            return beside(web, headers=headers, raise_server_exceptions=False)

        yield client


@pytest.fixture
def live(platform: Platform, own_database: str, tmp_path: Path) -> Iterator[Live]:
    """Web, workers and Celery as processes of their own, on a database of the test's own."""
    letters = Letters()
    smtp = Controller(letters, hostname="127.0.0.1", port=free_port())
    smtp.start()
    environment = platform.environment(own_database)
    environment["QSE_SMTP_URL"] = f"smtp://127.0.0.1:{smtp.port}"
    outbox._caller.cache_clear()  # noqa: SLF001  its address is that of this test's server
    with outbox.operate() as redis:
        redis.flushall()
    servers.adopt(environment)
    try:
        with platform_running(environment, tmp_path) as url:
            yield Live(url, letters)
    finally:
        smtp.stop()
        servers.forget("QSE_SMTP_URL")
