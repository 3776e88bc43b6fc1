"""second factors, links by mail, sign-in by an identity provider, attempts per network"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DOOR = sa.Enum("sign_in", "link", name="door", native_enum=False, length=40)
AWAITS = sa.Enum("nothing", "code", "factor", name="awaits", native_enum=False, length=40)
ADDED: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("attempt", sa.Column("network", sa.String(), nullable=False, server_default="")),
    ("attempt", sa.Column("at_door", DOOR, nullable=False, server_default="sign_in")),
    ("session", sa.Column("network", sa.String(), nullable=False, server_default="")),
    ("session", sa.Column("awaits", AWAITS, nullable=False, server_default="nothing")),
    ("session", sa.Column("by_provider", sa.Boolean(), nullable=False, server_default="f")),
)


def upgrade() -> None:
    op.create_table("factor",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("person_id", sa.Uuid(), nullable=False),
    sa.Column("secret", sa.String(), nullable=False),
    sa.Column("last_step", sa.Integer(), nullable=False),
    sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["person_id"], ["identity.person.id"], name=op.f("fk_factor_person_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_factor")),
    sa.UniqueConstraint("person_id", name=op.f("uq_factor_person_id")),
    schema="identity"
    )
    op.create_table("handshake",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("secret_hash", sa.String(), nullable=False),
    sa.Column("person_id", sa.Uuid(), nullable=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["person_id"], ["identity.person.id"], name=op.f("fk_handshake_person_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_handshake")),
    sa.UniqueConstraint("secret_hash", name=op.f("uq_handshake_secret_hash")),
    schema="identity"
    )
    op.create_index(op.f("ix_handshake_expires_at"), "handshake", ["expires_at"], unique=False, schema="identity")
    op.create_index(op.f("ix_handshake_person_id"), "handshake", ["person_id"], unique=False, schema="identity")
    op.create_table("link",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("purpose", sa.Enum("invitation", "reset", name="purpose", native_enum=False, length=40), nullable=False),
    sa.Column("person_id", sa.Uuid(), nullable=True),
    sa.Column("token_hash", sa.String(), nullable=True),
    sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["person_id"], ["identity.person.id"], name=op.f("fk_link_person_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    sa.UniqueConstraint("token_hash", name=op.f("uq_link_token_hash")),
    schema="identity"
    )
    op.create_index(op.f("ix_link_expires_at"), "link", ["expires_at"], unique=False, schema="identity")
    op.create_index(op.f("ix_link_person_id"), "link", ["person_id"], unique=False, schema="identity")
    op.create_table("provider_account",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("person_id", sa.Uuid(), nullable=False),
    sa.Column("issuer", sa.String(), nullable=False),
    sa.Column("subject", sa.String(), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["person_id"], ["identity.person.id"], name=op.f("fk_provider_account_person_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_account")),
    sa.UniqueConstraint("issuer", "subject", name=op.f("uq_provider_account_issuer_subject")),
    schema="identity"
    )
    op.create_index(op.f("ix_provider_account_person_id"), "provider_account", ["person_id"], unique=False, schema="identity")
    op.create_table("recovery_code",
    sa.Column("id", sa.Uuid(), nullable=False),
    sa.Column("person_id", sa.Uuid(), nullable=False),
    sa.Column("code_hash", sa.String(), nullable=False),
    sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    sa.Column("version", sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(["person_id"], ["identity.person.id"], name=op.f("fk_recovery_code_person_id")),
    sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    schema="identity"
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"], unique=False, schema="identity")
    for table, column in ADDED:
        op.add_column(table, column, schema="identity")
        op.alter_column(table, column.name, server_default=None, schema="identity")
    op.create_index("ix_attempt_network", "attempt", ["network"], schema="identity")


def downgrade() -> None:
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name, schema="identity")
    op.drop_index(op.f("ix_recovery_code_person_id"), table_name="recovery_code", schema="identity")
    op.drop_table("recovery_code", schema="identity")
    op.drop_index(op.f("ix_provider_account_person_id"), table_name="provider_account", schema="identity")
    op.drop_table("provider_account", schema="identity")
    op.drop_index(op.f("ix_link_person_id"), table_name="link", schema="identity")
    op.drop_index(op.f("ix_link_expires_at"), table_name="link", schema="identity")
    op.drop_table("link", schema="identity")
    op.drop_index(op.f("ix_handshake_person_id"), table_name="handshake", schema="identity")
    op.drop_index(op.f("ix_handshake_expires_at"), table_name="handshake", schema="identity")
    op.drop_table("handshake", schema="identity")
    op.drop_table("factor", schema="identity")
