"""How somebody agreed before they left stays known, also when anybody asks for their address again.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('former_subscription',
        sa.Column('subscriber_id', sa.BigInteger(), nullable=False),
        sa.Column('list', sa.Text(), nullable=False),
        sa.Column('confirmed_at', sa.BigInteger(), nullable=False),
        sa.Column('asked_at', sa.BigInteger(), nullable=True),
        sa.Column('left_at', sa.BigInteger(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('evidence', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'],
                                name=op.f('fk_former_subscription_subscriber_id_subscriber')),
        sa.PrimaryKeyConstraint('subscriber_id', 'list', 'confirmed_at', name=op.f('pk_former_subscription'))
    )
