"""The platform's real processes, started for a test and stopped with it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import httpx2 as httpx

from shared.child import free_port

T = TypeVar("T")

PATIENCE_S = 40
START_S = 120
"""Three processes import the whole platform at once, beside whatever else the machine tests."""
CELERY = ["-m", "celery", "-A", "runtime.celery", "worker", "-c", "1", "--without-mingle"]


def eventually(look: Callable[[], T], seconds: float = PATIENCE_S) -> T:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{look.__name__} found nothing in {seconds} s")
        time.sleep(0.05)
    return found


@contextmanager
def started(
    arguments: list[str], environment: dict[str, str], log: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    with log.open("ab") as output:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(  # noqa: S603  our own interpreter and modules
            command, env=environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def platform_running(environment: dict[str, str], logs: Path) -> Iterator[str]:
    """Web, workers and Celery on these servers; gives the address once it answers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    values = {**os.environ, **environment, "QSE_BASE_URL": url, "QSE_PORT": str(port)}
    values["QSE_HOME"] = str(logs)
    with (
        started(["-m", "runtime", "web", "all"], values, logs / "web.log"),
        started(["-m", "runtime", "work", "all"], values, logs / "work.log"),
        started([*CELERY, "--loglevel", "INFO"], values, logs / "worker.log"),
    ):
        eventually(lambda: _answers(f"{url}/api/v1/identity/health/ready"), START_S)
        yield url


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
