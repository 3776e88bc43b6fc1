"""`qse up`: the whole platform on this machine, in one process group, with its own servers."""

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from runtime import home as homes
from runtime.supervisor import Child, Supervisor

SERVICES = (
    "identity",
    "audit",
    "actions",
    "indicators",
    "policy",
    "notifications",
    "risk",
    "compliance",
    "processes",
)
COMPUTING = "indicators"
"""It computes while the others pass on and tell; in one process they would take turns."""

LOADED = "demo.loaded"


def up(port: int, *, demo: bool) -> None:
    """Start in order: servers, schemas, processes, and the demo group the first time."""
    started = time.monotonic()
    home = homes.home()
    with Supervisor(home) as supervisor:
        settings = homes.prepare(home, SERVICES, port)
        environment = {**os.environ, **settings, "QSE_HOME": str(home)}
        supervisor.start(*homes.servers(home, settings))
        _run("migrate", environment)
        supervisor.start(*_in_front(home, settings, environment))
        supervisor.start(*_behind(environment))
        if demo and not (home / LOADED).exists():
            _say("Loading the demo group, once ...")
            _run("demo", environment | {"QSE_LOG_LEVEL": "WARNING"})
            (home / LOADED).touch()
        _greet(settings, time.monotonic() - started, demo=demo)
        supervisor.watch()


def _in_front(home: Path, settings: dict[str, str], environment: dict[str, str]) -> list[Child]:
    """What somebody at a page waits for."""
    qse = [sys.executable, "-m", "runtime"]
    ready = f"{settings['QSE_BASE_URL']}/api/v1/identity/health/ready"
    children = [
        Child("web", [*qse, "web", "all"], environment, lambda: answers(ready)),
        *(Child(name, [*qse, *words], environment) for name, words in workers().items()),
    ]
    if homes.needs_mail_sink(home, settings):
        children.insert(0, _mail_sink(home, settings, environment))
    return children


def _behind(environment: dict[str, str]) -> list[Child]:
    """What nobody waits for. It starts once the pages answer, and not in their way."""
    celery = [sys.executable, "-m", "celery", "-A", "runtime.celery"]
    quiet = ["--loglevel", "WARNING"]
    return [
        Child("worker", [*celery, "worker", "-c", "1", "--without-mingle", *quiet], environment),
        Child("beat", [*celery, "beat", *quiet], environment),
    ]


def workers() -> dict[str, list[str]]:
    """The processes that relay and hear, and what each is started with after `qse`."""
    others = [name for name in SERVICES if name != COMPUTING]
    return {"work": ["work", *others], "work-computing": ["work", COMPUTING]}


def _mail_sink(home: Path, settings: dict[str, str], environment: dict[str, str]) -> Child:
    smtp = settings["QSE_SMTP_URL"].rpartition(":")[2]
    http = settings["QSE_MAIL_SINK_URL"].rpartition(":")[2]
    ports = ["--smtp-port", smtp, "--http-port", http, "--folder", str(home / "mails")]
    return Child("mail", [sys.executable, "-m", "runtime.mail_sink", *ports], environment)


def _run(command: str, environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-m", "runtime", command], env=environment, check=False)  # noqa: S603  our own interpreter
    if done.returncode:
        sys.exit(f"qse: `qse {command}` failed; its message is above.")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  our own address
            return bool(answer.status == 200)  # noqa: PLR2004
    except OSError:
        return False


def _greet(settings: dict[str, str], seconds: float, *, demo: bool) -> None:
    _say(f"\n  QSE runs at {settings['QSE_BASE_URL']}  (ready in {seconds:.1f} s)")
    if demo:
        from runtime.demo.group import PASSWORD, greeters  # noqa: PLC0415  only the demo needs it

        for who, email in greeters():
            _say(f"    {who:<28} {email}")
        _say(f"    password of all of them: {PASSWORD}")
    _say("  Ctrl-C stops it.\n")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201
