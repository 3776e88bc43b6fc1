"""Start the processes of one machine, keep them running, and leave nothing behind.

    with Supervisor(home) as supervisor:
        supervisor.start(postgres, valkey)
        migrate()
        supervisor.start(*children)
        supervisor.watch()

Ctrl-C or SIGTERM ends the block at any point, in the reverse order of the starts.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, NoReturn, Protocol, Self

from shared.child import CannotStart, FolderInUse, adopt_orphans, only_one, open_log, tail, tied

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TICK_S = 0.1
STEADY_S = 10.0
PATIENCE_S = 60.0
BACKOFF_S = 0.25
FAILURES = 6


class GaveUp(CannotStart):
    """Something fails again and again, and starting it once more would change nothing."""


class StopAsked(BaseException):
    """Somebody pressed Ctrl-C or sent SIGTERM. No error, and no `except Exception` may eat it."""


class Part(Protocol):
    """What a supervisor keeps running: a child of its own, or one of the embedded servers."""

    @property
    def name(self) -> str: ...

    @property
    def running(self) -> bool: ...

    @property
    def pid(self) -> int: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def kill(self) -> None: ...


@dataclass(frozen=True)
class Child:
    """A command to keep running. It is ready when `ready` says so, or else once it is started."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None


class Process:
    """A child while it runs, with its output in a log of its own."""

    def __init__(self, child: Child, log: Path, grace: float) -> None:
        self.name = child.name
        self.child = child
        self.log = log
        self.grace = grace
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        with open_log(self.log) as log:
            try:
                self._process = subprocess.Popen(  # noqa: S603
                    self.child.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env={**os.environ, **self.child.env},
                    **tied(signal.SIGKILL),
                )
            except OSError as problem:
                raise CannotStart(f"{self.name} cannot be run: {problem}") from None

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(self.grace)
            self.kill()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@dataclass
class Watched:
    """A part, and how it fared."""

    part: Part
    since: float
    failures: int = 0
    again_at: float | None = None


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201


class Supervisor:
    def __init__(
        self, home: Path, *, grace: float = 10.0, tell: Callable[[str], object] = _say
    ) -> None:
        self.home = home
        self.logs = home / "logs"
        self.grace = grace
        self.tell = tell
        self._watched: list[Watched] = []
        self._asked = 0
        self._busy = False
        self._lock: IO[str] | None = None
        self._handlers: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock = only_one(self.home)
        except FolderInUse as refused:
            raise FolderInUse(f"The platform runs already. {refused}") from None
        self.logs.mkdir(mode=0o700, exist_ok=True)
        adopt_orphans()
        for number in STOP_SIGNALS:
            # `nohup` asks to outlive the terminal by ignoring SIGHUP. Let it.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        self._busy = True
        for watched in reversed(self._watched):
            watched.part.stop()
        self._end_strays()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        if self._lock is not None:
            self._lock.close()
        return isinstance(error, StopAsked)

    def start(self, *parts: Child | Part) -> None:
        """Start all in order, then return when every one is ready. One that fails ends it all."""
        begun = []
        for part in parts:
            with self._uninterrupted():
                begun.append(self._begin(part))
        deadline = time.monotonic() + PATIENCE_S
        for part in begun:
            while not _is_ready(part):
                if not part.running or time.monotonic() > deadline:
                    raise CannotStart(f"{part.name} did not start. {_end_of_log(part)}")
                time.sleep(TICK_S / 2)

    def watch(self) -> NoReturn:
        """Start again what dies, until a signal or a part that keeps failing ends the block."""
        while True:
            for watched in self._watched:
                with self._uninterrupted():
                    self._look_after(watched)
            time.sleep(TICK_S)

    def _begin(self, given: Child | Part) -> Part:
        part: Part = self._process_of(given) if isinstance(given, Child) else given
        part.start()
        self._watched.append(Watched(part, time.monotonic()))
        return part

    def _process_of(self, child: Child) -> Process:
        return Process(child, self.logs / f"{child.name}.log", self.grace)

    def _look_after(self, watched: Watched) -> None:
        now = time.monotonic()
        if watched.part.running:
            if now - watched.since > STEADY_S:
                watched.failures = 0
        elif watched.again_at is None:
            self._note_death(watched, now)
        elif now >= watched.again_at:
            watched.again_at, watched.since = None, now
            try:
                watched.part.start()
            except CannotStart as refused:
                self.tell(f"{watched.part.name} did not start: {refused}")

    def _note_death(self, watched: Watched, now: float) -> None:
        part = watched.part
        self._end_strays()
        watched.failures += 1
        if watched.failures >= FAILURES:
            ended = f"{part.name} ended {watched.failures} times, each soon after its start."
            raise GaveUp(f"{ended} {_end_of_log(part)}")
        watched.again_at = now + BACKOFF_S * 2 ** (watched.failures - 1)
        self.tell(f"{part.name} ended and is started again.")

    def _end_strays(self) -> None:
        """End what a dead child left behind. As an orphan it has become a child of ours."""
        ours = {watched.part.pid for watched in self._watched if watched.part.running}
        for pid in _children_of(os.getpid()) - ours:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Ask once: a wrapper often passes on the signal that its whole group has got already."""
        self._asked += 1
        if not self._busy and self._asked == 1:
            raise StopAsked

    @contextmanager
    def _uninterrupted(self) -> Iterator[None]:
        """Let a signal wait while a part is neither running nor known to be."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
        if self._asked:
            raise StopAsked


def _is_ready(part: Part) -> bool:
    ready = part.child.ready if isinstance(part, Process) else None
    return part.running and (ready is None or ready())


def _end_of_log(part: Part) -> str:
    return f"{part.log} ends:\n{tail(part.log)}" if isinstance(part, Process) else ""


def _children_of(parent: int) -> set[int]:
    """Read from /proc, dead ones included, which wait there for us to take notice."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(after_name[1]) == parent:
                found.add(int(stat.parent.name))
    return found
