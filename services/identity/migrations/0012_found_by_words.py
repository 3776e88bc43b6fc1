"""found by words"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

FOUND_IN = {
    "node": "name || ' ' || code",
    "person": "name || ' ' || email",
}
FOLDED = (
    "replace(replace(lower(regexp_replace(normalize({}, NFKD), '[\\u0300-\\u036f]', '', 'g')),"
    " 'œ', 'oe'), 'æ', 'ae')"
)


def upgrade() -> None:
    for table, texts in FOUND_IN.items():
        computed = sa.Computed(FOLDED.format(texts), persisted=True)
        column = sa.Column("found_by", sa.Text(), computed, nullable=False)
        op.add_column(table, column, schema="identity")
        op.create_index(
            op.f(f"ix_{table}_found_by"),
            table,
            ["found_by"],
            schema="identity",
            postgresql_using="gin",
            postgresql_ops={"found_by": "gin_trgm_ops"},
        )


def downgrade() -> None:
    for table in FOUND_IN:
        op.drop_column(table, "found_by", schema="identity")
