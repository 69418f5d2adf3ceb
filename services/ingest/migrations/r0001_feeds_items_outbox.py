"""Feeds with their schedule and validators, marks of items seen, and the outbox."""

from alembic import op

revision = "ingest_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the three tables."""
    op.execute("""
        CREATE TABLE tocsin_ingest.feeds (
            slug text PRIMARY KEY,
            url text NOT NULL,
            outlet text NOT NULL,
            tier smallint NOT NULL,
            configured_seconds double precision,
            is_active boolean NOT NULL DEFAULT true,
            etag text,
            last_modified text,
            body_hash text,
            first_fetched_at timestamptz,
            last_polled_at timestamptz,
            last_success_at timestamptz,
            last_outcome text,
            failures integer NOT NULL DEFAULT 0,
            last_error text,
            last_error_at timestamptz,
            retired_at timestamptz,
            average_gap_seconds double precision,
            newest_item_at timestamptz,
            surge_until timestamptz,
            document_wait_seconds double precision NOT NULL DEFAULT 0,
            skip_hours integer[] NOT NULL DEFAULT '{}',
            skip_days integer[] NOT NULL DEFAULT '{}',
            identity_mode text NOT NULL DEFAULT 'guid',
            moved_to text,
            moved_since timestamptz,
            next_poll_at timestamptz NOT NULL,
            interval_seconds double precision,
            interval_reason text,
            leased_by text,
            leased_until timestamptz
        ) WITH (fillfactor = 70)
    """)
    op.execute("CREATE INDEX feeds_due ON tocsin_ingest.feeds (next_poll_at) WHERE is_active AND retired_at IS NULL")
    op.execute("""
        CREATE TABLE tocsin_ingest.items (
            item_id text PRIMARY KEY,
            feed text NOT NULL,
            version integer NOT NULL,
            content_hash text NOT NULL,
            title_hash text NOT NULL,
            published timestamptz NOT NULL,
            published_is_estimated boolean NOT NULL,
            backfill boolean NOT NULL,
            past_hashes text[] NOT NULL DEFAULT '{}',
            seen_on date NOT NULL
        )
    """)
    op.execute("""
        CREATE TABLE tocsin_ingest.outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id text NOT NULL UNIQUE,
            item_id text NOT NULL,
            feed text NOT NULL,
            key bytea NOT NULL,
            value bytea NOT NULL,
            headers bytea NOT NULL,
            mark bytea NOT NULL,
            created_at timestamptz NOT NULL,
            claimed_by text,
            claimed_until timestamptz,
            acknowledged_at timestamptz
        )
    """)
    op.execute("CREATE INDEX outbox_pending ON tocsin_ingest.outbox (feed, item_id) WHERE acknowledged_at IS NULL")
    op.execute("CREATE INDEX outbox_age ON tocsin_ingest.outbox (created_at)")


def downgrade() -> None:
    """Drop the three tables, and with them what was seen."""
    op.execute("DROP TABLE tocsin_ingest.outbox, tocsin_ingest.items, tocsin_ingest.feeds")
