"""purpose in both languages"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SHIPPED = {
    "ACT_OPEN": "Actions neither verified effective nor cancelled at the end of the period.",
    "ACT_RETARD": "Open actions that are not done and past their due date at the end of the period.",
    "ACT_DELAI": "Share of the actions done no later than their first due date, among those whose"
    " first due date falls within the last twelve months.",
    "NC_MAJ_12M": "Major nonconformities raised within the last twelve months.",
}

definition = sa.table(
    "definition",
    sa.column("code"),
    sa.column("edition"),
    sa.column("purpose_en"),
    schema="indicators",
)


def upgrade() -> None:
    op.alter_column("definition", "purpose", new_column_name="purpose_fr", schema="indicators")
    op.add_column(
        "definition",
        sa.Column("purpose_en", sa.String(), nullable=False, server_default=""),
        schema="indicators",
    )
    op.alter_column("definition", "purpose_en", server_default=None, schema="indicators")
    for code, purpose in SHIPPED.items():
        shipped = (definition.c.code == code) & (definition.c.edition == 1)
        op.execute(sa.update(definition).where(shipped).values(purpose_en=purpose))


def downgrade() -> None:
    op.drop_column("definition", "purpose_en", schema="indicators")
    op.alter_column("definition", "purpose_fr", new_column_name="purpose", schema="indicators")
