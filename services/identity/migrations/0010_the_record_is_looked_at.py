"""the record is verified and proved by whoever may ask for it"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def job(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["identity.person.id"], name=op.f(f"fk_{name}_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        schema="identity",
    )
    op.create_index(op.f(f"ix_{name}_person_id"), name, ["person_id"], schema="identity")


def upgrade() -> None:
    op.create_table(
        "sealing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disagreement", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealing")),
        schema="identity",
    )
    job(
        "verification",
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("checkpoints", sa.Integer(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("findings", sa.ARRAY(sa.Text()), nullable=False),
    )
    job(
        "proof",
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.Column("needs", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("checkpoint", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_foreign_key(
        op.f("fk_proof_node_id_node"),
        "proof",
        "node",
        ["node_id"],
        ["id"],
        source_schema="identity",
        referent_schema="identity",
    )
    op.create_index(op.f("ix_proof_node_id"), "proof", ["node_id"], schema="identity")
    op.create_table(
        "proof_file",
        sa.Column("proof_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proof_id"], ["identity.proof.id"], name=op.f("fk_proof_file_proof_id_proof")
        ),
        sa.PrimaryKeyConstraint("proof_id", name=op.f("pk_proof_file")),
        schema="identity",
    )


def downgrade() -> None:
    for table in ("proof_file", "proof", "verification", "sealing"):
        op.drop_table(table, schema="identity")
