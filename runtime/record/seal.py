"""The sealer: signs what the records of all services are, and copies that outside.

Two that run at once wait for each other, and one that is killed leaves the next to finish: the
checkpoint is committed first, and the file gets whatever it lacks at the next run.
"""

from datetime import timedelta

import structlog
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from runtime.record import copies
from runtime.record.checkpoints import START, Checkpoint, Tip, keys, opened, signed
from runtime.record.rows import grown, tree_at
from runtime.record.sequence import one_at_a_time, sequence
from runtime.services import SERVICES
from services.identity.models import checkpoint as table
from services.identity.record_models import sealing
from services.identity.record_schemas import LONGEST_WAIT_S, MOST_WAITING
from shared.auth import SYSTEM
from shared.notes import NotSigned
from shared.settings import Misconfigured, settings
from shared.work import UnitOfWork, unit_of_work

log = structlog.get_logger()

OWNER = "identity"
SEALING = 7_302
LOOK_EVERY_S = 5
MOST_UNSEALED = MOST_WAITING
LONGEST = timedelta(seconds=LONGEST_WAIT_S - 10)
"""With the pause between two looks, a row waits for its checkpoint for a minute at most."""
TOLD_EVERY = timedelta(minutes=1)


class Disagreement(Exception):
    """The record no longer continues what was signed before: nothing is signed until it does."""


def seal(*, at_once: bool = False) -> Checkpoint | None:
    """Sequence what is new, and sign it if it is time. Gives the newest checkpoint."""
    sizes = {name: sequence(name) for name in SERVICES}
    try:
        with unit_of_work(OWNER, SYSTEM) as uow:
            one_at_a_time(uow, SEALING)
            last = _agreed(uow)
            if is_due(uow, last, sum(sizes.values()), at_once=at_once):
                last = _sign(uow, last)
            _tell(uow, sum(sizes.values()) - (last.size if last else 0))
    except (Disagreement, Misconfigured) as found:
        log.critical("record not sealed", why=str(found))
        with unit_of_work(OWNER, SYSTEM) as uow:
            _tell(uow, 0, str(found))
        raise
    _copy(last)
    return last


def is_due(uow: UnitOfWork, last: Checkpoint | None, size: int, *, at_once: bool) -> bool:
    new = size - (last.size if last else 0)
    waited = last is None or uow.now - last.made_at >= LONGEST
    return new > 0 and (at_once or waited or new >= MOST_UNSEALED)


def _tell(uow: UnitOfWork, waiting: int, disagreement: str | None = None) -> None:
    """Leave word for the page of the proof: when something is new, and once a minute."""
    seen = {"waiting": max(waiting, 0), "disagreement": disagreement}
    row = insert(sealing).values(id=1, looked_at=uow.now, **seen)
    told = sealing.c.looked_at > uow.now - TOLD_EVERY
    same = tuple_(*(sealing.c[name] for name in seen)).is_not_distinct_from(
        tuple_(*(row.excluded[name] for name in seen))
    )
    again = {**seen, "looked_at": uow.now}
    uow.session.execute(
        row.on_conflict_do_update(index_elements=["id"], set_=again, where=~(told & same))
    )


def agreement() -> Checkpoint | None:
    """The newest checkpoint, if the record and the copies outside continue it."""
    with unit_of_work(OWNER, SYSTEM) as uow:
        return _agreed(uow)


def _agreed(uow: UnitOfWork) -> Checkpoint | None:
    """The last checkpoint, after a look whether trees and copies still agree with it."""
    note = uow.session.scalar(select(table.c.note).order_by(table.c.number.desc()).limit(1))
    try:
        last = opened(note, keys()) if note else None
        copied = copies.newest(settings().checkpoints, keys())
    except NotSigned:
        raise Disagreement("the newest checkpoint does not bear a valid signature") from None
    if copied is not None:
        _require_kept(uow, copied)
    for name, tip in (last.tips if last else {}).items():
        if tip_of(name, tip.size) != tip:
            raise Disagreement(f"{name} no longer has the first {tip.size} rows that were sealed")
    return last


def _require_kept(uow: UnitOfWork, copied: Checkpoint) -> None:
    kept = uow.session.scalar(select(table.c.note).where(table.c.number == copied.number))
    if kept != copied.note:
        raise Disagreement(f"checkpoint {copied.number} was copied outside, and is not kept here")


def tip_of(service: str, size: int | None = None) -> Tip:
    """The root of a service's tree, as it was at a size or as it is."""
    with unit_of_work(service, SYSTEM) as uow:
        leaf = uow.ledger.leaf
        there = grown(uow.session, leaf)
        if size is not None and size > there:
            return Tip(there, b"")
        tree = tree_at(uow.session, leaf, there if size is None else size)
        return Tip(tree.size, tree.root)


def _sign(uow: UnitOfWork, last: Checkpoint | None) -> Checkpoint:
    made = Checkpoint(
        number=last.number + 1 if last else 1,
        made_at=uow.now,
        previous=last.fingerprint if last else START,
        tips={name: tip_of(name) for name in SERVICES},
    )
    done = opened(signed(made), keys())
    row = {"number": done.number, "made_at": uow.now, "note": done.note}
    uow.session.execute(table.insert().values(row))
    return done


def _copy(last: Checkpoint | None) -> None:
    """Bring the file outside up to date: with the last checkpoint, and those a kill kept back."""
    if last is None:
        return
    with unit_of_work(OWNER, SYSTEM) as uow:
        one_at_a_time(uow, SEALING)
        copied = copies.newest(settings().checkpoints, keys())
        since = copied.number if copied else 0
        lacking = select(table.c.note).where(table.c.number > since).order_by(table.c.number)
        notes = [opened(note, keys()) for note in uow.session.scalars(lacking)]
        if notes:
            copies.append(settings().checkpoints, notes)
