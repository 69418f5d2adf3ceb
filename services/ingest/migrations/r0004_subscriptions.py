"""Subscriptions at hubs (WebSub), and what hubs pushed and nobody has read yet."""

from alembic import op

revision = "ingest_0004"
down_revision = "ingest_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.execute("""
        CREATE TABLE tocsin_ingest.subscriptions (
            feed text PRIMARY KEY,
            hub text NOT NULL,
            topic text NOT NULL,
            token text NOT NULL UNIQUE,
            secret text,
            state text NOT NULL,
            attempts integer NOT NULL DEFAULT 0,
            due_at timestamptz NOT NULL,
            expires_at timestamptz,
            last_push_at timestamptz,
            last_error text
        )
    """)
    op.execute("CREATE INDEX subscriptions_due ON tocsin_ingest.subscriptions (due_at)")
    op.execute("""
        CREATE TABLE tocsin_ingest.pushes (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            feed text NOT NULL,
            content_type text NOT NULL,
            body bytea NOT NULL,
            received_at timestamptz NOT NULL
        )
    """)
    op.execute("CREATE INDEX pushes_of_feed ON tocsin_ingest.pushes (feed, id)")


def downgrade() -> None:
    """Drop both: feeds are polled only; hubs that still push are told 410."""
    op.execute("DROP TABLE tocsin_ingest.pushes, tocsin_ingest.subscriptions")
