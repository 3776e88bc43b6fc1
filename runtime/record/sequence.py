"""The sequencer: gives every committed history row its place in the service's hash tree.

Rows commit out of the order of their numbers, so it looks for those without a leaf and keeps no
cursor. It is one at a time per service; one that is killed leaves nothing or a whole batch.
"""

import secrets
from typing import Any

from sqlalchemy import Select, func, select

from runtime.record.rows import canonical, grown, in_utc, tree_at
from shared.auth import SYSTEM
from shared.ledger import Ledger
from shared.merkle import leaf_hash
from shared.work import UnitOfWork, unit_of_work

BATCH = 5_000
SALT_BYTES = 16
SEQUENCING = 7_301

LOOKBACK = 100_000
"""How many rows may be written while one transaction lasts: PostgreSQL ends it sooner."""


def sequence(service: str) -> int:
    """Give all rows their places. Gives the size of the tree."""
    while _sequence_batch(service) == BATCH:
        pass
    with unit_of_work(service, SYSTEM) as uow:
        return grown(uow.session, uow.ledger.leaf)


def _sequence_batch(service: str) -> int:
    with unit_of_work(service, SYSTEM) as uow:
        one_at_a_time(uow, SEQUENCING)
        in_utc(uow.session)
        return append(uow)


def append(uow: UnitOfWork) -> int:
    """Append a batch of rows to the tree, within a transaction that holds the lock."""
    leaf = uow.ledger.leaf
    tree = tree_at(uow.session, leaf, grown(uow.session, leaf))
    rows = [_leaf(tree.size, row, tree.grow) for row in uow.session.execute(unsealed(uow.ledger))]
    if rows:
        uow.session.execute(leaf.insert().inline(), rows)
    return len(rows)


def _leaf(position: int, row: Any, grow: Any) -> dict[str, Any]:  # noqa: ANN401  a row, a method
    salt = secrets.token_bytes(SALT_BYTES)
    return {
        "position": position,
        "seq": row.seq,
        "object_id": row.object_id,
        "salt": salt,
        "hashes": grow(leaf_hash(salt, row.canonical.encode())),
    }


def unsealed(kept: Ledger) -> Select[Any, Any, Any, str]:
    """History rows without a leaf, as they are hashed."""
    history, leaf = kept.history.alias("h"), kept.leaf
    floor = select(func.coalesce(func.max(leaf.c.seq) - LOOKBACK, 0)).scalar_subquery()
    return (
        select(
            history.c.seq,
            history.c.at,
            history.c.object_id,
            canonical(history).label("canonical"),
        )
        .where(history.c.seq > floor)
        .where(~select(leaf.c.seq).where(leaf.c.seq == history.c.seq).exists())
        .order_by(history.c.seq)
        .limit(BATCH)
    )


def oldest_unsealed(service: str) -> float:
    """How many seconds the oldest row without a leaf has waited."""
    with unit_of_work(service, SYSTEM) as uow:
        first = uow.session.execute(unsealed(uow.ledger).limit(1)).first()
    return (uow.now - first.at).total_seconds() if first else 0.0


def one_at_a_time(uow: UnitOfWork, lock: int) -> None:
    """Wait for whoever does the same for this service. The services may share a database."""
    held = func.pg_advisory_xact_lock(lock, func.hashtext(uow.service))
    uow.session.execute(select(held))
