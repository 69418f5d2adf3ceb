"""The item that caused a delivery and its trace, for an attempt may be made by another process, days later."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; of what was written before they are not known."""
    op.execute("ALTER TABLE tocsin_alert.deliveries ADD COLUMN item_id text, ADD COLUMN traceparent text")


def downgrade() -> None:
    """Drop them."""
    op.execute("ALTER TABLE tocsin_alert.deliveries DROP COLUMN item_id, DROP COLUMN traceparent")
