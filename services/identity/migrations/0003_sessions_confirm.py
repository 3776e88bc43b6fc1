"""sessions say when the person last proved who they are"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("session", column, schema="identity")
    op.execute("update identity.session set confirmed_at = created_at")
    op.alter_column("session", "confirmed_at", nullable=False, schema="identity")


def downgrade() -> None:
    op.drop_column("session", "confirmed_at", schema="identity")
