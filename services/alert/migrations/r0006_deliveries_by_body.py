"""Deliveries by body: taking a body away must not look through all deliveries for who still needs it."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the index."""
    op.execute("CREATE INDEX deliveries_by_body ON tocsin_alert.deliveries (body_id)")


def downgrade() -> None:
    """Take it away."""
    op.execute("DROP INDEX tocsin_alert.deliveries_by_body")
