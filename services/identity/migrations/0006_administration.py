"""proposals, uploads, and who may see which rows of identity"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ROLES = (
    "platform_admin", "group_coordinator", "site_coordinator", "process_owner", "auditor",
    "contributor", "reader", "records_officer", "certifier", "inspector",
)
STATUSES = ("pending", "confirmed", "refused", "withdrawn", "expired")

PLACES_SEEN = """
create function identity.places_seen() returns uuid[]
language sql stable security definer set search_path = '' as $$
    select coalesce(array_agg(distinct above), '{}')
    from identity.node, unnest(path) above
    where id = any(string_to_array(nullif(current_setting('qse.sites', true), '*'), ',')::uuid[])
$$
"""
"""The caller's places and those above them. A policy cannot read the table it guards, hence
with the rights of the owner, whom nobody signs in as; it tells ids and nothing else."""


def upgrade() -> None:
    op.add_column("person", sa.Column("added_by", sa.Uuid(), nullable=True), schema="identity")
    op.create_index("ix_person_added_by", "person", ["added_by"], schema="identity")
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Enum(*ROLES, name="role", native_enum=False, length=40), nullable=False),
        sa.Column("node_id", sa.Uuid(), nullable=False),
        sa.Column("process", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum(*STATUSES, name="proposalstatus", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id"], ["identity.node.id"], name=op.f("fk_proposal_node_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["identity.person.id"], name=op.f("fk_proposal_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        schema="identity",
    )
    for column in ("person_id", "node_id", "status"):
        op.create_index(f"ix_proposal_{column}", "proposal", [column], schema="identity")
    op.create_index(
        "uq_proposal_pending",
        "proposal",
        ["person_id", "role", "node_id"],
        unique=True,
        schema="identity",
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("people", "places", name="sheetkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("workbook", postgresql.BYTEA(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["identity.person.id"], name=op.f("fk_upload_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("person_id", name=op.f("uq_upload_person_id")),
        schema="identity",
    )
    op.execute(PLACES_SEEN)
    op.execute("revoke all on function identity.places_seen() from public")
    op.execute("grant execute on function identity.places_seen() to qse_identity")
    op.execute("create policy tree on identity.node for select to qse_owner using (true)")


def downgrade() -> None:
    for table in ("node", "grant", "person", "session", "personal_token", "attempt"):
        op.execute(f'drop policy if exists places on identity."{table}"')
        op.execute(f'alter table identity."{table}" disable row level security')
    op.drop_table("upload", schema="identity")
    op.drop_table("proposal", schema="identity")
    op.execute("drop policy tree on identity.node")
    op.execute("drop function identity.places_seen()")
    op.drop_column("person", "added_by", schema="identity")
