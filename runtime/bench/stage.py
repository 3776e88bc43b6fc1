"""The platform under test: its own servers in a temporary folder, and its real processes."""

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from redis import Redis
from sqlalchemy import make_url

from runtime import home as homes
from runtime.migrate import migrate
from runtime.services import SERVICES
from runtime.supervisor import Child, Process, Supervisor
from runtime.up import answers, workers
from shared import db
from shared.child import free_port
from shared.outbox import operate

FLOOR = "floor"
GRACE_S = 10.0
NOT_OURS = ("QSE_SMTP_URL", "QSE_MAIL_SINK_URL")
"""No mail server is set: the chain ends at the inbox, and a mail server is not what is measured."""

UNHURRIED = {"QSE_READS_PER_MINUTE": "1000000", "QSE_WRITES_PER_MINUTE": "1000000"}
"""A person's share of a minute is not what is measured either."""

FIGURES = ("value", "alert", "known_action", "known_finding")


@dataclass
class Stage:
    """Two databases with the same group in them: the platform's, and one for the floor."""

    settings: Mapping[str, str]
    supervisor: Supervisor
    servers: list[int]
    """The process ids of PostgreSQL and Valkey."""

    def url(self, service: str, database: str | None = None) -> str:
        """The address of a service's tables for libpq, on the platform's database or another."""
        url = make_url(self.settings[f"QSE_{service.upper()}_DATABASE_URL"])
        return _for_libpq(url.set(database=database or url.database).render_as_string(False))  # noqa: FBT003

    def owner(self, database: str | None = None) -> "psycopg.Connection[psycopg.rows.TupleRow]":
        url = make_url(self.settings[homes.DATABASE])
        url = url.set(database=database or url.database)
        given = _for_libpq(url.render_as_string(hide_password=False))
        return psycopg.connect(given, autocommit=True)

    def redis(self, number: int = 0) -> "Redis":
        """The platform's streams, or those of the floor, which are not heard by the platform."""
        client = operate()
        client.connection_pool.connection_kwargs["db"] = number
        return client

    def clone(self) -> None:
        """Copy what the group is so far into the floor's database."""
        db.disconnect()
        platform = make_url(self.settings[homes.DATABASE]).database
        with self.owner("template1") as owner:
            owner.execute(f"create database {FLOOR} template {platform}")

    def forget_figures(self) -> None:
        """Have every site be without an alert again, so that the next chain there raises one."""
        tables = ", ".join(f"indicators.{name}" for name in FIGURES)
        for database in (None, FLOOR):
            with self.owner(database) as owner:
                owner.execute(f"truncate {tables}")

    def start_processes(self) -> list[int]:
        """Start web, workers and Celery as `qse up` does, and give their process ids."""
        qse = [sys.executable, "-m", "runtime"]
        celery = [sys.executable, "-m", "celery", "-A", "runtime.celery", "worker"]
        ready = f"{self.settings['QSE_BASE_URL']}/api/v1/identity/health/ready"
        children = (
            Child("web", [*qse, "web", "all"], ready=lambda: answers(ready)),
            *(Child(name, [*qse, *words]) for name, words in workers().items()),
            Child("worker", [*celery, "-c", "1", "--without-mingle", "--loglevel", "WARNING"]),
        )
        logs = self.supervisor.logs
        started = [Process(child, logs / f"{child.name}.log", GRACE_S) for child in children]
        self.supervisor.start(*started)
        return [process.pid for process in started]


@contextmanager
def stage() -> Iterator[Stage]:
    """Servers with every service's schema. Nothing of an installation's own home is touched."""
    with tempfile.TemporaryDirectory(prefix="qse-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        _forget_environment()
        settings = homes.prepare(home, SERVICES, free_port())
        os.environ["QSE_HOME"] = folder
        os.environ.update({n: value for n, value in settings.items() if n not in NOT_OURS})
        os.environ.update(UNHURRIED)
        with Supervisor(home) as supervisor:
            servers = homes.servers(home, settings)
            supervisor.start(*servers)
            migrate(list(SERVICES))
            yield Stage(settings, supervisor, [server.pid for server in servers])
            db.disconnect()


def _forget_environment() -> None:
    for name in [name for name in os.environ if name.startswith("QSE_")]:
        del os.environ[name]


def _for_libpq(url: str) -> str:
    return url.replace("postgresql+psycopg", "postgresql")
