"""history says why, for whom, in which session and after what"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ADDED: tuple[sa.Column[Any], ...] = (
    sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
    sa.Column("session_id", sa.Uuid(), nullable=True),
    sa.Column("causation_id", sa.Uuid(), nullable=True),
    sa.Column("version", sa.Integer(), nullable=True),
    sa.Column("reason", sa.Text(), nullable=False, server_default=""),
)


def upgrade() -> None:
    for column in ADDED:
        op.add_column("history", column, schema="risk")


def downgrade() -> None:
    for column in reversed(ADDED):
        op.drop_column("history", column.name, schema="risk")
