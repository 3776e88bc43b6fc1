"""The fault run, and the controls: the same checks on platforms broken on purpose."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import httpx2 as httpx
from sqlalchemy import create_engine, text

from services.audit import commands
from services.audit.schemas import FindingIn, Grade
from services.identity.schemas import Role
from shared.work import unit_of_work
from tests.faults.checker import Verdict, settled, verdict
from tests.faults.harness import Rig, rigged, torment, writing
from tests.processes import eventually
from tests.world import WORLD


@dataclass(frozen=True)
class Size:
    """How much is written, and how often what is killed."""

    findings: int
    sites: int
    kills: dict[str, int]
    cuts: int
    wipes: int
    pause_s: float
    pace_s: float
    patience_s: float

    @property
    def killed(self) -> int:
        return sum(self.kills.values())


SHORT = Size(
    findings=200,
    sites=20,
    kills={"api": 2, "relay": 2, "consume": 2, "celery": 1, "valkey": 1, "postgres": 1},
    cuts=1,
    wipes=1,
    pause_s=2.0,
    pace_s=0.5,
    patience_s=90,
)
FULL = Size(
    findings=2_000,
    sites=100,
    kills={"api": 4, "relay": 4, "consume": 5, "celery": 3, "valkey": 2, "postgres": 2},
    cuts=2,
    wipes=1,
    pause_s=5.0,
    pace_s=0.25,
    patience_s=300,
)


@contextmanager
def rig_of(sites: int, breakage: str | None = None) -> Iterator[Rig]:
    with tempfile.TemporaryDirectory(prefix="qse-faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with rigged(Path(folder), sites, breakage) as rig:
            eventually(lambda: _answers(rig.url))
            yield rig


def run(size: Size) -> Verdict:
    """Write while everything is killed in turn, and tell what is wrong once it is quiet."""
    with rig_of(size.sites) as rig:
        deeds: list[Callable[[], None]] = [
            partial(rig.kill, name) for name, times in size.kills.items() for _ in range(times)
        ]
        deeds += [rig.cut_tail] * size.cuts + [rig.wipe] * size.wipes
        with writing(rig, size.findings, size.pace_s):
            torment(deeds, size.pause_s)
        return settled(rig, size.patience_s)


def without_inbox() -> Verdict:
    """Publish again what everybody has heard."""
    with rig_of(2, "no inbox") as rig:
        _raise_some(rig, 6)
        settled(rig, 30)
        _sql(rig, "update audit.outbox set published_at = null")
        time.sleep(6)
        return verdict(rig)


def publishing_outside() -> Verdict:
    """The API commits, dies now and then before it announces, and is started again."""
    with rig_of(2, "publish outside") as rig:
        api = rig.parts["api"]
        with writing(rig, 12, 0.05) as writers:
            while not all(writer.done() for writer in writers):
                if not api.runs:
                    api.start()
                time.sleep(0.1)
        return settled(rig, 20)


def relaying_by_cursor() -> Verdict:
    """One transaction takes its number first and commits last."""
    with rig_of(2, "relay by cursor") as rig:
        lead = WORLD.person("diane", Role.AUDITOR, WORLD.group)
        with unit_of_work("audit", lead, permission="audit:conduct") as uow:
            slow = commands.raise_finding(uow, rig.audits.pop(), _finding())
            _raise_some(rig, 1)
            eventually(lambda: _count(rig, "select count(*) from actions.action"))
            rig.acknowledged.append(slow.id)
        return settled(rig, 15)


def without_reconciler() -> Verdict:
    """The server is wiped between the relay and the consumers."""
    with rig_of(2, "no reconciler") as rig:
        consumers = rig.parts["consume"]
        consumers.kill()
        _raise_some(rig, 6)
        unsent = "select count(*) from audit.outbox where published_at is null"
        eventually(lambda: _count(rig, unsent) == 0)
        rig.wipe()
        consumers.start()
        return settled(rig, 15)


CONTROLS = {
    "no inbox": without_inbox,
    "publish outside the transaction": publishing_outside,
    "relay by cursor": relaying_by_cursor,
    "no reconciler": without_reconciler,
}


def _finding() -> FindingIn:
    return FindingIn(
        id=uuid4(),
        grade=Grade.MAJOR,
        process="PROD",
        requirement="ISO 45001:2018 8.1.2",
        statement="Écart de la transaction lente",
        evidence="Constaté sur place",
    )


def _raise_some(rig: Rig, findings: int) -> None:
    with writing(rig, findings, 0):
        pass


def _answers(url: str) -> bool:
    try:
        path = f"{url}/api/v1/identity/health/ready"
        return httpx.get(path, timeout=2).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _sql(rig: Rig, statement: str) -> None:
    engine = create_engine(rig.postgres.url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _count(rig: Rig, query: str) -> int:
    engine = create_engine(rig.postgres.url)
    with engine.connect() as connection:
        counted = int(connection.scalar(text(query)) or 0)
    engine.dispose()
    return counted
