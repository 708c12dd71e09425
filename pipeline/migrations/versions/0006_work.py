"""What each process is at work on, so that `status` can say it of every machine.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('worker', sa.Column('work', sa.Text(), server_default='', nullable=False))
