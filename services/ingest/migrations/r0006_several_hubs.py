"""All hubs that a feed names: when one refuses or is silent, the next is asked."""

from alembic import op

revision = "ingest_0006"
down_revision = "ingest_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the list; of subscriptions from before only the one hub is known, until the next document tells."""
    op.execute("ALTER TABLE tocsin_ingest.subscriptions ADD COLUMN hubs text[] NOT NULL DEFAULT '{}'")
    op.execute("UPDATE tocsin_ingest.subscriptions SET hubs = ARRAY[hub]")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE tocsin_ingest.subscriptions DROP COLUMN hubs")
