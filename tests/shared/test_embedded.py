"""The embedded servers as they are met: started, stopped, killed, and left by a killed parent."""

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared.child import CannotStart, FolderInUse, PortInUse
from shared.embedded import Postgres, Valkey
from shared.servers import Server

ROOT = Path(__file__).parents[2]
PASSWORD = 'd\'un "mot" \\ de passe % long'

PARENT = """
import signal, sys
from pathlib import Path
from shared.embedded import Postgres, Valkey
kind, folder, port = sys.argv[1:]
server = {"postgres": Postgres, "valkey": Valkey}[kind](Path(folder), "p" * 20, int(port))
server.start()
print(server.pid, flush=True)
signal.pause()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "données d'un essai"


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    with Postgres(folder, PASSWORD) as server:
        yield server


@pytest.fixture
def valkey(folder: Path) -> Iterator[Valkey]:
    with Valkey(folder, PASSWORD) as server:
        yield server


def connect(server: Server) -> psycopg.Connection:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True)


def client(server: Server, password: str = PASSWORD) -> redis.Redis:
    once = Retry(NoBackoff(), 0)
    return redis.Redis(
        port=server.port, username="qse", password=password, decode_responses=True, retry=once
    )


def argv_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(true: Callable[[], bool], within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_postgres_asks_for_the_password_and_hides_it(postgres: Postgres) -> None:
    with connect(postgres) as connection:
        facts = connection.execute(
            "select current_setting('data_checksums'), current_setting('listen_addresses'),"
            " current_setting('jit'), datlocprovider, datlocale, rolpassword like 'SCRAM-SHA-256%'"
            " from pg_database, pg_authid where datname = 'postgres' and rolname = 'postgres'"
        ).fetchone()

    assert facts == ("on", "127.0.0.1", "off", "b", "C.UTF-8", True)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(host="127.0.0.1", port=postgres.port, user="postgres", password="other")
    assert PASSWORD not in argv_of(postgres.pid)
    assert not (postgres.folder / "password").exists()


def test_valkey_asks_for_the_password_and_hides_it(valkey: Valkey) -> None:
    with client(valkey) as mine:
        configuration = mine.config_get("appendonly", "appendfsync", "maxmemory-policy", "save")
        assert configuration == {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
        }
    with client(valkey, "something else") as other, pytest.raises(redis.AuthenticationError):
        other.ping()
    assert PASSWORD not in argv_of(valkey.pid)
    assert stat.S_IMODE((valkey.folder / "valkey.conf").stat().st_mode) == 0o600


def test_postgres_keeps_what_was_committed_when_it_is_killed(postgres: Postgres) -> None:
    with connect(postgres) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as number")
    port = postgres.port

    postgres.kill()
    assert not postgres.running
    postgres.start()

    with connect(postgres) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (1000,)
    assert postgres.port == port


def test_postgres_starts_when_its_pid_file_names_another_program(postgres: Postgres) -> None:
    postgres.kill()
    lines = (postgres.data / "postmaster.pid").read_text().splitlines()
    (postgres.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:], ""]))

    postgres.start()

    assert postgres.running


def test_postgres_starts_on_the_data_of_an_earlier_run(folder: Path) -> None:
    with Postgres(folder, PASSWORD, durable=False) as first, connect(first) as connection:
        connection.execute("create table kept (number int)")

    with Postgres(folder, PASSWORD) as second, connect(second) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
        assert "was not properly shut down" not in second.log.read_text()

    with pytest.raises(CannotStart, match="refuses the password"):
        Postgres(folder, "another password").start()


def test_valkey_starts_after_its_tail_was_cut(valkey: Valkey) -> None:
    with client(valkey) as mine:
        for _ in range(100):
            mine.incr("counted")
        mine.config_set("appendfsync", "always")
        mine.incr("counted")
    valkey.kill()
    log = next((valkey.data / "appendonlydir").glob("*.incr.aof"))
    os.truncate(log, log.stat().st_size - 7)

    valkey.start()

    with client(valkey) as mine:
        assert mine.get("counted") == "100"


def test_a_second_server_on_the_folder_is_refused(valkey: Valkey) -> None:
    with pytest.raises(FolderInUse, match=f"{valkey.folder.name}.*process {os.getpid()}"):
        Valkey(valkey.folder, PASSWORD).start()
    assert valkey.running


def test_a_taken_port_is_refused(valkey: Valkey, tmp_path: Path) -> None:
    with pytest.raises(PortInUse, match=str(valkey.port)):
        Valkey(tmp_path / "other", PASSWORD, valkey.port).start()
    assert valkey.running


def test_a_server_that_cannot_start_says_why(folder: Path) -> None:
    with Postgres(folder, PASSWORD, durable=False) as server:
        pass
    (server.data / "PG_VERSION").write_text("12\n")

    with pytest.raises(CannotStart, match="initialized by PostgreSQL version 12"):
        server.start()


def test_servers_are_started_from_the_main_thread_only(folder: Path) -> None:
    refusals: list[str] = []

    def start() -> None:
        try:
            Valkey(folder, PASSWORD).start()
        except CannotStart as refused:
            refusals.append(str(refused))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert "main thread" in refusals[0]


@pytest.mark.parametrize("kind", [Postgres, Valkey])
def test_a_killed_parent_leaves_no_server(folder: Path, kind: type[Server]) -> None:
    server = kind(folder, "p" * 20)
    parent = subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", PARENT, server.name, str(folder), str(server.port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        left = int(parent.stdout.readline()) if parent.stdout else 0
        with pytest.raises(FolderInUse):
            server.start()
        parent.kill()

    with server:
        assert not alive(left)
        assert server.running


def test_a_server_that_outlived_its_parent_is_ended_and_no_other(
    folder: Path, tmp_path: Path
) -> None:
    other = Valkey(tmp_path / "other", PASSWORD)
    frozen = Valkey(folder, PASSWORD)
    with other, frozen:
        # What a killed parent leaves for a moment: a server, and a lock that nobody holds.
        frozen._let_go()  # noqa: SLF001
        left = frozen.pid

        with Valkey(folder, PASSWORD, frozen.port) as again:
            assert not alive(left)
            assert again.running
            assert other.running


def test_ending_a_server_twice_changes_nothing(folder: Path) -> None:
    server = Valkey(folder, PASSWORD)
    server.start()
    server.start()
    os.kill(server.pid, signal.SIGKILL)
    assert eventually(lambda: not server.running)
    server.start()
    server.stop()
    server.stop()
    assert not server.running
