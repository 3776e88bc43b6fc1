"""Sessions, keys and what else signing in leaves behind. Secrets are kept as hashes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.identity import visibility
from services.identity.models import Model
from services.identity.schemas import Awaits, Door, Purpose


class SignedIn(Model):
    """A session of the portal. Only the hash of its token is kept."""

    __tablename__ = "session"
    __table_args__ = visibility.OWN_OR_HELPED

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
    __table_args__ = visibility.OWN_OR_HELPED

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    reads_only: Mapped[bool] = mapped_column(default=False)


class Attempt(Model):
    """A failed sign-in or an asked-for link, counted per account and per network."""

    __tablename__ = "attempt"
    __table_args__ = visibility.NOBODYS

    account: Mapped[str] = mapped_column(index=True)
    network: Mapped[str] = mapped_column(index=True)
    at_door: Mapped[Door]
    failed_at: Mapped[datetime] = mapped_column(index=True)


class Factor(Model):
    """The authenticator app of a person. `last_step` is of the last code taken: each works once."""

    __tablename__ = "factor"
    __table_args__ = visibility.OWN

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), unique=True)
    secret: Mapped[str] = mapped_column(info={"secret": True})
    last_step: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(Model):
    """A way in for who lost the app. Shown once, kept hashed, used once."""

    __tablename__ = "recovery_code"
    __table_args__ = visibility.OWN

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(info={"secret": True})
    used_at: Mapped[datetime | None]


class Link(Model):
    """A link that sets a password: to be mailed, then for its token alone, once.

    It belongs to nobody where the address that was typed is nobody's: asking must not tell.
    """

    __tablename__ = "link"
    __table_args__ = visibility.OWN_OR_HELPED

    purpose: Mapped[Purpose]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.person.id"), index=True)
    token_hash: Mapped[str | None] = mapped_column(unique=True, info={"secret": True})
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Handshake(Model):
    """A sign-in under way at the identity provider; only the browser that began it ends it."""

    __tablename__ = "handshake"
    __table_args__ = visibility.OWN

    secret_hash: Mapped[str] = mapped_column(unique=True, info={"secret": True})
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("identity.person.id"), index=True)
    """Who links their account, if it is for that."""
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class ProviderAccount(Model):
    """Who somebody is at the identity provider. Never known by e-mail address."""

    __tablename__ = "provider_account"
    __table_args__ = (UniqueConstraint("issuer", "subject"), visibility.OWN)

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]
