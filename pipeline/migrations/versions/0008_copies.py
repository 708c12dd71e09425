"""How many copies of a message may lie with its provider: what is sent again and again is counted, and stays its own.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('delivery', sa.Column('copies', sa.Integer(), server_default='0', nullable=False))
    op.execute("UPDATE delivery SET copies = 1 WHERE state = 'in_doubt'")
    op.execute("UPDATE delivery SET copies = 1 WHERE state = 'deferred' AND provider <> ''")
