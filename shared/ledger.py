"""The tables every service keeps for itself: what it said, what it heard, what it changed.

They are written with Core, not the ORM: each event costs one row in two of them, and the ORM's
bookkeeping would double that price (measured: see docs/decisions/0003).
"""

from dataclasses import dataclass
from functools import cache, cached_property

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB


@dataclass(frozen=True)
class Ledger:
    """The shared tables, in one service's schema."""

    outbox: Table
    inbox: Table
    dead_letter: Table
    history: Table
    leaf: Table
    hearer: Table
    server: Table
    signature: Table
    reading: Table
    ended: Table

    @cached_property
    def news(self) -> Insert:
        """Put events into the outbox. Built once: it runs in every command."""
        return self.outbox.insert().inline()


@cache
def ledger(service: str) -> Ledger:
    """The shared tables of a service, for those that know it by name only."""
    return add_ledger(MetaData(schema=service))


def add_ledger(metadata: MetaData) -> Ledger:
    return Ledger(
        _outbox(metadata),
        _inbox(metadata),
        _dead_letter(metadata),
        _history(metadata),
        _leaf(metadata),
        _hearer(metadata),
        _server(metadata),
        _signature(metadata),
        _reading(metadata),
        _ended(metadata),
    )


def _outbox(metadata: MetaData) -> Table:
    """What the service announced: the log of record. Marked when sent, settled when all heard."""
    unsent = text("published_at IS NULL")
    unsettled = text("settled_at IS NULL")
    table = Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(), primary_key=True),
        Column("id", Uuid, nullable=False, unique=True),
        Column("topic", Text, nullable=False),
        Column("subject", Uuid),
        Column("sequence", Integer),
        Column("site_id", Uuid, index=True),
        Column("actor_id", Uuid, nullable=False),
        Column("actor_name", Text, nullable=False, server_default=""),
        Column("correlation_id", Uuid, nullable=False, index=True),
        Column("causation_id", Uuid),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("payload", JSONB, nullable=False),
        Column("published_at", DateTime(timezone=True)),
        Column("settled_at", DateTime(timezone=True)),
    )
    Index("ix_outbox_unsent", table.c.seq, postgresql_where=unsent)
    Index("ix_outbox_unsettled", table.c.seq, postgresql_where=unsettled)
    return table


def _inbox(metadata: MetaData) -> Table:
    """An event a handler has dealt with. Written with the handler's own changes."""
    return Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("handler", Text, primary_key=True),
        Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def _dead_letter(metadata: MetaData) -> Table:
    """An event a handler keeps failing on: counted, and after some attempts put aside."""
    return Table(
        "dead_letter",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("handler", Text, primary_key=True),
        Column("topic", Text, nullable=False),
        Column("envelope", Text, nullable=False),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("error", Text, nullable=False),
        Column("failed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        Column("dead_at", DateTime(timezone=True), index=True),
    )


def _history(metadata: MetaData) -> Table:
    """One row per changed row: who, when, what it was, what it became and why. Append only.

    Written by PostgreSQL itself, from the context that the unit of work sets.
    """
    table = Table(
        "history",
        metadata,
        Column("seq", BigInteger, Identity(), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("actor_id", Uuid, nullable=False),
        Column("actor_name", Text, nullable=False, server_default=""),
        Column("on_behalf_of", Uuid),
        Column("session_id", Uuid),
        Column("correlation_id", Uuid, nullable=False),
        Column("causation_id", Uuid),
        Column("action", Text, nullable=False),
        Column("object_type", Text, nullable=False),
        Column("object_id", Uuid, nullable=False),
        Column("site_id", Uuid, index=True),
        Column("version", Integer),
        Column("diff", JSONB, nullable=False),
        Column("reason", Text, nullable=False, server_default=""),
    )
    Index("ix_history_object_id_seq", table.c.object_id, table.c.seq)
    return table


def _leaf(metadata: MetaData) -> Table:
    """The place of a history row in the service's hash tree: see shared/merkle.py. Append only.

    The object's id is no part of the proof: it names what a missing row was about.
    """
    return Table(
        "leaf",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("seq", BigInteger, nullable=False, unique=True),
        Column("object_id", Uuid, nullable=False),
        Column("salt", LargeBinary, nullable=False),
        Column("hashes", LargeBinary, nullable=False),
    )


def _hearer(metadata: MetaData) -> Table:
    """A service that listens to this one, and to which topics. Kept by `qse migrate`."""
    return Table(
        "hearer",
        metadata,
        Column("service", Text, primary_key=True),
        Column("topics", JSONB, nullable=False),
    )


def _server(metadata: MetaData) -> Table:
    """Which run of the Redis server last held this service's stream. Another run may have less."""
    return Table(
        "server",
        metadata,
        Column("stream", Text, primary_key=True),
        Column("run_id", Text, nullable=False),
    )


def _signature(metadata: MetaData) -> Table:
    """Who signed which version of a record, with the words they read. Append only."""
    return Table(
        "signature",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("record_type", Text, nullable=False),
        Column("record_id", Uuid, nullable=False),
        Column("record_version", Integer, nullable=False),
        Column("site_id", Uuid, index=True),
        Column("meaning", Text, nullable=False),
        Column("content", JSONB, nullable=False),
        Column("content_hash", Text, nullable=False),
        Column("made_by", ARRAY(Uuid), nullable=False),
        Column("signer_id", Uuid, nullable=False),
        Column("signer_name", Text, nullable=False),
        Column("roles", ARRAY(Text), nullable=False),
        Column("confirmed_at", DateTime(timezone=True)),
        Column("signed_at", DateTime(timezone=True), nullable=False),
        Column("previous", Text),
        Column("hash", Text, nullable=False),
        UniqueConstraint("record_id", "record_version", "meaning"),
        CheckConstraint("signer_id <> ALL (made_by)", name="other_hands"),
    )


def _reading(metadata: MetaData) -> Table:
    """What somebody from outside asked for, also where it was refused. Append only.

    The policy shows it to who sees the whole group, and lets each write of themselves.
    """
    table = Table(
        "reading",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("person_id", Uuid, nullable=False),
        Column("person_name", Text, nullable=False),
        Column("session_id", Uuid),
        Column("correlation_id", Uuid, nullable=False),
        Column("method", Text, nullable=False),
        Column("route", Text, nullable=False),
        Column("ids", JSONB, nullable=False),
        Column("query", Text, nullable=False),
        info={
            "shown": "current_setting('qse.sites', true) = '*'",
            "written": "person_id::text = current_setting('qse.person', true)",
        },
    )
    Index("ix_reading_person_id_id", table.c.person_id, table.c.id)
    return table


def _ended(metadata: MetaData) -> Table:
    """Whose access tokens from before a moment are void: see shared/ended.py.

    The subject is a person, or the session or personal token that they were exchanged for.
    """
    return Table(
        "ended",
        metadata,
        Column("subject", Uuid, primary_key=True),
        Column("before", DateTime(timezone=True), nullable=False),
    )
