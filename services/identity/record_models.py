"""The state of the sealing, and what people asked to have looked at or proved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, synonym

from services.identity import visibility
from services.identity.models import Model
from services.identity.record_schemas import JobStatus, Problem
from shared.db import Entity

sealing = Table(
    "sealing",
    Model.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("waiting", Integer, nullable=False),
    Column("looked_at", DateTime(timezone=True), nullable=False),
    Column("disagreement", Text),
)
"""One row: what the sealer saw when it last looked. Nobody else can count over all services."""


class Job(Entity):
    """Work that takes its time. What is due stands here, and runtime/record/jobs.py takes it."""

    person_id: Mapped[UUID] = mapped_column(ForeignKey("identity.person.id"), index=True)
    status: Mapped[JobStatus] = mapped_column(default=JobStatus.WAITING)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    problem: Mapped[Problem | None]


class Verification(Job, Model):
    """A look at the whole record. What it found is not for everybody who may ask for it."""

    __tablename__ = "verification"

    rows: Mapped[int | None]
    checkpoints: Mapped[int | None]
    found: Mapped[int | None]
    findings: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, info={"secret": True})


class Proof(Job, Model):
    """The record of one site for one person, to be fetched within a day."""

    __tablename__ = "proof"
    __table_args__ = visibility.OWN

    node_id: Mapped[UUID] = mapped_column(ForeignKey("identity.node.id"), index=True)
    site_id: Mapped[UUID] = synonym("node_id")
    needs: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """The permissions without which one could not read all that is in it."""
    rows: Mapped[int | None]
    checkpoint: Mapped[int | None]
    size: Mapped[int | None]
    expires_at: Mapped[datetime | None]


proof_file = Table(
    "proof_file",
    Model.metadata,
    Column("proof_id", Uuid, ForeignKey("identity.proof.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    **visibility.FILES,
)
"""The archive itself. It is no part of the history, and goes when its day is over."""
