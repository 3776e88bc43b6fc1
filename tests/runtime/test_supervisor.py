"""The supervisor with real processes. Each test runs one in a process of its own, as `qse up` does.

It has to be so: a supervisor takes the signals of its process, and ends all its children.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SUPERVISOR = """
import os, sys, time
from pathlib import Path
from runtime import supervisor
from runtime.supervisor import Child, Supervisor
from shared.child import CannotStart

home = Path(sys.argv[1])
supervisor.PATIENCE_S, supervisor.BACKOFF_S = 5, 0.02

def child(name, code, ready=None):
    record = f"import os, sys, time, signal\\nNAME={name!r}\\n"
    record += "def note(what): open('events', 'a').write(f'{NAME} {what}\\\\n')\\n"
    record += "def leave(*_): note('stopped'); sys.exit()\\n"
    record += "signal.signal(signal.SIGTERM, leave)\\n"
    record += "note('started ' + str(os.getpid()))\\n"
    return Child(name, [sys.executable, "-c", record + code], {"WHO": name}, ready)

STAY = "print('Bonjour de', os.environ['WHO'], flush=True)\\nwhile True: time.sleep(0.05)"
started = lambda name: lambda: (home / "events").exists() and f"{name} started" in (
    home / "events").read_text()
os.chdir(home)
try:
    with Supervisor(home, grace=1) as it:
        BODY
except CannotStart as refused:
    print(type(refused).__name__, refused, flush=True)
    sys.exit(3)
print("stopped", flush=True)
"""


class Run:
    """A supervisor under test, and the events its children noted."""

    def __init__(self, home: Path, body: str) -> None:
        self.home = home
        code = SUPERVISOR.replace("BODY", body.strip().replace("\n", "\n        "))
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", code, home],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def events(self, containing: str = "") -> list[str]:
        path = self.home / "events"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in lines if containing in line]

    def pids(self, name: str) -> list[int]:
        return [int(line.split()[2]) for line in self.events(f"{name} started")]

    def group(self) -> list[int]:
        """Every living process of the session, which is the group as no terminal is there."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z" and self.process.pid in (int(fields[2]), int(fields[3])):
                found.append(int(stat.parent.name))
        return found

    def end(self) -> str:
        return self.process.communicate(timeout=10)[0]


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[[str], Run]]:
    home = tmp_path / "données d'ici"
    home.mkdir()
    runs: list[Run] = []

    def run(body: str) -> Run:
        runs.append(Run(home, body))
        return runs[-1]

    yield run
    for one in runs:
        for pid in one.group():
            os.kill(pid, signal.SIGKILL)
        one.process.communicate()


def eventually(true: Callable[[], object], within: float = 8) -> bool:
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


THREE = """
it.start(child("a", STAY, started("a")))
it.start(child("b", STAY), child("c", STAY, started("c")))
open("events", "a").write("all ready\\n")
it.watch()
"""


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_all_stop_in_reverse_order(supervise: Callable[[str], Run], asked: signal.Signals) -> None:
    run = supervise(THREE)
    assert eventually(lambda: run.events("all ready"))
    assert len({os.getpgid(pid) for pid in run.group()}) == 1

    run.process.send_signal(asked)

    assert run.end().endswith("stopped\n")
    assert run.process.returncode == 0
    assert run.events("stopped") == ["c stopped", "b stopped", "a stopped"]
    assert run.group() == []
    assert (run.home / "logs" / "b.log").read_text() == "Bonjour de b\n"


def test_a_signal_to_the_whole_group_stops_it_as_well(supervise: Callable[[str], Run]) -> None:
    run = supervise(THREE)
    assert eventually(lambda: run.events("all ready"))

    os.killpg(run.process.pid, signal.SIGTERM)

    assert run.end().endswith("stopped\n")
    assert set(run.events("stopped")) == {"a stopped", "b stopped", "c stopped"}


def test_ctrl_c_in_a_terminal_reaches_only_the_supervisor(
    supervise: Callable[[str], Run],
) -> None:
    keyboard, terminal = os.openpty()
    run = supervise(f"os.open({os.ttyname(terminal)!r}, os.O_RDWR)" + THREE)
    assert eventually(lambda: run.events("all ready"))
    assert len({os.getpgid(pid) for pid in run.group()}) == 4

    os.write(keyboard, b"\x03")

    assert run.end().endswith("stopped\n")
    assert run.events("stopped") == ["c stopped", "b stopped", "a stopped"]
    os.close(keyboard)
    os.close(terminal)


def test_what_dies_is_started_again(supervise: Callable[[str], Run]) -> None:
    run = supervise(THREE)
    assert eventually(lambda: run.events("all ready"))
    for life in range(1, 4):
        assert eventually(lambda life=life: len(run.pids("b")) == life)  # type: ignore[misc]
        os.kill(run.pids("b")[-1], signal.SIGKILL)

    assert eventually(lambda: len(run.pids("b")) == 4)
    assert len(run.pids("a")) == 1
    run.process.terminate()
    assert "b ended and is started again." in run.end()


def test_what_keeps_failing_is_given_up_with_its_log(supervise: Callable[[str], Run]) -> None:
    run = supervise("""
it.start(child("a", STAY), child("b", "print('no such thing', flush=True); time.sleep(0.1)"))
it.watch()
""")

    told = run.end()

    assert run.process.returncode == 3
    assert "GaveUp b ended 6 times" in told
    assert "no such thing" in told
    assert run.events("stopped") == ["a stopped"]
    assert run.group() == []


def test_what_never_becomes_ready_ends_the_start(supervise: Callable[[str], Run]) -> None:
    run = supervise("""
it.start(child("a", STAY))
it.start(child("b", "sys.exit('no settings')", lambda: False))
""")

    told = run.end()

    assert "CannotStart b did not start." in told
    assert "no settings" in told
    assert run.group() == []


def test_a_command_that_does_not_exist_ends_the_start(supervise: Callable[[str], Run]) -> None:
    run = supervise('it.start(Child("b", ["/no/such/program"]))')

    assert "CannotStart b cannot be run" in run.end()


def test_a_child_that_ignores_the_signal_is_killed(supervise: Callable[[str], Run]) -> None:
    run = supervise("""
it.start(child("a", "signal.signal(signal.SIGTERM, signal.SIG_IGN); note('deaf')\\n" + STAY))
it.watch()
""")
    assert eventually(lambda: run.events("deaf"))

    run.process.terminate()

    assert run.end().endswith("stopped\n")
    assert run.group() == []


def test_a_killed_supervisor_leaves_nothing(supervise: Callable[[str], Run]) -> None:
    run = supervise(THREE)
    assert eventually(lambda: run.events("all ready"))

    run.process.kill()

    assert eventually(lambda: run.group() == [])


def test_what_a_dead_child_leaves_behind_is_ended(supervise: Callable[[str], Run]) -> None:
    forks = "pid = os.fork()\nif not pid: note('stray ' + str(os.getpid()))\n"
    run = supervise(f"""
it.start(child("a", {forks!r} + STAY))
it.watch()
""")
    assert eventually(lambda: run.events("stray"))
    stray = int(run.events("stray")[0].split()[2])

    os.kill(run.pids("a")[0], signal.SIGKILL)

    assert eventually(lambda: not Path(f"/proc/{stray}").exists())
    run.process.terminate()
    run.end()


def test_a_second_supervisor_is_refused(supervise: Callable[[str], Run]) -> None:
    first = supervise(THREE)
    assert eventually(lambda: first.events("all ready"))
    second = supervise(THREE)

    told = second.end()

    assert "FolderInUse The platform runs already." in told
    assert str(first.process.pid) in told
    assert first.process.poll() is None


def test_a_signal_during_the_start_stops_it(supervise: Callable[[str], Run]) -> None:
    run = supervise('it.start(child("a", STAY))\nprint("working", flush=True)\ntime.sleep(60)')
    assert eventually(lambda: run.events("started"))

    run.process.send_signal(signal.SIGINT)

    assert run.end().endswith("stopped\n")
    assert run.events("stopped") == ["a stopped"]


def test_an_embedded_server_is_started_again_too(supervise: Callable[[str], Run]) -> None:
    run = supervise("""
from shared.embedded import Valkey
server = Valkey(home / "valkey", "p" * 20)
it.start(server)
(home / "events").write_text(f"valkey started {server.pid}\\n")
os.kill(server.pid, 9)
start = server.start
def again():
    start()
    (home / "events").open("a").write(f"valkey started {server.pid}\\n")
server.start = again
it.watch()
""")
    assert eventually(lambda: len(run.pids("valkey")) == 2)

    run.process.terminate()

    assert "valkey ended and is started again." in run.end()
    assert not any(Path(f"/proc/{pid}").exists() for pid in run.pids("valkey"))
