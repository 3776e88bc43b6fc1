from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.identity.schemas import Awaits, Door, Language, NodeKind, Purpose, Role
from shared.db import Entity, schema


class Model(Entity, DeclarativeBase):
    metadata = schema("identity")


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
    network: Mapped[str] = mapped_column(default="")
    awaits: Mapped[Awaits] = mapped_column(default=Awaits.NOTHING)
    """A session that still awaits a code opens nothing."""
    by_provider: Mapped[bool] = mapped_column(default=False)
    """The group's identity provider vouched for the person, with its own second factor."""


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
    """A failed sign-in or an asked-for link, counted per account and per network."""

    __tablename__ = "attempt"

    account: Mapped[str] = mapped_column(index=True)
    network: Mapped[str] = mapped_column(index=True)
    at_door: Mapped[Door]
    failed_at: Mapped[datetime] = mapped_column(index=True)


class Factor(Model):
    """The authenticator app of a person. `last_step` is of the last code taken: each works once."""

    __tablename__ = "factor"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), unique=True)
    secret: Mapped[str] = mapped_column(info={"secret": True})
    last_step: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Model):
    """A way in for who lost the app. Shown once, kept hashed, used once."""

    __tablename__ = "recovery_code"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(info={"secret": True})
    used_at: Mapped[datetime | None]


class Link(Model):
    """A link that sets a password: to be mailed, then for its token alone, once.

    It belongs to nobody where the address that was typed is nobody's: asking must not tell.
    """

    __tablename__ = "link"

    purpose: Mapped[Purpose]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.person.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(unique=True, info={"secret": True})
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Handshake(Model):
    """A sign-in under way at the identity provider; only the browser that began it ends it."""

    __tablename__ = "handshake"

    secret_hash: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.person.id"), index=True)
    """Who links their account, if it is for that."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class ProviderAccount(Model):
    """Who somebody is at the identity provider. Never known by e-mail address."""

    __tablename__ = "provider_account"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
