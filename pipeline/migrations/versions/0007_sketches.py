"""Sketches in a table of their own: they were most of an issue's row, and each pass reads every row.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'issue_sketch',
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('sketch', sa.LargeBinary(), nullable=False),
        sa.Column('settled', sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(['key'], ['issue.key'], name=op.f('fk_issue_sketch_key')),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_issue_sketch')),
    )
    op.execute("INSERT INTO issue_sketch (key, sketch, settled) SELECT key, sketch, settled_sketch FROM issue")
    op.drop_column('issue', 'sketch')
    op.drop_column('issue', 'settled_sketch')
