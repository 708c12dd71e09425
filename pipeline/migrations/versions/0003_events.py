"""What comes back: events that find their mailing and their reader. Nothing wrote the table before.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_event_delivery_key', table_name='event')
    op.drop_table('event')
    op.create_table('event',
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('bounce', sa.Text(), nullable=True),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.Column('address_hash', sa.Text(), nullable=True),
        sa.Column('delivery_key', sa.Text(), nullable=True),
        sa.Column('mailing_id', sa.BigInteger(), nullable=True),
        sa.Column('subscriber_id', sa.BigInteger(), nullable=True),
        sa.Column('provider', sa.Text(), nullable=False),
        sa.Column('status', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('raw', sa.Text(), nullable=False),
        sa.CheckConstraint("bounce IN ('hard', 'soft')", name=op.f('ck_event_bounce_known')),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_event'))
    )
    op.create_index('ix_event_delivery_key', 'event', ['delivery_key'], unique=False)
    op.create_index('ix_event_mailing_id_seen_at', 'event', ['mailing_id', 'seen_at'], unique=False)
    op.create_index('ix_event_subscriber_id', 'event', ['subscriber_id'], unique=False)
    op.create_index('ix_delivery_provider_id', 'delivery', ['provider_id'], unique=False, sqlite_where=sa.text("provider_id IS NOT NULL AND provider <> 'smtp'"), postgresql_where=sa.text("provider_id IS NOT NULL AND provider <> 'smtp'"))
    op.create_index('ix_delivery_failed', 'delivery', ['settled_at'], unique=False, sqlite_where=sa.text("state = 'failed'"), postgresql_where=sa.text("state = 'failed'"))
