"""Articles whose full text is wanted, and whether an added feed wants it."""

from alembic import op

revision = "ingest_0003"
down_revision = "ingest_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table and the column."""
    op.execute("""
        CREATE TABLE tocsin_ingest.articles (
            item_id text PRIMARY KEY,
            event_id text NOT NULL,
            feed text NOT NULL,
            url text NOT NULL,
            due_at timestamptz NOT NULL,
            attempts integer NOT NULL DEFAULT 0,
            is_missing boolean NOT NULL DEFAULT false,
            taken_until timestamptz
        )
    """)
    op.execute("CREATE INDEX articles_due ON tocsin_ingest.articles (due_at)")
    op.execute("ALTER TABLE tocsin_ingest.added_feeds ADD COLUMN full_text boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    """Drop both: articles still wanted are not read."""
    op.execute("DROP TABLE tocsin_ingest.articles")
    op.execute("ALTER TABLE tocsin_ingest.added_feeds DROP COLUMN full_text")
