"""Approving, issuing, verifying, closing: what people sign, who may, and what it proves.

A signature binds a person, a meaning and a content. Its row is never changed; each holds the hash
of the one before on the same record, and all are in the history that checkpoints seal.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import inspect, or_, select
from uuid_utils.compat import uuid7

from shared.db import Entity
from shared.directory import owns_process
from shared.errors import Forbidden
from shared.schemas import Meaning, SignatureOut
from shared.work import TO_SIGN, Seen, UnitOfWork

NOT_SIGNED = ("content", "hash")
"""The columns of a signature that its hash does not cover: the content is covered by its own."""


class OwnWork(Forbidden):
    message = "You had a hand in {record}; somebody else must do this."


class OwnProcess(Forbidden):
    message = "You own the process {process} at this site; somebody else must do this for {record}."


class Signable(Entity):
    """A row that people sign."""

    words: ClassVar[tuple[str, ...]]
    """The columns that say what is signed: all that the signer reads and states."""

    @property
    def label(self) -> str:
        """What people call it."""
        raise NotImplementedError

    @property
    def made_by(self) -> Iterable[UUID | None]:
        """Who wrote or did a part of it, and so may not approve, verify or close it."""
        raise NotImplementedError

    @property
    def place_and_process(self) -> tuple[UUID, str] | None:
        """The site and the process it is about: whoever owns that process may not judge it."""
        return None

    def content(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.words}


S = TypeVar("S", bound=Signable)


@contextmanager
def signing(uow: UnitOfWork, model: type[S], id: UUID, seen: Seen, meaning: Meaning) -> Iterator[S]:
    """Have the actor sign a row: locked, as it was shown, made by others, themselves confirmed.

    What the signature means for the row is done inside; what it refuses is refused before anybody
    is asked for a password.
    """
    row = uow.get(model, id, lock=True, seen=seen)
    shown = row.version
    made_by = [hand for hand in row.made_by if hand] if meaning.needs_other_hands else []
    if meaning.needs_other_hands:
        require_other_hands(uow, row.label, made_by)
        _require_other_process(uow, row)
    yield row
    uow.require_confirmed(TO_SIGN)
    uow.session.flush()
    signed = _signature(uow, row, shown, meaning, made_by)
    uow.session.execute(uow.ledger.signature.insert(), signed)
    uow.session.info["signed"] = True


def require_other_hands(uow: UnitOfWork, record: str, hands: Iterable[UUID | None]) -> None:
    """Separation of duties: nobody approves, verifies or closes what they wrote or did."""
    if uow.actor.id in hands:
        raise OwnWork(record=record)


def _require_other_process(uow: UnitOfWork, row: Signable) -> None:
    about = row.place_and_process
    if about is not None and owns_process(uow, uow.actor.id, *about):
        raise OwnProcess(process=about[1], record=row.label)


def _signature(
    uow: UnitOfWork, row: Signable, shown: int, meaning: Meaning, made_by: list[UUID]
) -> dict[str, Any]:
    content, place = row.content(), getattr(row, "site_id", None)
    signed = {
        "id": uuid7(),
        "record_type": type(row).__name__,
        "record_id": row.id,
        "record_version": shown,
        "site_id": place,
        "meaning": meaning.value,
        "content": content,
        "content_hash": hash_of(content),
        "made_by": made_by,
        "signer_id": uow.actor.id,
        "signer_name": uow.actor.name,
        "roles": sorted({grant.role for grant in uow.actor.grants if grant.covers(place)}),
        "confirmed_at": uow.actor.confirmed_at,
        "signed_at": uow.now,
        "previous": _last_hash(uow, row.id),
    }
    return signed | {"hash": hash_of_signature(signed)}


def _last_hash(uow: UnitOfWork, record_id: UUID) -> str | None:
    """The row is locked, so nobody adds one meanwhile."""
    table = uow.ledger.signature
    theirs = select(table.c.hash).where(table.c.record_id == record_id)
    return uow.session.scalar(theirs.order_by(table.c.signed_at.desc(), table.c.id.desc()).limit(1))


def signatures(uow: UnitOfWork, record_id: UUID) -> list[SignatureOut]:
    """The signatures of a record, first to last, each checked anew."""
    table = uow.ledger.signature
    found = select(table).where(table.c.record_id == record_id)
    if uow.places is not None:
        found = found.where(or_(table.c.site_id.in_(uow.places), table.c.site_id.is_(None)))
    ordered = found.order_by(table.c.signed_at, table.c.id)
    rows = [dict(row) for row in uow.session.execute(ordered).mappings()]
    now = _content_now(uow, rows[0]) if rows else None
    before = [None, *(row["hash"] for row in rows)]
    return [
        SignatureOut(
            **{name: row[name] for name in SignatureOut.model_fields if name in row},
            intact=is_intact(row, previous),
            current=row["content_hash"] == now,
        )
        for row, previous in zip(rows, before, strict=False)
    ]


def is_intact(signature: Mapping[str, Any], previous: str | None) -> bool:
    """Whether a signature still says what was signed, in its place in the record's sequence."""
    kept = signature["content_hash"], signature["hash"], signature["previous"]
    return kept == (hash_of(signature["content"]), hash_of_signature(signature), previous)


def _content_now(uow: UnitOfWork, signature: Mapping[str, Any]) -> str | None:
    """What the record says today; None if it is gone or not for the caller to see."""
    model = signables(uow.service)[signature["record_type"]]
    row = uow.session.get(model, signature["record_id"])
    return None if row is None else hash_of(row.content())


def signables(service: str) -> dict[str, type[Signable]]:
    """What people sign in a service, by the name of its kind."""
    known = Signable.__subclasses__()
    return {m.__name__: m for m in known if inspect(m).local_table.schema == service}


def hash_of_signature(signature: Mapping[str, Any]) -> str:
    return hash_of({name: value for name, value in signature.items() if name not in NOT_SIGNED})


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON: keys sorted, times in UTC, decimals and ids as text."""
    said = {str(name): _in_utc(value) for name, value in content.items()}
    return hashlib.sha256(orjson.dumps(said, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _in_utc(value: object) -> object:
    return value.astimezone(UTC) if isinstance(value, datetime) else value
