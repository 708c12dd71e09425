"""The three books as they began: archive, roster, ledger.

A migration is history: it repeats what `pipeline.schema` said on its day and is never edited.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('edition',
        sa.Column('digest', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('language', sa.Text(), nullable=False),
        sa.Column('subject', sa.Text(), nullable=False),
        sa.Column('preheader', sa.Text(), nullable=False),
        sa.Column('html', sa.Text(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('made_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('digest', name=op.f('pk_edition'))
    )
    op.create_table('event',
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.Column('address_hash', sa.Text(), nullable=True),
        sa.Column('delivery_key', sa.Text(), nullable=True),
        sa.Column('provider', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('raw', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_event'))
    )
    op.create_index('ix_event_delivery_key', 'event', ['delivery_key'], unique=False)
    op.create_table('fragment',
        sa.Column('digest', sa.Text(), nullable=False),
        sa.Column('content', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('digest', name=op.f('pk_fragment'))
    )
    op.create_table('issue',
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('path', sa.Text(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=True),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('day', sa.Text(), nullable=False),
        sa.Column('due_at', sa.BigInteger(), nullable=False),
        sa.Column('cover', sa.JSON(), nullable=True),
        sa.Column('description', sa.Text(), nullable=False),
        sa.Column('language', sa.Text(), nullable=True),
        sa.Column('tags', sa.JSON(), nullable=False),
        sa.Column('lists', sa.JSON(), nullable=False),
        sa.Column('draft', sa.Boolean(), nullable=False),
        sa.Column('source_digest', sa.Text(), nullable=False),
        sa.Column('text_digest', sa.Text(), nullable=False),
        sa.Column('sketch', sa.LargeBinary(), nullable=False),
        sa.Column('changed_at', sa.BigInteger(), nullable=False),
        sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.Column('due_seen_at', sa.BigInteger(), nullable=True),
        sa.Column('missing_at', sa.BigInteger(), nullable=True),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('since', sa.BigInteger(), nullable=False),
        sa.Column('ordinal', sa.Integer(), nullable=True),
        sa.Column('published_at', sa.BigInteger(), nullable=True),
        sa.Column('updated_at', sa.BigInteger(), nullable=True),
        sa.Column('feed_id', sa.Text(), nullable=True),
        sa.Column('permalink', sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'scheduled', 'waiting', 'held', 'adopted', 'published', 'mailed', 'problem')", name=op.f('ck_issue_state_known')),
        sa.CheckConstraint('(published_at IS NULL) = (feed_id IS NULL)', name=op.f('ck_issue_published_has_id')),
        sa.CheckConstraint('(published_at IS NULL) = (ordinal IS NULL)', name=op.f('ck_issue_published_has_ordinal')),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_issue')),
        sa.UniqueConstraint('feed_id', name=op.f('uq_issue_feed_id')),
        sa.UniqueConstraint('ordinal', name=op.f('uq_issue_ordinal'))
    )
    op.create_table('ledger',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.Column('baseline_at', sa.BigInteger(), nullable=True),
        sa.Column('orphan', sa.Boolean(), nullable=False),
        sa.Column('epoch', sa.Integer(), nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_ledger_single')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger'))
    )
    op.create_table('note',
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('value', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_note'))
    )
    op.create_table('pace',
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('next_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_pace'))
    )
    op.create_table('subscriber',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('address_folded', sa.Text(), nullable=False),
        sa.Column('address_hash', sa.Text(), nullable=False),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('language', sa.Text(), nullable=False),
        sa.Column('attributes', sa.JSON(), nullable=False),
        sa.Column('created_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriber')),
        sa.UniqueConstraint('address_folded', name=op.f('uq_subscriber_address_folded')),
        sa.UniqueConstraint('address_hash', name=op.f('uq_subscriber_address_hash')),
    sqlite_autoincrement=True
    )
    op.create_table('suppression',
        sa.Column('address_hash', sa.Text(), nullable=False),
        sa.Column('address', sa.Text(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('source', sa.Text(), nullable=False),
        sa.Column('at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('address_hash', name=op.f('pk_suppression'))
    )
    op.create_table('worker',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('host', sa.Text(), nullable=False),
        sa.Column('boot_id', sa.Text(), nullable=False),
        sa.Column('pid', sa.Integer(), nullable=False),
        sa.Column('shard', sa.Integer(), nullable=False),
        sa.Column('started_at', sa.BigInteger(), nullable=False),
        sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_worker'))
    )
    op.create_table('issue_alias',
        sa.Column('alias', sa.Text(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['key'], ['issue.key'], name=op.f('fk_issue_alias_key')),
        sa.PrimaryKeyConstraint('alias', name=op.f('pk_issue_alias'))
    )
    op.create_table('issue_file',
        sa.Column('path', sa.Text(), nullable=False),
        sa.Column('mtime_ns', sa.BigInteger(), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('digest', sa.Text(), nullable=False),
        sa.Column('seen_at', sa.BigInteger(), nullable=False),
        sa.Column('claimed', sa.Text(), nullable=True),
        sa.Column('key', sa.Text(), nullable=True),
        sa.Column('problem', sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(['key'], ['issue.key'], name=op.f('fk_issue_file_key')),
        sa.PrimaryKeyConstraint('path', name=op.f('pk_issue_file'))
    )
    op.create_table('issue_text',
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('body_line', sa.Integer(), nullable=False),
        sa.Column('descriptions', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['key'], ['issue.key'], name=op.f('fk_issue_text_key')),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_issue_text'))
    )
    op.create_table('mailing',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('issue_key', sa.Text(), nullable=False),
        sa.Column('list', sa.Text(), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('since', sa.BigInteger(), nullable=False),
        sa.Column('send_at', sa.BigInteger(), nullable=False),
        sa.Column('approved', sa.Boolean(), nullable=False),
        sa.Column('edition_digest', sa.Text(), nullable=True),
        sa.Column('envelope', sa.JSON(), nullable=True),
        sa.Column('audience', sa.Integer(), nullable=False),
        sa.Column('first_delivery', sa.BigInteger(), nullable=True),
        sa.Column('started_at', sa.BigInteger(), nullable=True),
        sa.Column('expires_at', sa.BigInteger(), nullable=True),
        sa.Column('ended_at', sa.BigInteger(), nullable=True),
        sa.CheckConstraint("state IN ('held', 'scheduled', 'sending', 'paused', 'sent', 'cancelled')", name=op.f('ck_mailing_state_known')),
        sa.CheckConstraint("state NOT IN ('sending', 'paused', 'sent') OR (edition_digest IS NOT NULL AND envelope IS NOT NULL)", name=op.f('ck_mailing_started_is_frozen')),
        sa.ForeignKeyConstraint(['edition_digest'], ['edition.digest'], name=op.f('fk_mailing_edition_digest')),
        sa.ForeignKeyConstraint(['issue_key'], ['issue.key'], name=op.f('fk_mailing_issue_key')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mailing')),
        sa.UniqueConstraint('issue_key', 'list', 'round', name=op.f('uq_mailing_issue_key_list_round'))
    )
    op.create_table('redirect',
        sa.Column('permalink', sa.Text(), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['key'], ['issue.key'], name=op.f('fk_redirect_key')),
        sa.PrimaryKeyConstraint('permalink', name=op.f('pk_redirect'))
    )
    op.create_table('subscription',
        sa.Column('list', sa.Text(), nullable=False),
        sa.Column('subscriber_id', sa.BigInteger(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('asked_at', sa.BigInteger(), nullable=True),
        sa.Column('confirmed_at', sa.BigInteger(), nullable=True),
        sa.Column('left_at', sa.BigInteger(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('evidence', sa.JSON(), nullable=False),
        sa.CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name=op.f('ck_subscription_confirmed_has_date')),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'left')", name=op.f('ck_subscription_state_known')),
        sa.ForeignKeyConstraint(['subscriber_id'], ['subscriber.id'], name=op.f('fk_subscription_subscriber_id')),
        sa.PrimaryKeyConstraint('list', 'subscriber_id', name=op.f('pk_subscription'))
    )
    op.create_index('ix_subscription_subscriber_id', 'subscription', ['subscriber_id'], unique=False)
    op.create_table('delivery',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('key', sa.Text(), nullable=False),
        sa.Column('message_id', sa.Text(), nullable=False),
        sa.Column('mailing_id', sa.BigInteger(), nullable=True),
        sa.Column('edition_digest', sa.Text(), nullable=False),
        sa.Column('issue_key', sa.Text(), nullable=True),
        sa.Column('list', sa.Text(), nullable=False),
        sa.Column('round', sa.Integer(), nullable=False),
        sa.Column('subscriber_id', sa.BigInteger(), nullable=False),
        sa.Column('address', sa.Text(), nullable=True),
        sa.Column('name', sa.Text(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('due_at', sa.BigInteger(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('worker', sa.Text(), nullable=True),
        sa.Column('fence', sa.Integer(), nullable=False),
        sa.Column('lease_until', sa.BigInteger(), nullable=True),
        sa.Column('attempted_at', sa.BigInteger(), nullable=True),
        sa.Column('doubt', sa.Text(), nullable=True),
        sa.Column('reply', sa.Text(), nullable=False),
        sa.Column('provider', sa.Text(), nullable=False),
        sa.Column('provider_id', sa.Text(), nullable=True),
        sa.Column('settled_at', sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'in_doubt') = (doubt IS NOT NULL)", name=op.f('ck_delivery_doubt_has_cause')),
        sa.CheckConstraint("state <> 'sending' OR (worker IS NOT NULL AND lease_until IS NOT NULL)", name=op.f('ck_delivery_sending_has_holder')),
        sa.CheckConstraint("state IN ('pending', 'sending', 'deferred', 'sent', 'failed', 'in_doubt', 'skipped', 'cancelled')", name=op.f('ck_delivery_state_known')),
        sa.CheckConstraint("state NOT IN ('sent', 'in_doubt') OR attempted_at IS NOT NULL", name=op.f('ck_delivery_marked_before_wire')),
        sa.ForeignKeyConstraint(['edition_digest'], ['edition.digest'], name=op.f('fk_delivery_edition_digest')),
        sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_delivery_mailing_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
        sa.UniqueConstraint('issue_key', 'round', 'subscriber_id', name=op.f('uq_delivery_issue_key_round_subscriber_id')),
        sa.UniqueConstraint('key', name=op.f('uq_delivery_key')),
        sa.UniqueConstraint('message_id', name=op.f('uq_delivery_message_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_delivery_deferred', 'delivery', ['due_at'], unique=False, sqlite_where=sa.text("state = 'deferred'"), postgresql_where=sa.text("state = 'deferred'"))
    op.create_index('ix_delivery_in_doubt', 'delivery', ['mailing_id'], unique=False, sqlite_where=sa.text("state = 'in_doubt'"), postgresql_where=sa.text("state = 'in_doubt'"))
    op.create_index('ix_delivery_pending', 'delivery', ['mailing_id', 'id'], unique=False, sqlite_where=sa.text("state = 'pending'"), postgresql_where=sa.text("state = 'pending'"))
    op.create_index('ix_delivery_sending', 'delivery', ['worker'], unique=False, sqlite_where=sa.text("state = 'sending'"), postgresql_where=sa.text("state = 'sending'"))
    op.create_index('ix_delivery_subscriber_id', 'delivery', ['subscriber_id'], unique=False)
    op.create_table('tally',
        sa.Column('mailing_id', sa.BigInteger(), nullable=False),
        sa.Column('shard', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'sending', 'deferred', 'sent', 'failed', 'in_doubt', 'skipped', 'cancelled')", name=op.f('ck_tally_state_known')),
        sa.ForeignKeyConstraint(['mailing_id'], ['mailing.id'], name=op.f('fk_tally_mailing_id')),
        sa.PrimaryKeyConstraint('mailing_id', 'shard', 'state', name=op.f('pk_tally'))
    )
    op.create_table('letter',
        sa.Column('delivery_id', sa.BigInteger(), nullable=False),
        sa.Column('envelope', sa.JSON(), nullable=False),
        sa.Column('action', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_letter_delivery_id')),
        sa.PrimaryKeyConstraint('delivery_id', name=op.f('pk_letter'))
    )
