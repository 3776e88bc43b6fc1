"""The database: one schema and one login per service, and what every row has."""

import threading
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

import orjson
from sqlalchemy import (
    Connection,
    DateTime,
    Engine,
    Enum,
    Function,
    MetaData,
    Numeric,
    TextClause,
    create_engine,
    event,
    func,
    literal,
    text,
)
from sqlalchemy.orm import (
    Mapped,
    Session,
    SessionTransaction,
    declared_attr,
    mapped_column,
)
from uuid_utils.compat import uuid7

from shared.errors import Unauthenticated
from shared.ledger import add_ledger
from shared.settings import settings

POOL_SIZE = 5
POOL_OVERFLOW = 10
ALIKE = 0.5
"""How much of a word must be there for a search to find it: one letter in six may be wrong."""

_engines: dict[str, Engine | Connection] = {}
_opening = threading.Lock()


def engine(service: str) -> Engine | Connection:
    """The pool of one service in this process, opened at first use."""
    with _opening:
        if service not in _engines:
            _engines[service] = open_pool(service)
        return _engines[service]


def open_pool(service: str) -> Engine:
    return create_engine(
        settings().url_of(service),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=5,
        pool_use_lifo=True,
        json_serializer=to_json,
        hide_parameters=True,  # an error is logged, and people's texts and names are not
        connect_args={
            "connect_timeout": 5,
            "application_name": f"qse {service}",
            "options": "-c statement_timeout=15000 -c lock_timeout=5000"
            " -c idle_in_transaction_session_timeout=30000"
            f" -c pg_trgm.word_similarity_threshold={ALIKE}",
        },
    )


class ScopedSession(Session):
    """A session that tells PostgreSQL, at the start of each transaction, who works and where.

    Row-level security reads whose rows may be seen: a session nobody scoped fails, an empty scope
    sees no rows. The history's triggers read the context: without one nothing can be changed.
    Whose access was ended after their token was issued is refused.
    """


@event.listens_for(ScopedSession, "after_begin")
def _tell_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if not transaction.nested:
        told = {"person": "", "permission": "", "context": "", "subjects": [], **session.info}
        asked = {name: told[name] for name in (*SCOPE, "subjects")}
        *_, void_before = connection.execute(_set_scope(told["service"]), asked).one()
        issued_at = told.get("issued_at")
        if void_before is not None and issued_at is not None and issued_at < void_before:
            raise Unauthenticated


SCOPE = ("sites", "person", "permission", "context")


@cache
def _set_scope(service: str) -> TextClause:
    """One statement for both, as each unit of work begins with it: the scope, and its end."""
    settings = ", ".join(f"set_config('qse.{name}', :{name}, true)" for name in SCOPE)
    ended = f"select max(before) from {service}.ended where subject = any(:subjects)"  # noqa: S608  our own name
    return text(f"select {settings}, ({ended})")


def set_context(context: object) -> Function[str]:
    """Tell PostgreSQL anew who makes the changes that follow: part of a statement."""
    return func.set_config("qse.context", context, literal(value=True))


def open_session(service: str, info: dict[str, Any]) -> ScopedSession:
    """Without a sessionmaker: it makes a class each time, which costs more than the session."""
    return ScopedSession(
        engine(service),
        expire_on_commit=False,
        join_transaction_mode="create_savepoint",
        info={"service": service, **info},
    )


def to_json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()


def use(service: str, connection: Connection) -> None:
    """Have a service work inside a transaction that is already open: for tests, which undo it."""
    _engines[service] = connection


def disconnect() -> None:
    """Close every pool: before a fork, between tests."""
    with _opening:
        for pool in _engines.values():
            if isinstance(pool, Engine):
                pool.dispose()
        _engines.clear()


def schema(name: str) -> MetaData:
    """Keep a service's tables in a schema of their own, with names Alembic can predict.

    The tables every service has for itself (outbox, inbox, history, ...) come with it.
    """
    metadata = MetaData(
        schema=name,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    add_ledger(metadata)
    return metadata


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


class Entity:
    """The columns every table starts with, and how Python types become column types."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=_values),
    }

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), sort_order=99)
    version: Mapped[int] = mapped_column(default=1, sort_order=100)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805  SQLAlchemy passes the class
        return {"version_id_col": cls.__table__.c.version, "eager_defaults": True}  # type: ignore[attr-defined]


class OfSite(Entity):
    """A row that belongs to one place, and is seen only by those whose grants cover it.

    The place is a site; for figures added up over many sites it is their division or group.
    """

    site_id: Mapped[UUID] = mapped_column(index=True)


class Traced(Entity):
    """A row that is a step of a longer story; its events carry that story's correlation id."""

    correlation_id: Mapped[UUID] = mapped_column(index=True, sort_order=98)


EXACT = Numeric(24, 8)
"""Measured quantities: exact decimals, never floats."""
