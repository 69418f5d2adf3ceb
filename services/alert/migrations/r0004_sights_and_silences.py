"""What is known of sources, what watches see, what people hold back or mute, what waits to be told together, how much rang where."""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    # The last word of ingest on each feed, as it said it.
    "CREATE TABLE tocsin_alert.sources (slug text PRIMARY KEY, raw bytea NOT NULL, at timestamptz NOT NULL)",
    """
    CREATE TABLE tocsin_alert.sights (
        watch_id text PRIMARY KEY,
        since timestamptz NOT NULL,
        seen_until timestamptz NOT NULL,
        suspected_at timestamptz,
        blind_since timestamptz,
        clear_from timestamptz,
        reason text,
        heartbeat_on date
    ) WITH (fillfactor = 70)
    """,
    # A hold keeps everything it meets until it is released or dropped; a mute keeps nothing. No selector means everything.
    """
    CREATE TABLE tocsin_alert.silences (
        silence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('hold', 'mute')),
        watch_id text,
        incident_id text,
        source text,
        place text,
        areas jsonb,
        until timestamptz,
        who text NOT NULL,
        why text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        ended_at timestamptz,
        ending text CHECK (ending IN ('released', 'dropped', 'expired'))
    )
    """,
    "CREATE INDEX silences_in_force ON tocsin_alert.silences (silence_id) WHERE ended_at IS NULL",
    # An incident that an endpoint will be told of together with others. Without due_at it waits for its hold to end.
    """
    CREATE TABLE tocsin_alert.waiting (
        endpoint_id text NOT NULL,
        incident_id text NOT NULL,
        watch_id text NOT NULL,
        gathered_by text NOT NULL,
        silence_id bigint,
        window_start timestamptz NOT NULL,
        due_at timestamptz,
        message text NOT NULL,
        relation text,
        fetched_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (endpoint_id, incident_id, watch_id)
    )
    """,
    "CREATE INDEX waiting_due ON tocsin_alert.waiting (due_at, endpoint_id) WHERE due_at IS NOT NULL",
    "CREATE INDEX waiting_held ON tocsin_alert.waiting (silence_id) WHERE silence_id IS NOT NULL",
    "CREATE INDEX waiting_by_incident ON tocsin_alert.waiting (incident_id)",
    """
    CREATE TABLE tocsin_alert.rings (
        hour timestamptz NOT NULL,
        watch_id text NOT NULL,
        district text NOT NULL,
        is_grave boolean NOT NULL,
        rung integer NOT NULL,
        PRIMARY KEY (hour, watch_id, district, is_grave)
    ) WITH (fillfactor = 70)
    """,
)


def upgrade() -> None:
    """Make the tables."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them: what waits is lost with them, what was sent is not."""
    for table in ("sources", "sights", "silences", "waiting", "rings"):
        op.execute(f"DROP TABLE tocsin_alert.{table}")
