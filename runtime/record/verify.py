"""Verification: every row against its leaf, every tree against every checkpoint, and the copies.

It reads what is there in one pass and in batches, trusts nothing that is stored, and says in a
sentence per thing what was altered.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from runtime.record.checkpoints import START, Checkpoint, fingerprint, opened
from runtime.record.replay import differences, skipped_versions
from runtime.record.rows import canonical, in_utc
from runtime.record.sequence import LOOKBACK
from runtime.services import SERVICES
from services.identity.models import checkpoint as table
from shared.ledger import Ledger, ledger
from shared.merkle import Tree, leaf_hash
from shared.notes import Keys, NotSigned

BATCH = 2_000
MOST_NAMED = 200
FRESH = timedelta(minutes=10)
"""No transaction lasts as long, and no two clocks are as far apart."""

Readers = Mapping[str, Connection]
"""A connection per service, each in a transaction that sees one moment."""


@dataclass
class Numbers:
    """How far the numbers of a service's history rows had come, and when that was sealed."""

    last: int = 0
    sealed: list[tuple[datetime, int]] = field(default_factory=list)


@dataclass
class Report:
    """What was looked at, and what was found."""

    findings: list[str] = field(default_factory=list)
    rows: int = 0
    unsealed: int = 0
    checkpoints: int = 0
    newest: Checkpoint | None = None


def verify(readers: Readers, known: Keys, copies: Sequence[str], now: datetime) -> Report:
    """Verify everything. `copies` are the notes that were kept outside of the database."""
    report = Report()
    kept = list(readers["identity"].scalars(select(table.c.note).order_by(table.c.number)))
    here = list(_signed(kept, known, "in the database", report))
    outside = list(_signed(copies, known, "in the copy", report))
    report.findings += [*_in_order(here), *_in_order(outside), *_kept(kept, outside)]
    everything = sorted({c.note: c for c in [*here, *outside]}.values(), key=lambda c: c.number)
    report.checkpoints = len(everything)
    report.newest = everything[-1] if everything else None
    began = everything[0].made_at if everything else now
    for name in SERVICES:
        numbers = _verify_service(readers[name], name, everything, report)
        report.unsealed += _uncovered(readers[name], name, report.newest)
        report.findings += _waiting(readers[name], name, numbers, report)
        report.findings += skipped_versions(readers[name], name)
        report.findings += differences(readers[name], SERVICES[name], began)
    return report


def _signed(notes: Sequence[str], known: Keys, where: str, report: Report) -> Iterator[Checkpoint]:
    for index, note in enumerate(notes, start=1):
        try:
            yield opened(note, known)
        except NotSigned:
            report.findings.append(f"checkpoint {index} {where} bears no valid signature")


def _in_order(checkpoints: Sequence[Checkpoint]) -> Iterator[str]:
    """Numbers without gaps, each note naming the one before, and sizes that never shrink."""
    before: Checkpoint | None = None
    for one in checkpoints:
        number, previous = (before.number, fingerprint(before.note)) if before else (0, START)
        if one.number != number + 1 or one.previous != previous:
            yield f"checkpoint {one.number} does not continue checkpoint {number}"
        for name, tip in before.tips.items() if before else ():
            if name not in one.tips or one.tips[name].size < tip.size:
                yield f"checkpoint {one.number} has fewer rows of {name} than the one before"
        before = one


def _kept(kept: Sequence[str], outside: Sequence[Checkpoint]) -> Iterator[str]:
    here = set(kept)
    for one in outside:
        if one.note not in here:
            yield (
                f"checkpoint {one.number} of {one.made_at:%Y-%m-%d %H:%M:%S} UTC was copied "
                "outside and is not in the database: it was removed or replaced"
            )


def _verify_service(
    reader: Connection, name: str, checkpoints: Sequence[Checkpoint], report: Report
) -> Numbers:
    """One pass over the leaves of a service, with their history rows beside them."""
    tips = [(c, c.tips[name]) for c in checkpoints if name in c.tips]
    sealed: dict[int, list[tuple[Checkpoint, bytes]]] = {}
    for one, tip in tips:
        sealed.setdefault(tip.size, []).append((one, tip.root))
    tree, window, agrees = Tree(), [], True
    numbers = Numbers()
    for row in _leaves(reader, ledger(name)):
        report.findings += _wrong(name, row, tree)
        report.findings += _late(name, row, numbers)
        numbers.last = max(numbers.last, row.seq)
        window.append(str(row.object_id))
        if tree.size in sealed:
            numbers.sealed.append((sealed[tree.size][0][0].made_at, numbers.last))
        if tree.size in sealed and agrees:
            wrong = [one for one, root in sealed[tree.size] if root != tree.root]
            if wrong:
                agrees = False
                report.findings.append(_rewritten(name, wrong[0], window))
            window = []
    report.rows += tree.size
    report.findings += _removed(name, sealed, tree.size)
    return numbers


def _removed(
    name: str, sealed: Mapping[int, Sequence[tuple[Checkpoint, bytes]]], size: int
) -> Iterator[str]:
    beyond = next((there for there in sealed if there > size), None)
    if beyond is not None:
        first = sealed[beyond][0][0]
        yield (
            f"{name}: checkpoint {first.number} sealed {beyond} rows and {size} are left: "
            f"the last {beyond - size} were removed"
        )


def _late(name: str, row: Any, numbers: Numbers) -> Iterator[str]:  # noqa: ANN401  a row
    """A row with an old number that says it was written after later numbers had been sealed."""
    since = bisect_right(numbers.sealed, row.seq, key=lambda sealed: sealed[1])
    if row.at is None or since == len(numbers.sealed):
        return
    sealed, _ = numbers.sealed[since]
    if row.at > sealed + FRESH:
        yield (
            f"{name}: history row {row.seq}, about {row.object_type} {row.about}, says "
            f"{row.at:%Y-%m-%d %H:%M:%S} UTC, and rows after it had been sealed by "
            f"{sealed:%Y-%m-%d %H:%M:%S}: it was put in afterwards"
        )


def _wrong(name: str, row: Any, tree: Tree) -> Iterator[str]:  # noqa: ANN401  a joined row
    """What is wrong with a leaf; grows the tree by what its history row is now."""
    at = tree.size
    if row.position != at:
        yield f"{name}: position {at} of the tree is missing, before row {row.seq}"
    if row.canonical is None:
        tree.grow(bytes(row.hashes)[:32])
        yield f"{name}: history row {row.seq}, about {row.object_id}, was removed"
        return
    hashes = tree.grow(leaf_hash(bytes(row.salt), row.canonical.encode()))
    about = f"about {row.object_type} {row.about}"
    if row.about != row.object_id:
        yield f"{name}: history row {row.seq} is {about} and was sealed about {row.object_id}"
    if hashes[:32] != bytes(row.hashes)[:32]:
        yield f"{name}: history row {row.seq}, {about}, is not what was sealed"
    elif hashes != bytes(row.hashes):
        yield f"{name}: the tree above history row {row.seq}, {about}, was altered"


def _rewritten(name: str, checkpoint: Checkpoint, window: Sequence[str]) -> str:
    named = ", ".join(dict.fromkeys(window[-MOST_NAMED:])) or "none"
    return (
        f"{name}: the rows sealed by checkpoint {checkpoint.number} are no longer the same; what "
        f"was altered is about one of: {named}"
    )


def _leaves(reader: Connection, kept: Ledger) -> Iterator[Any]:
    in_utc(reader)
    history, leaf = kept.history.alias("h"), kept.leaf
    rows = (
        select(
            leaf.c.position, leaf.c.seq, leaf.c.object_id, leaf.c.salt, leaf.c.hashes,
            history.c.at, history.c.object_type, history.c.object_id.label("about"),
            canonical(history).label("canonical"),
        )
        .select_from(leaf.outerjoin(history, history.c.seq == leaf.c.seq))
        .order_by(leaf.c.position)
    )  # fmt: skip
    yield from reader.execute(rows.execution_options(yield_per=BATCH))


def _waiting(reader: Connection, name: str, numbers: Numbers, report: Report) -> Iterator[str]:
    """Rows that are in no tree yet. They get their place soon, but for those the sealer passes by.

    That a row waits long says that nothing seals, not that somebody altered it.
    """
    kept = ledger(name)
    history, leaf = kept.history, kept.leaf
    lone = ~select(leaf.c.seq).where(leaf.c.seq == history.c.seq).exists()
    about = history.c.object_id.label("about")
    rows = select(history.c.seq, history.c.object_type, about, history.c.at).where(lone)
    report.unsealed += reader.scalar(select(func.count()).select_from(rows.subquery())) or 0
    for row in reader.execute(rows.order_by(history.c.seq).limit(MOST_NAMED)):
        if row.seq <= numbers.last - LOOKBACK:
            yield (
                f"{name}: history row {row.seq}, about {row.object_type} {row.about}, "
                f"says {row.at:%Y-%m-%d %H:%M:%S} UTC and was never sealed"
            )
        else:
            yield from _late(name, row, numbers)


def _uncovered(reader: Connection, name: str, newest: Checkpoint | None) -> int:
    """Leaves past the newest checkpoint: nothing signed vouches for them yet."""
    tip = newest.tips.get(name) if newest else None
    leaf = ledger(name).leaf
    beyond = select(func.count()).where(leaf.c.position >= (tip.size if tip else 0))
    return reader.scalar(beyond) or 0
