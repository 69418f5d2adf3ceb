"""When an endpoint failed last: how long it has failed is what its attempts show, not how long nobody tried."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; what fails now has failed at least once since."""
    op.execute("ALTER TABLE tocsin_alert.endpoints ADD COLUMN last_failure_at timestamptz")
    op.execute("UPDATE tocsin_alert.endpoints SET last_failure_at = failing_since")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE tocsin_alert.endpoints DROP COLUMN last_failure_at")
