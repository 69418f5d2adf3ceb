"""Feeds that people added by command, and feeds they paused."""

from alembic import op

revision = "ingest_0002"
down_revision = "ingest_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.execute("""
        CREATE TABLE tocsin_ingest.added_feeds (
            slug text PRIMARY KEY,
            url text NOT NULL,
            outlet text NOT NULL,
            language text NOT NULL,
            country text,
            tier smallint NOT NULL,
            topic text NOT NULL,
            interval_seconds double precision,
            added_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE TABLE tocsin_ingest.paused_feeds (slug text PRIMARY KEY, paused_at timestamptz NOT NULL)")


def downgrade() -> None:
    """Drop both tables: added feeds are forgotten, paused ones polled again."""
    op.execute("DROP TABLE tocsin_ingest.added_feeds, tocsin_ingest.paused_feeds")
