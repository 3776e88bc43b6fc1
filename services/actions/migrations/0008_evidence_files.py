"""evidence files"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('evidence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('object_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('uploaded_by', sa.Uuid(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('superseded_by', sa.Uuid(), nullable=True),
    sa.Column('superseded_for', sa.String(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence')),
    schema='actions'
    )
    op.create_index(op.f('ix_evidence_object_id'), 'evidence', ['object_id'], unique=False, schema='actions')
    op.create_index(op.f('ix_evidence_sha256'), 'evidence', ['sha256'], unique=False, schema='actions')
    op.create_index(op.f('ix_evidence_site_id'), 'evidence', ['site_id'], unique=False, schema='actions')



def downgrade() -> None:

    op.drop_index(op.f('ix_evidence_site_id'), table_name='evidence', schema='actions')
    op.drop_index(op.f('ix_evidence_sha256'), table_name='evidence', schema='actions')
    op.drop_index(op.f('ix_evidence_object_id'), table_name='evidence', schema='actions')
    op.drop_table('evidence', schema='actions')

