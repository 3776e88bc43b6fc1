"""What PostgreSQL and Valkey have in common when they run as children of this process.

Root may not run PostgreSQL, so for root both servers run as another account. That account is
handed an open descriptor of the folder and enters through it: no parent folder has to be opened
to others. Only the programs need a path it can walk; see shared/programs.py.
"""

import hashlib
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import IO, ClassVar, Self

from shared.child import (
    LOOPBACK,
    CannotStart,
    PortInUse,
    free_port,
    is_free,
    only_one,
    open_log,
    tail,
    tied,
)
from shared.programs import Account, account_for, identity

START_S = 120.0
STOP_S = 30.0
ORPHAN_S = 10.0
POLL_S = 0.01
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}


class Server(ABC):
    """One server on one folder: started, stopped or killed, and started again on its port.

    Start it from the main thread. It ends with that thread, however that one ends.
    """

    name: ClassVar[str]
    binary: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    host: ClassVar[str] = LOOPBACK

    def __init__(self, folder: Path, password: str, port: int | None = None) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.port = port or free_port()
        self.password = password
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise CannotStart(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> None:
        """Return when the server accepts our password. Data of an earlier run is kept."""
        if self.running:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        self._lock = self._lock or only_one(self.folder)
        try:
            self._end_leftovers(ORPHAN_S)
            self._require_port()
            self._prepare()
            self._process = self._spawn(self._command, self.stop_signal)
            self._wait()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End cleanly: committed work is on disk and the next start has nothing to repair."""
        if self._process is not None and self.running:
            self._process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_S)
        self.kill()

    def kill(self) -> None:
        """End the whole server by SIGKILL, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._end_leftovers(0)
        self._let_go()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def _prepare(self) -> None: ...

    @abstractmethod
    def _command(self, folder: str) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...

    def _spawn(
        self, command: Callable[[str], list[str]], last_signal: signal.Signals
    ) -> subprocess.Popen[bytes]:
        account = self._account
        with self._entry() as (folder, descriptors), open_log(self.log) as log:
            return subprocess.Popen(  # noqa: S603
                command(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=ENVIRONMENT,
                pass_fds=descriptors,
                **identity(account),
                **tied(last_signal),
            )

    def _let_go(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _require_port(self) -> None:
        if not is_free(self.port):
            raise PortInUse(f"Port {self.port} of {self.name} is taken by another program.")

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while not self._answers():
            if not self.running or time.monotonic() > deadline:
                raise CannotStart(f"{self.name} did not start. {self.log} ends:\n{tail(self.log)}")
            time.sleep(POLL_S)

    @property
    def _account(self) -> Account:
        return account_for(self.data)

    @contextmanager
    def _entry(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the folder as the account reaches it, and the descriptors that this takes."""
        if self._account is None:
            yield str(self.folder), ()
            return
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)

    def _give(self, path: Path) -> Path:
        account = self._account
        if account is not None:
            os.chown(path, account.pw_uid, account.pw_gid)
        return path

    @cached_property
    def _tag(self) -> str:
        """Marks our processes. A copy of the folder, or another container's, has another one."""
        found = self.folder.stat()
        place = f"{self.folder}:{found.st_dev}:{found.st_ino}"
        return f"qse-{hashlib.sha256(place.encode()).hexdigest()[:16]}"

    def _end_leftovers(self, patience: float) -> None:
        """End what a killed run left on this folder: asked first, then killed. Nothing else."""
        main = [pid for pid, is_main in self._processes() if is_main]
        deadline = time.monotonic() + (patience if main else 0)
        for pid in main:
            _signal(pid, self.stop_signal if patience else signal.SIGKILL)
        while left := self._processes():
            if time.monotonic() > deadline:
                for pid, _ in left:
                    _signal(pid, signal.SIGKILL)
            time.sleep(POLL_S)

    def _processes(self) -> list[tuple[int, bool]]:
        """Living processes of this folder's server, and whether each is its main one."""
        tag, account = self._tag, self._account
        uid = os.geteuid() if account is None else account.pw_uid
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                argv = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                is_main = Path(argv[0]).name == self.binary and tag in " ".join(argv[1:])
                is_part = argv[0].startswith(f"{self.binary}: {tag}:")
                if (is_main or is_part) and entry.stat().st_uid == uid:
                    found.append((int(entry.name), is_main))
        return found


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
