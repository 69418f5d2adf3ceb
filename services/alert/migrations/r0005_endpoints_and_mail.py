"""How endpoints fare, which secrets are retired, mail addresses and what their owners asked for, errors that readers report."""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    ALTER TABLE tocsin_alert.endpoints
        ADD COLUMN failing_since timestamptz,
        ADD COLUMN failures integer NOT NULL DEFAULT 0,
        ADD COLUMN failing_reason text,
        ADD COLUMN warned smallint NOT NULL DEFAULT 0,
        ADD COLUMN told_disabled boolean NOT NULL DEFAULT false
    """,
    # What was disabled before this revision is known to its operator; nobody is told of it late.
    "UPDATE tocsin_alert.endpoints SET told_disabled = true WHERE disabled_at IS NOT NULL",
    "CREATE INDEX endpoints_ailing ON tocsin_alert.endpoints (endpoint_id) WHERE failing_since IS NOT NULL OR disabled_at IS NOT NULL",
    # Since when a secret is no longer the current one; its SHA-256 only, the secret itself stays where people keep it.
    """
    CREATE TABLE tocsin_alert.retired_secrets (
        endpoint_id text NOT NULL,
        fingerprint bytea NOT NULL,
        retired_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (endpoint_id, fingerprint)
    )
    """,
    """
    CREATE TABLE tocsin_alert.mail_addresses (
        endpoint_id text PRIMARY KEY,
        address text NOT NULL,
        asked_at timestamptz,
        confirmed_at timestamptz,
        soft_bounces integer NOT NULL DEFAULT 0,
        hard_bounces integer NOT NULL DEFAULT 0,
        last_bounce_at timestamptz,
        last_bounce text
    )
    """,
    # '*' stands for every watch.
    """
    CREATE TABLE tocsin_alert.unsubscribed (
        endpoint_id text NOT NULL,
        watch_id text NOT NULL,
        at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (endpoint_id, watch_id)
    )
    """,
    """
    CREATE TABLE tocsin_alert.error_reports (
        report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        delivery_id text NOT NULL,
        incident_id text NOT NULL,
        revision integer NOT NULL,
        endpoint_id text NOT NULL,
        words text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        closed_at timestamptz,
        closed_by text
    )
    """,
    "CREATE INDEX error_reports_open ON tocsin_alert.error_reports (report_id) WHERE closed_at IS NULL",
    "CREATE INDEX error_reports_by_delivery ON tocsin_alert.error_reports (delivery_id)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not offered: who unsubscribed, confirmed or bounced is not thrown away by a command."""
    raise NotImplementedError("what people asked for is not thrown away by a command")
