"""The proof of one site's record, for somebody who has nothing but Python to check it with."""

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from runtime.record.checkpoints import Checkpoint, keys, signed_note
from runtime.record.rows import canonical, in_utc, stored
from runtime.record.seal import Disagreement, seal
from runtime.record.verify_proof import CHECKPOINT, CONTENTS, KEYS, packed
from runtime.services import SERVICES
from services.identity.models import Node
from services.identity.record_schemas import Problem
from shared.auth import SYSTEM
from shared.merkle import Node as Subtree
from shared.merkle import full_subtrees, proof, siblings
from shared.work import UnitOfWork, unit_of_work

KIND = "qse proof of"
VERIFIER = Path(__file__).with_name("verify_proof.py")
BATCH = 500
MOST_ROWS = 100_000
"""Of one service: some 200 MB, which whoever checks them holds in memory."""


class CannotProve(Exception):
    """Why no proof can be had, as a code and in words."""

    def __init__(self, problem: Problem, why: str) -> None:
        super().__init__(why)
        self.problem = problem


def prove_site(site: UUID, out: Path) -> str:
    """Seal what is new, and write the proof. Says what is in it."""
    with unit_of_work("identity", SYSTEM) as uow:
        node = uow.session.get(Node, site)
        name = node.name if node else sys.exit(f"qse: there is no place {site}")
    try:
        checkpoint = seal(at_once=True)
        if checkpoint is None:
            sys.exit("qse: nothing was recorded yet")
        files = pack(site, checkpoint, list(SERVICES))
    except (Disagreement, CannotProve) as found:
        sys.exit(f"qse: nothing can be proved: {found}; run: qse verify")
    out.write_bytes(packed(files))
    return f"{counted(files)} rows of {name} under checkpoint {checkpoint.number}: {out}"


def counted(files: dict[str, bytes]) -> int:
    """How many rows a proof holds."""
    return sum(content.count(b"\n") for file, content in files.items() if file.startswith("rows/"))


def pack(site: UUID, checkpoint: Checkpoint, services: Sequence[str]) -> dict[str, bytes]:
    """The files of a proof, of these services: nothing in them is of another site."""
    files = {
        CHECKPOINT: checkpoint.note.encode(),
        KEYS: json.dumps({name: key.hex() for name, key in keys().items()}).encode(),
        VERIFIER.name: VERIFIER.read_bytes(),
    }
    for service in services:
        files[f"rows/{service}.jsonl"] = "".join(_lines(service, site, checkpoint)).encode()
    return {CONTENTS: _contents(site, checkpoint, files).encode(), **files}


def _contents(site: UUID, checkpoint: Checkpoint, files: dict[str, bytes]) -> str:
    listed = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in files.items()]
    head = [f"{KIND} one site's record", f"site {site}", f"checkpoint {checkpoint.number}"]
    return signed_note("\n".join([*head, *listed, ""]))


def _lines(service: str, site: UUID, checkpoint: Checkpoint) -> Iterator[str]:
    """A line per history row of the site, with the hashes that lead to the service's root."""
    size = checkpoint.tips[service].size
    with unit_of_work(service, SYSTEM) as uow:
        in_utc(uow.session)
        after = -1
        count = 0
        while rows := _batch(uow, site, range(after + 1, size)):
            paths = _paths(uow, [row.position for row in rows], size)
            for row, path in zip(rows, paths, strict=True):
                yield _line(row, path)
            after = rows[-1].position
            count += len(rows)
            if count > MOST_ROWS:
                why = f"{service} has more than {MOST_ROWS} rows of this site"
                raise CannotProve(Problem.TOO_LARGE, why)


def _batch(uow: UnitOfWork, site: UUID, positions: range) -> Sequence[Any]:
    history, leaf = uow.ledger.history.alias("h"), uow.ledger.leaf
    rows = (
        select(leaf.c.position, leaf.c.salt, canonical(history).label("canonical"))
        .join(history, history.c.seq == leaf.c.seq)
        .where(history.c.site_id == site)
        .where(leaf.c.position.between(positions.start, positions.stop - 1))
        .order_by(leaf.c.position)
    )
    return uow.session.execute(rows.limit(BATCH)).all()


def _paths(uow: UnitOfWork, positions: Sequence[int], size: int) -> list[list[bytes]]:
    needed: set[Subtree] = set()
    for position in positions:
        for start, count in siblings(position, size):
            needed |= set(full_subtrees(start, count))
    look = stored(uow.session, uow.ledger.leaf, list(needed))
    return [proof(position, size, look) for position in positions]


def _line(row: Any, path: Sequence[bytes]) -> str:  # noqa: ANN401  a joined row
    said = {
        "position": row.position,
        "salt": bytes(row.salt).hex(),
        "row": row.canonical,
        "path": [hash.hex() for hash in path],
    }
    return json.dumps(said, ensure_ascii=False) + "\n"
