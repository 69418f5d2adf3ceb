"""Incidents, their changes, deliveries, attempts, endpoints."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    # The state is the message's own bytes: what the API answers is what linking said. Revision 0 is a row made to be locked.
    """
    CREATE TABLE tocsin_alert.incidents (
        incident_id text PRIMARY KEY,
        revision integer NOT NULL DEFAULT 0,
        state bytea,
        told jsonb NOT NULL DEFAULT '{}',
        test boolean NOT NULL DEFAULT false,
        last_seen timestamptz,
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX incidents_by_last_seen ON tocsin_alert.incidents (last_seen DESC, incident_id DESC) WHERE revision > 0",
    """
    CREATE TABLE tocsin_alert.changes (
        incident_id text NOT NULL,
        revision integer NOT NULL,
        raw bytea NOT NULL,
        occurred_at timestamptz,
        fetched_at timestamptz,
        linked_at timestamptz,
        received_at timestamptz NOT NULL DEFAULT now(),
        position bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (incident_id, revision)
    )
    """,
    # Endpoints of one watch share a body: it is kept once, under its SHA-256.
    """
    CREATE TABLE tocsin_alert.bodies (
        body_id bytea PRIMARY KEY,
        content_type text NOT NULL,
        content bytea NOT NULL
    )
    """,
    """
    CREATE TABLE tocsin_alert.deliveries (
        delivery_id text PRIMARY KEY,
        endpoint_id text NOT NULL,
        channel text NOT NULL,
        incident_id text NOT NULL,
        revision integer NOT NULL,
        message text NOT NULL,
        watch_ids text[] NOT NULL,
        test boolean NOT NULL,
        body_id bytea NOT NULL REFERENCES tocsin_alert.bodies,
        status text NOT NULL CHECK (status IN ('pending', 'delivered', 'dead', 'expired')),
        attempts integer NOT NULL DEFAULT 0,
        reason text,
        occurred_at timestamptz,
        fetched_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        leased_until timestamptz,
        leased_by text,
        delivered_at timestamptz,
        position bigint GENERATED ALWAYS AS IDENTITY
    )
    """,
    "CREATE INDEX deliveries_due ON tocsin_alert.deliveries (endpoint_id, next_attempt_at, position) WHERE status = 'pending'",
    "CREATE INDEX deliveries_order ON tocsin_alert.deliveries (endpoint_id, incident_id, revision) WHERE status = 'pending'",
    "CREATE INDEX deliveries_by_incident ON tocsin_alert.deliveries (incident_id, revision)",
    "CREATE INDEX deliveries_by_position ON tocsin_alert.deliveries (position)",
    """
    CREATE TABLE tocsin_alert.attempts (
        delivery_id text NOT NULL REFERENCES tocsin_alert.deliveries ON DELETE CASCADE,
        attempt integer NOT NULL,
        started_at timestamptz NOT NULL,
        duration interval NOT NULL,
        outcome text NOT NULL,
        reason text,
        http_status integer,
        detail text NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX attempts_by_delivery ON tocsin_alert.attempts (delivery_id, attempt)",
    """
    CREATE TABLE tocsin_alert.endpoints (
        endpoint_id text PRIMARY KEY,
        disabled_at timestamptz,
        reason text
    )
    """,
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not offered: what was sent to whom is not thrown away by a command."""
    raise NotImplementedError("the ledger's first revision cannot be taken back")
