"""The whole platform as processes on servers of its own, written to while its parts are killed."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx2 as httpx
from aiosmtpd.controller import Controller
from joserfc.jwk import OKPKey

from runtime.migrate import migrate
from runtime.services import SERVICES
from services.audit import commands as audit
from services.audit.fieldwork import planning
from services.audit.schemas import AuditIn, StepIn
from services.identity import commands as identity
from services.identity.schemas import GrantIn, NodeIn, NodeKind, Role
from shared import db, outbox
from shared.auth import SYSTEM
from shared.child import free_port
from shared.embedded import Postgres, Valkey
from shared.work import clock, unit_of_work
from tests import servers
from tests.audit.factories import slot_in
from tests.helpers import Bus, token_of
from tests.world import SINCE, WORLD, id_of, settle_world

WRITERS = 6
APART = timedelta(days=4)
CELERY = ["-m", "celery", "-A", "runtime.celery", "worker", "-c", "1", "--without-mingle"]
GRADES = ("NC_MAJ", "NC_MIN")
EFFECT = (
    "create table actions.effect (finding_id uuid)",
    "grant insert on actions.effect to qse_actions",
)
"""What `note_effect` writes: no key, so that what happens twice shows."""


@dataclass
class Letters:
    """A real SMTP server that keeps who was written to, by Message-ID."""

    received: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802
        head = bytes(envelope.content).split(b"\r\n\r\n", 1)[0].replace(b"\r\n ", b" ")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"message-id:"):
                self.received.append(line.split(b":", 1)[1].strip().decode())
        return "250 kept"


class Part:
    """A process of the platform: started again at once when it was killed."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.arguments = arguments
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = Path(self.environment["QSE_HOME"]) / f"{self.name}.log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  our own interpreter and modules
                [sys.executable, *self.arguments],
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Rig:
    """Everything that can be killed, and where to write to."""

    folder: Path
    postgres: Postgres
    valkey: Valkey
    letters: Letters
    parts: dict[str, Part]
    url: str
    audits: list[UUID]
    acknowledged: list[UUID] = field(default_factory=list)

    def kill(self, name: str) -> None:
        """Kill -9, and start again."""
        part = {"postgres": self.postgres, "valkey": self.valkey}.get(name) or self.parts[name]
        part.kill()
        part.start()

    def cut_tail(self) -> None:
        """Have Valkey come back without the last quarter of what it had kept."""
        self.valkey.kill()
        for path in self.folder.glob("valkey/**/*.incr.aof"):
            os.truncate(path, path.stat().st_size * 3 // 4)
        self.valkey.start()

    def wipe(self) -> None:
        """Have Valkey come back empty."""
        self.valkey.kill()
        for path in self.folder.glob("valkey/**/*.aof*"):
            path.unlink()
        self.valkey.start()


@contextmanager
def rigged(folder: Path, sites: int, breakage: str | None = None) -> Iterator[Rig]:
    password = "a-password-for-the-fault-runs"
    letters = Letters()
    smtp = Controller(letters, hostname="127.0.0.1", port=free_port())
    smtp.start()
    with (
        Postgres(folder / "postgres", password) as postgres,
        Valkey(folder / "valkey", password, logins=servers.logins(password)) as valkey,
    ):
        environment = _environment(folder, postgres, valkey, smtp.port)
        servers.adopt(environment)
        outbox._caller.cache_clear()  # noqa: SLF001  its address is that of this run's server
        migrate(list(SERVICES))
        servers.execute(postgres.url, *EFFECT)
        audits = _settle(sites)
        parts = _parts(environment, breakage)
        rig = Rig(folder, postgres, valkey, letters, parts, environment["QSE_BASE_URL"], audits)
        try:
            for part in parts.values():
                part.start()
            yield rig
        finally:
            for part in parts.values():
                part.kill()
            db.disconnect()
            smtp.stop()
            for name in set(environment) - {"QSE_HOME"}:
                servers.forget(name)


def _environment(folder: Path, postgres: Postgres, valkey: Valkey, smtp: int) -> dict[str, str]:
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    port = free_port()
    return servers.environment(postgres.url, valkey.url, key) | {
        "QSE_PORT": str(port),
        "QSE_BASE_URL": f"http://127.0.0.1:{port}",
        "QSE_SMTP_URL": f"smtp://127.0.0.1:{smtp}",
        "QSE_RECONCILE_AFTER_S": "6",
        "QSE_RETRY_IDLE_MS": "1000",
        "QSE_HOME": str(folder),
    }


def _parts(environment: dict[str, str], breakage: str | None) -> dict[str, Part]:
    values = {**os.environ, **environment}
    broken = [breakage] if breakage else []
    own = ["-m", "tests.faults.processes"]
    made = {
        "api": [*own, "api", *broken],
        "relay": [*own, "relay", *broken],
        "consume": [*own, "consume", *broken],
        "celery": CELERY,
    }
    return {name: Part(name, arguments, values) for name, arguments in made.items()}


def _settle(sites: int) -> list[UUID]:
    """Sites with an audit under way each; Diane, Paul and Alice answer for all of them."""
    settle_world()
    with unit_of_work("identity", SYSTEM) as uow:
        for number in range(sites):
            node = NodeIn(
                id=id_of(f"site {number}"),
                kind=NodeKind.SITE,
                parent_id=WORLD.division,
                name=f"Site {number:03}",
            )
            identity.open_node(uow, node)
        for name, role, process in (
            ("diane", Role.AUDITOR, None),
            ("paul", Role.PROCESS_OWNER, "PROD"),
            ("alice", Role.SITE_COORDINATOR, None),
        ):
            grant = GrantIn(
                person_id=id_of(name),
                role=role,
                node_id=WORLD.division,
                process=process,
                valid_from=SINCE,
            )
            identity.grant(uow, grant)
    Bus().deliver_all()
    return [_audit(number) for number in range(sites)]


def _audit(number: int) -> UUID:
    """Begun on a day of its own: nobody audits at two sites on one."""
    begun = clock() - number * APART
    with unit_of_work("audit", SYSTEM) as uow:
        data = AuditIn(
            site_id=id_of(f"site {number}"),
            title="Audit interne",
            criteria=["ISO 45001:2018"],
            planned_for=begun.date(),
            lead_id=WORLD.diane.id,
            objectives="Vérifier la production",
            method_reason="Les postes se voient sur place",
        )
        planned = audit.plan_audit(uow, data)
    lead = WORLD.person("diane", Role.AUDITOR, WORLD.group)
    with unit_of_work("audit", lead, permission="audit:conduct", now=begun) as uow:
        planning.add_slot(uow, planned.id, slot_in(day=begun.date(), people=[]))
        audit.start_audit(uow, planned.id, StepIn(version=planned.version))
    return planned.id


@contextmanager
def writing(rig: Rig, findings: int, pace_s: float) -> Iterator[list["Future[None]"]]:
    """Writers that each raise their share, again and again until it is acknowledged."""
    shares = [range(writer, findings, WRITERS) for writer in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(_raise_all, rig, share, pace_s) for share in shares]
        yield writers
        for writer in writers:
            writer.result()
    assert len(rig.acknowledged) == findings


def _raise_all(rig: Rig, numbers: range, pace_s: float) -> None:
    with httpx.Client(base_url=rig.url, timeout=5) as client:
        for number in numbers:
            id = uuid5(NAMESPACE_URL, f"finding {number}")
            while not _raised(client, rig.audits[number % len(rig.audits)], id, number):
                time.sleep(0.1)
            rig.acknowledged.append(id)
            time.sleep(pace_s)


def _raised(client: httpx.Client, audit_id: UUID, id: UUID, number: int) -> bool:
    body = {
        "id": str(id),
        "grade": GRADES[number % len(GRADES)],
        "process": "PROD",
        "requirement": "ISO 45001:2018 8.1.2",
        "statement": f"Écart {number}",
        "evidence": "Constaté sur place",
    }
    token = token_of(WORLD.person("diane", Role.AUDITOR, WORLD.group))
    headers = {"Authorization": f"Bearer {token}"}
    try:
        path = f"/api/v1/audit/audits/{audit_id}/findings"
        answer = client.post(path, json=body, headers=headers)
    except httpx.HTTPError:
        return False
    if answer.status_code == httpx.codes.CREATED:
        return True
    # An attempt of before may commit while this one waits for it: the next one will be shown it.
    if answer.is_server_error or answer.json()["type"] == "already_there":
        return False
    raise AssertionError(answer.text)


def torment(deeds: list[Callable[[], None]], pause_s: float) -> None:
    """Do the deeds one after the other, in an order that is the same every time."""
    random.Random(7).shuffle(deeds)  # noqa: S311  not a secret
    for deed in deeds:
        time.sleep(pause_s)
        deed()
