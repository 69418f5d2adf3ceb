"""The public address that a hub was told for its pushes: when the operator changes it, hubs are asked again at once."""

from alembic import op

revision = "ingest_0005"
down_revision = "ingest_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of subscriptions from before, nobody knows, and they are renewed in their time."""
    op.execute("ALTER TABLE tocsin_ingest.subscriptions ADD COLUMN callback text")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE tocsin_ingest.subscriptions DROP COLUMN callback")
