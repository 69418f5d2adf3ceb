"""The queue's index begins with the channel: a look for mails must not walk through all webhooks that wait."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE INDEX deliveries_due_by_channel ON tocsin_alert.deliveries (channel, endpoint_id, next_attempt_at, position)
    WHERE status = 'pending'
    """,
    "DROP INDEX tocsin_alert.deliveries_due",
)


def upgrade() -> None:
    """Replace the index."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Put the first one back."""
    op.execute(
        """CREATE INDEX deliveries_due ON tocsin_alert.deliveries (endpoint_id, next_attempt_at, position)
        WHERE status = 'pending'"""
    )
    op.execute("DROP INDEX tocsin_alert.deliveries_due_by_channel")
