"""`qse bench access`: what it costs that a read is authorised.

On one side a service as it runs: the token is verified, the permission looked up, the scope told to
PostgreSQL, the query filtered, row-level security applied. On the other the same routes, query,
models and middleware for everybody: a superuser's connection, no token, no scope, no filter. Both
are whole applications called in this process, in turns within one run, one request at a time;
serving over a network would cost both the same and bring the two closer.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx2 as httpx
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from runtime.bench import machine
from runtime.bench.stage import stage
from runtime.services import SERVICES
from services.audit.models import Audit
from services.audit.schemas import AuditOut
from services.identity.tokens import access_token
from shared import db
from shared.auth import SYSTEM
from shared.logging import configure_logging
from shared.pages import Order, Paged, page
from shared.schemas import Page
from shared.service import Service, create_app
from shared.settings import settings
from shared.work import UnitOfWork, clock, unit_of_work

SITES = 20
HELD = 5
AUDITS = 10_000
ROUNDS = 20
REQUESTS = 50
"""Of each kind, on each side, in a round."""
TARGET = 1.5


@dataclass(frozen=True)
class Measured:
    """A kind of read: milliseconds a request on both sides, and the statements of each."""

    name: str
    path: str
    guarded: list[float]
    open: list[float]
    statements: tuple[int, int] = (0, 0)

    @property
    def ratio(self) -> float:
        return median(self.guarded) / median(self.open)


def main(kept: Path) -> None:
    configure_logging("ERROR")
    with stage() as on:
        facts = machine.facts(on.supervisor.logs)
        found = asyncio.run(_measure())
    lines = [_line(one) for one in found]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"machine": facts, "lines": lines}, indent=1) + "\n")
    print(_table(lines))  # noqa: T201
    print(f"\n{kept}")  # noqa: T201


async def _measure() -> list[Measured]:
    sites = [uuid4() for _ in range(SITES)]
    one = _fill(sites)
    owner = create_engine(settings().owner_url_of("audit"), json_serializer=db.to_json)
    pool = db.engine("audit")
    assert isinstance(pool, Engine)  # noqa: S101  only tests lend a connection instead
    sides = (create_app(SERVICES["audit"], _no_exchange), pool), (_open_app(owner), owner)
    kinds = [
        Measured("one object", f"/audits/{one}", [], []),
        Measured("a list of 100", "/audits?limit=100", [], []),
    ]
    for _ in range(ROUNDS):
        bearer = {"Authorization": f"Bearer {_token(sites[:HELD])}"}
        for kind in kinds:
            await _round(kind, [app for app, _ in sides], bearer)
    counted = [await _counted(kind, sides, bearer) for kind in kinds]
    owner.dispose()
    return counted


def _fill(sites: list[UUID]) -> UUID:
    """Audits spread over the sites. Gives one at the first."""
    day = clock().date()
    with unit_of_work("audit", SYSTEM) as uow:
        uow.session.add_all(
            Audit(
                site_id=sites[number % SITES],
                title=f"Audit interne {number}",
                scope="Production, maintenance, magasin et expéditions du site.",
                criteria=["ISO 9001:2015 8.5", "ISO 45001:2018 8.1"],
                planned_for=day + timedelta(days=number % 365),
                until=day + timedelta(days=number % 365),
                lead_id=uuid4(),
                correlation_id=uuid4(),
            )
            for number in range(AUDITS)
        )
        uow.session.flush()
        return uow.session.scalars(uow.select(Audit).where(Audit.site_id == sites[0])).first().id  # type: ignore[union-attr]


def _token(sites: list[UUID]) -> str:
    """Somebody who may read at some of the sites."""
    held = {"role": "site_coordinator", "sites": [str(id) for id in sites], "process": None}
    token, _ = access_token({"sub": str(uuid4()), "name": "Bench", "grants": [held]}, ["audit"])
    return token


async def _no_exchange(_credential: str, _audience: str) -> str:
    raise AssertionError


def _open_app(owner: Engine) -> FastAPI:
    """The two routes as they would be if everybody might read everything."""

    def work() -> Iterator[UnitOfWork]:
        with Session(owner, expire_on_commit=False) as session, session.begin():
            yield UnitOfWork(session, "audit", SYSTEM)

    Work = Annotated[UnitOfWork, Depends(work, scope="function")]  # noqa: N806
    router = APIRouter()

    @router.get("/audits", response_model=Page[AuditOut])
    def list_audits(uow: Work, paging: Paged) -> Any:  # noqa: ANN401  shaped by response_model
        return page(uow, uow.select(Audit), Order(Audit.planned_for, descending=True), paging)

    @router.get("/audits/{audit_id}", response_model=AuditOut)
    def read_audit(audit_id: UUID, uow: Work) -> Audit:
        return uow.get(Audit, audit_id)

    return create_app(Service("audit", router, SERVICES["audit"].metadata), _no_exchange)


async def _round(kind: Measured, apps: list[FastAPI], headers: dict[str, str]) -> None:
    """Request by request in turns, so that whatever else the machine does meets both."""
    async with _client(apps[0]) as guarded, _client(apps[1]) as unguarded:
        for _ in range(REQUESTS):
            kind.guarded.append(await _timed(guarded, kind.path, headers))
            kind.open.append(await _timed(unguarded, kind.path, headers))


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://bench")


async def _timed(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    answer = await client.get(path, headers=headers)
    spent = time.perf_counter() - started
    answer.raise_for_status()
    return spent * 1000


async def _counted(
    kind: Measured, sides: tuple[tuple[FastAPI, Engine], ...], headers: dict[str, str]
) -> Measured:
    numbers = []
    for app, engine in sides:
        async with _client(app) as client:
            with _counting(engine) as sent:
                await _timed(client, kind.path, headers)
        numbers.append(len(sent))
    return Measured(kind.name, kind.path, kind.guarded, kind.open, (numbers[0], numbers[1]))


@contextmanager
def _counting(engine: Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def _line(one: Measured) -> dict[str, Any]:
    return {
        "name": one.name,
        "authorised_ms": round(median(one.guarded), 2),
        "open_ms": round(median(one.open), 2),
        "ratio": round(one.ratio, 2),
        "target": TARGET,
        "statements": one.statements,
    }


def _table(lines: list[dict[str, Any]]) -> str:
    head = f"{'median of a read, ms':<24}{'authorised':>11}{'open':>8}{'ratio':>8}{'target':>8}"
    rows = [
        f"{line['name']:<24}{line['authorised_ms']:>11.2f}{line['open_ms']:>8.2f}"
        f"{line['ratio']:>8.2f}{'<=' + str(line['target']):>8}"
        f"   {line['statements'][0]} statements, open {line['statements'][1]}"
        for line in lines
    ]
    return "\n".join([head, *rows])
