"""`qse verify`: look at the whole record, with each service's own login, as it is at one moment."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import Connection, text

from runtime.record.checkpoints import keys
from runtime.record.copies import NAME, whole
from runtime.record.seal import OWNER
from runtime.record.verify import Report, verify
from runtime.services import SERVICES
from shared import db
from shared.notes import split
from shared.settings import settings
from shared.work import clock


def inspect(copy: Path | None) -> int:
    """Print what was found. The exit status is 0 only for a record that nobody altered."""
    started = time.monotonic()
    if copy is not None and not copy.is_file():
        print(f"qse: there is no file {copy}", file=sys.stderr)  # noqa: T201
        return 2
    if copy is None and not own_copy().is_file():
        _say(
            f"There is no copy outside, at {own_copy()}: the database is compared with itself only."
        )
    report = look(copy)
    for finding in report.findings:
        _say(f"ALTERED  {finding}")
    seconds = time.monotonic() - started
    _say(summary(report, seconds))
    return 1 if report.findings else 0


def look(copy: Path | None = None) -> Report:
    """Verify what is there at one moment, while others work and checkpoints are signed.

    The copies are read first: what was copied had been committed, so every moment after shows it.
    Identity's moment is the first of the services', since a checkpoint is signed over rows that
    were committed before it.
    """
    notes = copied(copy)
    with readers() as reading:
        return verify(reading, keys(), notes, clock())


def copied(path: Path | None) -> list[str]:
    """The notes of the copy outside: the one named, else this installation's own if it has one."""
    path = path or own_copy()
    return list(split(whole(path))) if path.is_file() else []


def own_copy() -> Path:
    return settings().checkpoints / NAME


@contextmanager
def readers() -> Iterator[dict[str, Connection]]:
    """A connection per service that sees all places, changes nothing and takes its time."""
    with ExitStack() as stack:
        names = sorted(SERVICES, key=lambda name: name != OWNER)
        yield {name: stack.enter_context(_reader(name)) for name in names}


@contextmanager
def _reader(service: str) -> Iterator[Connection]:
    pool = db.open_pool(service)
    try:
        with pool.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            connection.execute(text("set transaction read only"))
            connection.execute(text("set local statement_timeout = 0"))
            connection.execute(text("select set_config('qse.sites', '*', true)"))
            connection.execute(text("select set_config('qse.person', '*', true)"))
            yield connection
    finally:
        pool.dispose()


def summary(report: Report, seconds: float) -> str:
    newest = report.newest
    sealed = f"the newest of {newest.made_at:%Y-%m-%d %H:%M:%S} UTC" if newest else "none yet"
    return (
        f"{report.rows} history rows and {report.checkpoints} checkpoints ({sealed}) looked at in "
        f"{seconds:.1f} s, {report.rows / max(seconds, 0.001):.0f} rows/s; {report.unsealed} rows "
        f"wait for a checkpoint; {len(report.findings)} alterations found."
    )


def _say(line: str) -> None:
    print(line)  # noqa: T201
