"""sessions and tokens say more"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADDED: tuple[tuple[str, sa.Column[Any]], ...] = (
    ("session", sa.Column("agent", sa.String(), nullable=False, server_default="")),
    ("personal_token", sa.Column("reads_only", sa.Boolean(), nullable=False, server_default="f")),
)


def upgrade() -> None:
    for table, column in ADDED:
        op.add_column(table, column, schema="identity")
        op.alter_column(table, column.name, server_default=None, schema="identity")


def downgrade() -> None:
    for table, column in ADDED:
        op.drop_column(table, column.name, schema="identity")
