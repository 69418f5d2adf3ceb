"""The ledger's statements, and why each is as it is."""

# A lease need not survive the database's crash (what was due is due again), so claiming does not wait for the disk;
# everything else does.
CLAIM = """
WITH RECURSIVE waiting AS (
    (SELECT endpoint_id FROM tocsin_alert.deliveries WHERE status = 'pending' AND channel = $7 ORDER BY endpoint_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.endpoint_id FROM tocsin_alert.deliveries d
            WHERE d.status = 'pending' AND d.channel = $7 AND d.endpoint_id > w.endpoint_id ORDER BY d.endpoint_id LIMIT 1)
    FROM waiting w WHERE w.endpoint_id IS NOT NULL
), room AS (
    SELECT w.endpoint_id, COALESCE(s.slots, $3) AS slots
    FROM waiting w LEFT JOIN unnest($4::text[], $5::int[]) AS s (endpoint_id, slots) USING (endpoint_id)
    WHERE w.endpoint_id IS NOT NULL
), due AS MATERIALIZED (
    SELECT found.delivery_id FROM room CROSS JOIN LATERAL (
        SELECT d.delivery_id FROM tocsin_alert.deliveries d
        WHERE d.endpoint_id = room.endpoint_id AND d.status = 'pending' AND d.next_attempt_at <= now() AND d.channel = $7
          AND (d.leased_until IS NULL OR d.leased_until < now())
          AND NOT EXISTS (
            SELECT 1 FROM tocsin_alert.deliveries e
            WHERE e.endpoint_id = d.endpoint_id AND e.incident_id = d.incident_id AND e.revision < d.revision
              AND e.status = 'pending')
        ORDER BY d.next_attempt_at, d.position
        LIMIT room.slots
        FOR UPDATE SKIP LOCKED
    ) AS found
    LIMIT $2
), hasty AS MATERIALIZED (
    SELECT set_config('synchronous_commit', 'off', true)
), leased AS (
    UPDATE tocsin_alert.deliveries d SET leased_until = now() + $6::interval, leased_by = $1
    FROM due, hasty WHERE d.delivery_id = due.delivery_id
    RETURNING d.*
)
SELECT l.delivery_id, l.endpoint_id, l.channel, l.incident_id, l.revision, l.test, l.attempts, l.occurred_at, l.fetched_at,
       l.watch_ids, l.item_id, l.traceparent, b.content_type, b.content
FROM leased l JOIN tocsin_alert.bodies b USING (body_id) ORDER BY l.position
"""
# Positions must become visible in their order, or a reader of /v1/changes whose cursor has passed 8 would never see the 7 that was
# committed after it. So writers of deliveries take turns from here to their commit; a batch is a few milliseconds.
INSERT_BODIES = """
WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtext('tocsin_alert.deliveries.position')))
INSERT INTO tocsin_alert.bodies (body_id, content_type, content)
SELECT n.* FROM turn, unnest($1::bytea[], $2::text[], $3::bytea[]) AS n ON CONFLICT DO NOTHING
"""
# What this process takes over in memory is leased as it is written (record 0006). Revision 1 has none before it; for a later one
# the incident's lock, which the transaction holds, keeps the answer true until the commit.
INSERT_DELIVERIES = """
INSERT INTO tocsin_alert.deliveries
    (delivery_id, endpoint_id, channel, incident_id, revision, message, watch_ids, test, body_id, status, reason, occurred_at, fetched_at,
     leased_until, leased_by, item_id, traceparent)
SELECT n.delivery_id, n.endpoint_id, n.channel, n.incident_id, n.revision, n.message,
       n.watch_ids::text[], n.test, n.body_id,
       CASE WHEN n.status = 'pending' AND e.disabled_at IS NOT NULL THEN 'dead' ELSE n.status END,
       CASE WHEN n.status = 'pending' AND e.disabled_at IS NOT NULL THEN 'endpoint_disabled' END,
       n.occurred_at, n.fetched_at, CASE WHEN t.taken THEN clock_timestamp() + $14::interval END, CASE WHEN t.taken THEN $15 END,
       n.item_id, n.traceparent
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[], $8::bool[], $9::bytea[],
            $10::text[], $11::timestamptz[], $12::timestamptz[], $13::bool[], $16::text[], $17::text[])
     AS n (delivery_id, endpoint_id, channel, incident_id, revision, message, watch_ids, test, body_id, status, occurred_at, fetched_at,
           wanted, item_id, traceparent)
LEFT JOIN tocsin_alert.endpoints e USING (endpoint_id)
CROSS JOIN LATERAL (
    SELECT n.wanted AND n.status = 'pending' AND e.disabled_at IS NULL AND (n.revision = 1 OR NOT EXISTS (
        SELECT 1 FROM tocsin_alert.deliveries o
        WHERE o.endpoint_id = n.endpoint_id AND o.incident_id = n.incident_id AND o.revision < n.revision AND o.status = 'pending'
    )) AS taken
) t
ON CONFLICT (delivery_id) DO NOTHING
RETURNING delivery_id, leased_until IS NOT NULL AS taken
"""
# One statement, so that an attempt and what follows from it are one transaction without two more round trips.
RECORD = """
WITH f AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::interval[], $5::int[], $6::timestamptz[], $7::interval[], $8::text[],
                         $9::int[], $10::text[])
    AS f (delivery_id, status, reason, wait, attempt, started_at, duration, outcome, http_status, detail)
), kept AS (
    INSERT INTO tocsin_alert.attempts (delivery_id, attempt, started_at, duration, outcome, reason, http_status, detail)
    SELECT delivery_id, attempt, started_at, duration, outcome, reason, http_status, detail FROM f
), well AS (
    UPDATE tocsin_alert.endpoints SET failing_since = NULL, failures = 0, failing_reason = NULL, warned = 0
    WHERE endpoint_id = ANY($11::text[]) AND failing_since IS NOT NULL
), ill AS (
    INSERT INTO tocsin_alert.endpoints AS e (endpoint_id, failing_since, last_failure_at, failures, failing_reason)
    SELECT n.endpoint_id, now(), now(), n.failures, n.reason FROM unnest($12::text[], $13::int[], $14::text[]) AS n (endpoint_id, failures, reason)
    ON CONFLICT (endpoint_id) DO UPDATE
    SET failing_since = COALESCE(e.failing_since, now()), last_failure_at = now(), failures = e.failures + excluded.failures,
        failing_reason = excluded.failing_reason
)
UPDATE tocsin_alert.deliveries d
SET status = f.status, reason = f.reason, attempts = d.attempts + 1, leased_until = NULL, leased_by = NULL,
    next_attempt_at = now() + COALESCE(f.wait, '0'::interval),
    delivered_at = CASE WHEN f.status = 'delivered' THEN now() END
FROM f WHERE d.delivery_id = f.delivery_id AND d.status = 'pending'
"""


KEEP_CHANGES = """
WITH kept AS (
    INSERT INTO tocsin_alert.changes (incident_id, revision, raw, occurred_at, fetched_at, linked_at)
    SELECT * FROM unnest($15::text[], $16::int[], $17::bytea[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[])
    ON CONFLICT DO NOTHING
)
UPDATE tocsin_alert.incidents i
SET revision = n.revision, state = n.state, told = n.told::jsonb, test = n.test, last_seen = n.last_seen, updated_at = now(),
    codes = ARRAY(SELECT jsonb_array_elements_text(n.codes::jsonb)), lat = n.lat, lon = n.lon, event_type = n.event_type,
    event_group = n.event_group, severity = n.severity, status = n.status, held = n.held
FROM unnest($1::text[], $2::int[], $3::bytea[], $4::text[], $5::bool[], $6::timestamptz[], $7::text[], $8::float8[], $9::float8[],
            $10::text[], $11::text[], $12::text[], $13::text[], $14::bool[])
     AS n (incident_id, revision, state, told, test, last_seen, codes, lat, lon, event_type, event_group, severity, status, held)
WHERE i.incident_id = n.incident_id AND n.revision > i.revision
"""
