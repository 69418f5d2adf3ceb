"""Keys, tenants' watches and endpoints, the audit of every write; incidents by place and kind; deliveries in one order."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    # The digest is SHA-256 of the whole key: keys are 256 random bits, so nothing slower is needed and nothing can be looked up.
    """
    CREATE TABLE tocsin_alert.api_keys (
        key_id text PRIMARY KEY,
        tenant text NOT NULL,
        name text NOT NULL,
        rights text[] NOT NULL,
        digest bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz
    )
    """,
    """
    CREATE TABLE tocsin_alert.audit (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        tenant text NOT NULL,
        actor text NOT NULL,
        action text NOT NULL,
        subject text NOT NULL,
        detail jsonb NOT NULL DEFAULT '{}'
    )
    """,
    "CREATE INDEX audit_by_tenant ON tocsin_alert.audit (tenant, position)",
    # Watches and endpoints that people manage by the API; those of the watches file are not here. The document has the file's keys.
    """
    CREATE TABLE tocsin_alert.subscriptions (
        kind text NOT NULL CHECK (kind IN ('watch', 'endpoint')),
        id text NOT NULL,
        tenant text NOT NULL,
        document jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (kind, id)
    )
    """,
    "CREATE INDEX subscriptions_by_tenant ON tocsin_alert.subscriptions (tenant, kind, id)",
    # Named numbers that only grow: the version of the subscriptions, the last position that housekeeping took away.
    "CREATE TABLE tocsin_alert.versions (name text PRIMARY KEY, version bigint NOT NULL DEFAULT 0)",
    "INSERT INTO tocsin_alert.versions (name) VALUES ('subscriptions'), ('pruned_deliveries')",
    "CREATE TABLE tocsin_alert.secrets (name text PRIMARY KEY, value bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT now())",
    "CREATE INDEX deliveries_by_endpoint ON tocsin_alert.deliveries (endpoint_id, position)",
    """
    ALTER TABLE tocsin_alert.incidents
        ADD COLUMN codes text[] NOT NULL DEFAULT '{}',
        ADD COLUMN lat double precision,
        ADD COLUMN lon double precision,
        ADD COLUMN event_type text,
        ADD COLUMN event_group text,
        ADD COLUMN severity text,
        ADD COLUMN status text,
        ADD COLUMN held boolean NOT NULL DEFAULT false
    """,
    """
    UPDATE tocsin_alert.incidents i
    SET codes = array_remove(ARRAY[s.said #>> '{place,country}', s.said #>> '{place,admin1}', s.said #>> '{place,admin2}',
                                   s.said #>> '{place,admin3}'], NULL),
        lat = (s.said #>> '{place,lat}')::double precision,
        lon = (s.said #>> '{place,lon}')::double precision,
        event_type = s.said ->> 'event_type',
        event_group = s.said ->> 'event_group',
        severity = s.said ->> 'severity',
        status = COALESCE(s.said ->> 'status', 'active'),
        held = COALESCE((s.said ->> 'held')::boolean, false)
    FROM (SELECT incident_id, convert_from(state, 'UTF8')::jsonb AS said FROM tocsin_alert.incidents WHERE state IS NOT NULL) s
    WHERE s.incident_id = i.incident_id
    """,
    "CREATE INDEX incidents_by_code ON tocsin_alert.incidents USING gin (codes) WHERE revision > 0",
    "CREATE INDEX incidents_held ON tocsin_alert.incidents (last_seen) WHERE held",
)


def upgrade() -> None:
    """Make the tables and fill the new columns from the states."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Not offered: keys and people's watches are not thrown away by a command."""
    raise NotImplementedError("keys and subscriptions are not thrown away by a command")
