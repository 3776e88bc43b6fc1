"""`qse doctor`: one line for each thing an installation needs, and what to do if it is ill."""

from collections.abc import Callable, Iterator
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, func, select

from runtime.migrate import config
from runtime.record.seal import Disagreement, agreement
from runtime.record.sequence import oldest_unsealed
from runtime.services import SERVICES
from runtime.startup import role_problem
from shared.auth import SYSTEM
from shared.outbox import operate
from shared.settings import settings
from shared.streams import stream_of
from shared.work import unit_of_work

LAG_TOLERATED = 1_000
UNSEALED_TOLERATED_S = 120

Finding = tuple[bool, str]


def examine() -> int:
    """Print what was found; the number of things that are not well is the exit status."""
    ill = 0
    for well, line in _everything():
        print(f"{'ok  ' if well else 'ILL '} {line}")  # noqa: T201
        ill += not well
    return min(ill, 100)


def _everything() -> Iterator[Finding]:
    yield _guarded("redis", _redis)
    yield _guarded("record", _record)
    for name in SERVICES:
        yield _guarded(f"{name}: login", lambda name=name: _login(name))  # type: ignore[misc]
        yield _guarded(f"{name}: schema", lambda name=name: _schema(name))  # type: ignore[misc]
        yield _guarded(f"{name}: events", lambda name=name: _events(name))  # type: ignore[misc]
        yield _guarded(f"{name}: hearing", lambda name=name: _hearing(name))  # type: ignore[misc]


def _record() -> Finding:
    """Whether the record continues what was sealed, and how long its oldest new row waits."""
    try:
        last = agreement()
    except Disagreement as found:
        return False, f"{found}; run: qse verify"
    waiting = max(oldest_unsealed(name) for name in SERVICES)
    sealed = f"checkpoint {last.number}" if last else "no checkpoint yet"
    advice = "" if waiting < UNSEALED_TOLERATED_S else "; is a Celery worker and a beat running?"
    return not advice, f"{sealed}, oldest unsealed row {waiting:.0f} s{advice}"


def _guarded(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        well, found = look()
    except Exception as error:  # noqa: BLE001  whatever is wrong is what the doctor tells
        return False, f"{what}: {type(error).__name__}: {error}".splitlines()[0]
    return well, f"{what}: {found}"


def _redis() -> Finding:
    info: Any = operate().info()
    policy = info.get("maxmemory_policy")
    durable = bool(info.get("aof_enabled"))
    well = policy == "noeviction" and durable
    advice = "" if well else "; set appendonly yes and maxmemory-policy noeviction"
    return well, f"{info['redis_version']}, {policy}, AOF {'on' if durable else 'off'}{advice}"


def _login(name: str) -> Finding:
    with unit_of_work(name, SYSTEM) as uow:
        wrong = role_problem(uow)
    return wrong is None, wrong or "own role"


def _schema(name: str) -> Finding:
    engine = create_engine(settings().owner_url_of(name))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table_schema": name})
        there = context.get_current_revision()
        newest = ScriptDirectory.from_config(config(SERVICES[name], connection)).get_current_head()
    engine.dispose()
    return there == newest, f"revision {there}" + ("" if there == newest else "; run: qse migrate")


def _events(name: str) -> Finding:
    waiting = unsent(name)
    with unit_of_work(name, SYSTEM) as uow:
        dead = uow.ledger.dead_letter
        given_up = select(func.count()).where(dead.c.dead_at.is_not(None))
        lost = uow.session.scalar(given_up) or 0
    advice = f"; look, mend, then: qse replay {name} --dead" if lost else ""
    return not lost and waiting < LAG_TOLERATED, f"{waiting} unsent, {lost} dead letters{advice}"


def _hearing(name: str) -> Finding:
    behind = events_behind(name)
    return behind < LAG_TOLERATED, f"{behind} events behind"


def events_behind(name: str) -> int:
    """How many events a service has still to hear or to finish."""
    redis: Any = operate()
    behind = 0
    for publisher in SERVICES[name].handlers.publishers:
        stream = stream_of(publisher)
        groups = redis.xinfo_groups(stream) if redis.exists(stream) else []
        behind += sum(int(g["lag"] or 0) + g["pending"] for g in groups if g["name"] == name)
    return behind


def unsent(name: str) -> int:
    """How many events a service has announced that its relay has still to send."""
    with unit_of_work(name, SYSTEM) as uow:
        outbox = uow.ledger.outbox
        waiting = select(func.count()).where(outbox.c.published_at.is_(None))
        return uow.session.scalar(waiting) or 0
