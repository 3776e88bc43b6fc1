from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.identity.schemas import Language, NodeKind, Role
from shared.db import Entity, schema


class Model(Entity, DeclarativeBase):
    metadata = schema("identity")


checkpoint = Table(
    "checkpoint",
    Model.metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("note", Text, nullable=False),
)
"""What the records of all services were at a moment, signed: see runtime/record. Append only."""


class Node(Model):
    """A place of the tree. `path` runs from the group down to the node itself."""

    __tablename__ = "node"

    kind: Mapped[NodeKind]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.node.id"), index=True)
    name: Mapped[str]
    code: Mapped[str]
    path: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))


class Person(Model):
    __tablename__ = "person"

    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    language: Mapped[Language] = mapped_column(String)
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(info={"secret": True})


class Grant(Model):
    """A role held on a node, and so on everything below it, from a day until another."""

    __tablename__ = "grant"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    role: Mapped[Role]
    node_id: Mapped[UUID] = mapped_column(ForeignKey("identity.node.id"), index=True)
    process: Mapped[str | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Process(Model):
    """A process of the management system, by code. The processes service will own it."""

    __tablename__ = "process"

    code: Mapped[str] = mapped_column(unique=True)
    name_fr: Mapped[str]
    name_en: Mapped[str]


class SignedIn(Model):
    """A session of the portal. Only the hash of its token is kept."""

    __tablename__ = "session"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    expires_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    agent: Mapped[str] = mapped_column(default="")


class PersonalToken(Model):
    """A key for a program of one person. Shown once, kept hashed."""

    __tablename__ = "personal_token"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    reads_only: Mapped[bool] = mapped_column(default=False)


class Attempt(Model):
    """A failed sign-in, counted per account: guessing must be slow."""

    __tablename__ = "attempt"

    account: Mapped[str] = mapped_column(index=True)
    failed_at: Mapped[datetime] = mapped_column(index=True)
