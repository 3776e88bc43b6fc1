"""`qse bench portal`: how long pages take, what they weigh, and that they stay flat as lists grow.

The portal and the services are whole applications called in this process, one request at a time,
as the group's coordinator, on the demo group. The time of a page is from the request until its
last byte, with all that the portal asks of the services, without a browser. Its weight is what a
browser fetches at a first visit, compressed as it is served: the page, styles, scripts, letters
and icons, without what draws charts. Times, statements and requests are taken twice: with what
the demo has, or 50 rows of a kind where that is less, and with what a large group has (see
multiplied.py), as weights are.
"""

import gzip
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any, Final

from runtime.bench import machine
from runtime.bench.multiplied import ALL, multiply
from runtime.bench.pages import addresses
from runtime.bench.reader import Reader
from runtime.bench.stage import Stage, stage
from runtime.demo.group import BY_NAME, PASSWORD
from runtime.demo.load import load
from runtime.services import SERVICES
from runtime.web import create_web
from services.audit.fieldwork.models import Reply
from services.audit.models import Audit
from services.audit.programme.coverage_schemas import By
from shared.auth import SYSTEM
from shared.logging import configure_logging
from shared.work import unit_of_work

READER: Final = BY_NAME["Claire Duval"]
FEW: Final = 50
TIMES: Final = 11
MOST_MS, MOST_MANY_MS, MOST_KB = 100, 300, 250
WAYS: Final = {way: way for way in (f"/coverage?by={by}" for by in By)}
"""Of one page: each is another matrix."""
CONDUCTED: Final = ("/audits/{audit_id}/checklist", "/audits/{audit_id}/room")
CHARTS: Final = ("vega", "charts")
FETCHED: Final = re.compile(r'(?:src|href)="(/static/[^"#]+)')
LATIN: Final = re.compile(r"url\(([^)]*latin\.[0-9a-f]+\.woff2)\)")
"""French and English need no other letters."""


@dataclass
class Measured:
    """A page. Of each pair, the first is with few rows and the second with many."""

    path: str
    address: str
    ms: list[list[float]] = field(default_factory=list)
    counts: list[tuple[int, int]] = field(default_factory=list)
    """Statements and requests."""
    weight: int = 0
    """Bytes."""


def main(kept: Path) -> None:
    configure_logging("ERROR")
    with stage() as on:
        on.start_processes()
        load()
        facts = machine.facts(on.supervisor.logs)
        lines = [_line(one) for one in _measure(on, _reader())]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"machine": facts, "lines": lines}, indent=1) + "\n")
    print(_table(lines))  # noqa: T201
    print(f"\n{kept}")  # noqa: T201


def _reader() -> Reader:
    web = create_web(list(SERVICES), with_portal=True)
    return Reader(web, READER.email, PASSWORD)


def _measure(on: Stage, reader: Reader) -> list[Measured]:
    found = sorted((addresses(reader.read) | WAYS | _conducted()).items())
    pages = [Measured(path, at) for path, at in found if reader.ask("GET", at).is_success]
    for most in (FEW, ALL):
        multiply(most, READER.id)
        with on.owner() as owner:
            owner.execute("analyze")  # as PostgreSQL does by itself, a minute later
        for one in pages:
            one.counts.append(_asked(reader, one.address))
            one.ms.append([reader.timed(one.address) for _ in range(TIMES)])
    for one in pages:
        one.weight = _weight(reader, one.address)
    return pages


def _asked(reader: Reader, address: str) -> tuple[int, int]:
    """The less of two: that a session was used is noted with whatever is read first in a while."""
    return min(reader.counted(address) for _ in range(2))


def _conducted() -> dict[str, str]:
    """The pages of an audit with answers, once it ends: until then they are its team's alone."""
    with unit_of_work("audit", SYSTEM) as uow:
        answers = uow.select(Reply).with_only_columns(Reply.audit_id)
        answered = uow.select(Audit).where(Audit.id.in_(answers)).order_by(Audit.id).limit(1)
        audit = uow.session.scalars(answered).one()
        audit.end_fieldwork()
        return {path: path.format(audit_id=audit.id) for path in CONDUCTED}


def _weight(reader: Reader, address: str) -> int:
    """Bytes of a page and of what it has a browser fetch; fonts only of the letters it is in."""
    page = reader.read(address)
    files = {path for path in FETCHED.findall(page) if not any(name in path for name in CHARTS)}
    letters = {font for path in files if ".css" in path for font in _letters(reader, path)}
    return len(gzip.compress(page.encode())) + sum(_served(reader, at) for at in files | letters)


def _letters(reader: Reader, path: str) -> list[str]:
    return [f"/static/vendor/{name}" for name in LATIN.findall(reader.read(path))]


@cache
def _served(reader: Reader, path: str) -> int:
    content = reader.ask("GET", path).content
    return len(content) if path.endswith(".woff2") else len(gzip.compress(content))


def _line(one: Measured) -> dict[str, Any]:
    return {
        "page": one.path,
        "ms": [round(median(times), 1) for times in one.ms],
        "slowest_ms": [round(max(times), 1) for times in one.ms],
        "kb": round(one.weight / 1000, 1),
        "statements": [statements for statements, _ in one.counts],
        "requests": [requests for _, requests in one.counts],
    }


def _table(lines: list[dict[str, Any]]) -> str:
    head = (
        f"{'page':<44}{'ms, few':>9}{'slowest':>9}{'many':>9}{'slowest':>9}{'kB':>7}"
        f"{'statements':>14}{'requests':>12}"
    )
    rows = [
        f"{line['page']:<44}{_times(line)}{line['kb']:>7.1f}"
        f"{_both(line['statements']):>14}{_both(line['requests']):>12}"
        for line in lines
    ]
    return "\n".join([head, *rows, _summary(lines)])


def _times(line: dict[str, Any]) -> str:
    pairs = zip(line["ms"], line["slowest_ms"], strict=True)
    return "".join(f"{middle:>9.1f}{slowest:>9.1f}" for middle, slowest in pairs)


def _both(counts: list[int]) -> str:
    few, many = counts
    return f"{few}" if few == many else f"{few} -> {many} !"


def _summary(lines: list[dict[str, Any]]) -> str:
    heavy = [line for line in lines if line["kb"] >= MOST_KB]
    counts = ("statements", "requests")
    grown = [line for line in lines if any(line[name][0] != line[name][1] for name in counts)]
    return "\n".join(
        [
            f"\n{len(lines)} pages",
            _pace("few rows", [line["ms"][0] for line in lines], MOST_MS),
            _pace("many", [line["ms"][1] for line in lines], MOST_MANY_MS),
            f"{len(heavy)} of {MOST_KB} kB or more",
            f"{len(grown)} that do not ask the same of many rows as of {FEW}",
        ]
    )


def _pace(rows: str, times: list[float], most: int) -> str:
    slow = sum(ms >= most for ms in times)
    return (
        f"{rows}: median {median(times):.1f} ms, slowest {max(times):.1f}; {slow} of {most} or more"
    )
