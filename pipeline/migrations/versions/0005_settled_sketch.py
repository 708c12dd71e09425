"""What an issue said when it was mailed or adopted, so that its copy is known whatever its file says later.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('issue', sa.Column('settled_sketch', sa.LargeBinary(), nullable=True))
    op.execute("UPDATE issue SET settled_sketch = sketch WHERE state IN ('adopted', 'mailed')")
