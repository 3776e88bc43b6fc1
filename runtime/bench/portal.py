"""`qse bench portal`: how long pages take, what they weigh, and that they stay flat as lists grow.

The portal and the services are whole applications called in this process, one request at a time,
as the group's coordinator, on the demo group. The time of a page is from the request until its
last byte, with all that the portal asks of the services, without a browser. Its weight is what a
browser fetches at a first visit, compressed as it is served: the page, styles, scripts, letters
and icons, without what draws charts. Statements and requests are counted twice: with some 50 rows
in every register, and with 5,000.
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
from runtime.bench.multiplied import multiply
from runtime.bench.pages import addresses
from runtime.bench.reader import Reader
from runtime.bench.stage import stage
from runtime.demo.group import BY_NAME, PASSWORD
from runtime.demo.load import load
from runtime.services import SERVICES
from runtime.web import create_web
from shared.logging import configure_logging

READER: Final = BY_NAME["Claire Duval"]
FEW, MANY = 50, 5_000
TIMES: Final = 11
MOST_MS, MOST_KB = 100, 250
CHARTS: Final = ("vega", "charts")
FETCHED: Final = re.compile(r'(?:src|href)="(/static/[^"#]+)')
LATIN: Final = re.compile(r"url\(([^)]*latin\.[0-9a-f]+\.woff2)\)")
"""French and English need no other letters."""


@dataclass
class Measured:
    """A page: its milliseconds at first and with many rows, its weight in bytes, what it asks."""

    path: str
    address: str
    ms: float = 0.0
    many_ms: float = 0.0
    weight: int = 0
    counts: list[tuple[int, int]] = field(default_factory=list)
    """Statements and requests, with few rows and with many."""


def main(kept: Path) -> None:
    configure_logging("ERROR")
    with stage() as on:
        on.start_processes()
        load()
        facts = machine.facts(on.supervisor.logs)
        lines = [_line(one) for one in _measure(_reader())]
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"machine": facts, "lines": lines}, indent=1) + "\n")
    print(_table(lines))  # noqa: T201
    print(f"\n{kept}")  # noqa: T201


def _reader() -> Reader:
    web = create_web(list(SERVICES), with_portal=True)
    return Reader(web, READER.email, PASSWORD)


def _measure(reader: Reader) -> list[Measured]:
    found = sorted(addresses(reader.read).items())
    pages = [Measured(path, at) for path, at in found if reader.ask("GET", at).is_success]
    for one in pages:
        one.ms, one.weight = _median(reader, one.address), _weight(reader, one.address)
    for most in (FEW, MANY):
        multiply(most, READER.id)
        for one in pages:
            one.counts.append(reader.counted(one.address))
    for one in pages:
        one.many_ms = _median(reader, one.address)
    return pages


def _median(reader: Reader, address: str) -> float:
    reader.read(address)
    return median(reader.timed(address) for _ in range(TIMES))


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
        "ms": round(one.ms, 1),
        "many_ms": round(one.many_ms, 1),
        "kb": round(one.weight / 1000, 1),
        "statements": [statements for statements, _ in one.counts],
        "requests": [requests for _, requests in one.counts],
    }


def _table(lines: list[dict[str, Any]]) -> str:
    head = f"{'page':<44}{'ms':>7}{'at 5,000':>10}{'kB':>7}{'statements':>14}{'requests':>12}"
    rows = [
        f"{line['page']:<44}{line['ms']:>7.1f}{line['many_ms']:>10.1f}{line['kb']:>7.1f}"
        f"{_both(line['statements']):>14}{_both(line['requests']):>12}"
        for line in lines
    ]
    return "\n".join([head, *rows, _summary(lines)])


def _both(counts: list[int]) -> str:
    few, many = counts
    return f"{few}" if few == many else f"{few} -> {many} !"


def _summary(lines: list[dict[str, Any]]) -> str:
    slow = [line for line in lines if line["ms"] >= MOST_MS]
    heavy = [line for line in lines if line["kb"] >= MOST_KB]
    counts = ("statements", "requests")
    grown = [line for line in lines if any(len(set(line[name])) > 1 for name in counts)]
    middle = median(line["ms"] for line in lines)
    return (
        f"\n{len(lines)} pages, median {middle:.1f} ms (target < {MOST_MS}); "
        f"{len(slow)} slower; {len(heavy)} of {MOST_KB} kB or more; "
        f"{len(grown)} that ask more at {MANY:,} rows than at {FEW}"
    )
