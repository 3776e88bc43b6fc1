"""What the machine is, what a commit costs on it, and what processes used of it."""

import os
import platform
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")
SYNCS = 100
BLOCK = bytes(8192)


def cpu_s(roots: list[int]) -> float:
    """Seconds of CPU that these processes and all below them used, ended children included."""
    children: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            pid = int(stat.parent.name)
            children.setdefault(int(fields[1]), []).append(pid)
            used[pid] = sum(int(field) for field in fields[11:15])
    return sum(used.get(pid, 0) for pid in _tree(roots, children)) / TICKS


def _tree(roots: list[int], children: dict[int, list[int]]) -> list[int]:
    found: list[int] = []
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


@dataclass(frozen=True)
class Meter:
    """CPU of some processes beyond what they use when nothing is asked of them."""

    roots: list[int]
    idle: float = 0.0
    """Seconds per second."""

    def at_rest(self, seconds: float) -> "Meter":
        """The same meter, knowing what it takes to do nothing."""
        begun, used = time.monotonic(), cpu_s(self.roots)
        time.sleep(seconds)
        return Meter(self.roots, (cpu_s(self.roots) - used) / (time.monotonic() - begun))

    def start(self) -> tuple[float, float]:
        return time.monotonic(), cpu_s(self.roots)

    def since(self, start: tuple[float, float]) -> float:
        elapsed = time.monotonic() - start[0]
        return max(0.0, cpu_s(self.roots) - start[1] - self.idle * elapsed)


def fsync_ms(folder: Path) -> float:
    """What it takes to have 8 kB on the disk: no commit is faster."""
    times = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.seek(0)
            file.write(BLOCK)
            begun = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return median(times) * 1000


def facts(folder: Path) -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "fdatasync_ms": round(fsync_ms(folder), 3),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
