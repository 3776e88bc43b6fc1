"""Processes that do not outlive the one that started them, and folders only one may use."""

import ctypes
import fcntl
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, BinaryIO, TypedDict

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LOOPBACK = "127.0.0.1"
TAIL = 2_000
LOG_SIZE = 10_000_000

# Looked up here, because a forked child should do as little as it can before it becomes a program.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class CannotStart(Exception):
    """Something of this installation did not start. The sentence says what to do."""


class FolderInUse(CannotStart):
    """Another process works in this folder."""


class PortInUse(CannotStart):
    """Another program listens where a server of ours should."""


class Tie(TypedDict):
    """Arguments for Popen that bind a child to this process."""

    preexec_fn: Callable[[], None]
    process_group: int | None


def tied(last_signal: signal.Signals) -> Tie:
    """Give the child this signal when we die, even by kill -9.

    The kernel ties it to the thread that forked, so only the main thread may start such a child.
    Under a terminal the child gets a process group of its own: Ctrl-C then reaches us alone, and
    we stop everything in order. Without one, all stay in the group they were started in.
    """
    if threading.current_thread() is not threading.main_thread():
        raise CannotStart("Start servers and children from the main thread: they end with it.")
    parent = os.getpid()
    return {
        "preexec_fn": lambda: die_with(parent, last_signal),
        "process_group": 0 if _has_terminal() else None,
    }


def die_with(parent: int, last_signal: signal.Signals) -> None:
    """Run in the child. A parent that is already gone can send nothing, so leave at once."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, int(last_signal))
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of what our children leave behind, so that it can be ended."""
    if _prctl is not None:
        _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def only_one(folder: Path) -> IO[str]:
    """Hold the folder until the returned file is closed, or refuse naming who has it."""
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read(20).strip() or "unknown"
        lock.close()
        message = f"{folder} is in use by process {holder}. Stop it, or choose another folder."
        raise FolderInUse(message) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def free_port() -> int:
    """Pick a port below those the kernel lends to outgoing connections, so that it stays ours."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        if is_free(port):
            return port


def is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Whether something accepts connections there. Enough of a readiness for most servers."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def private(path: Path, flags: int = os.O_TRUNC) -> BinaryIO:
    """Open a file for writing that nobody else can read, from its first moment."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flags, 0o600)
    return os.fdopen(descriptor, "wb")


def open_log(path: Path) -> BinaryIO:
    """Append to a log, which starts afresh when it is large; one older part is kept."""
    if path.exists() and path.stat().st_size > LOG_SIZE:
        path.replace(path.with_name(f"{path.name}.1"))
    return private(path, os.O_APPEND)


def tail(log: Path) -> str:
    """Read the end of a log, for the sentence that says why something did not start."""
    if not log.exists():
        return ""
    return log.read_bytes()[-TAIL:].decode(errors="replace").strip()
