"""Budgets for confirmation letters.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('asking',
        sa.Column('occasion', sa.Text(), nullable=False),
        sa.Column('address_key', sa.Text(), nullable=False),
        sa.Column('network_key', sa.Text(), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('occasion', name=op.f('pk_asking'))
    )
    op.create_index('ix_asking_address_key', 'asking', ['address_key'], unique=False)
    op.create_index('ix_asking_network_key_at', 'asking', ['network_key', 'at'], unique=False)
    op.create_index('ix_asking_at', 'asking', ['at'], unique=False)
