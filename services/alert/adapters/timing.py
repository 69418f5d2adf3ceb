"""Holds, mutes, waiting lists and rings in PostgreSQL, as part of somebody's open transaction."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.alert.area import Area, Circle, CodedArea, Extent, Polygon, Relation
from services.alert.bulletin import GatheredBy
from services.alert.routing import Message
from services.alert.silences import Silence, SilenceKind
from services.alert.timing import RingKey, Waiting, WaitingKey

_KEEP = """
INSERT INTO tocsin_alert.waiting AS w
    (endpoint_id, incident_id, watch_id, gathered_by, silence_id, window_start, due_at, message, relation, fetched_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::timestamptz[], $7::timestamptz[], $8::text[],
                     $9::text[], $10::timestamptz[])
ON CONFLICT (endpoint_id, incident_id, watch_id) DO UPDATE SET
    message = excluded.message, relation = excluded.relation,
    gathered_by = CASE WHEN 'hold' IN (w.gathered_by, excluded.gathered_by) THEN excluded.gathered_by ELSE w.gathered_by END,
    silence_id = CASE WHEN 'hold' IN (w.gathered_by, excluded.gathered_by) THEN excluded.silence_id ELSE w.silence_id END,
    window_start = CASE WHEN 'hold' IN (w.gathered_by, excluded.gathered_by) THEN excluded.window_start ELSE w.window_start END,
    due_at = CASE WHEN 'hold' IN (w.gathered_by, excluded.gathered_by) THEN excluded.due_at ELSE w.due_at END
"""
_FORGET = """
DELETE FROM tocsin_alert.waiting w USING unnest($1::text[], $2::text[], $3::text[]) AS n (endpoint_id, incident_id, watch_id)
WHERE w.endpoint_id = n.endpoint_id AND w.incident_id = n.incident_id AND w.watch_id = n.watch_id
"""
_RING = """
INSERT INTO tocsin_alert.rings AS r (hour, watch_id, district, is_grave, rung)
SELECT n.hour, n.watch_id, n.district, n.is_grave, count(*)
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::bool[]) AS n (hour, watch_id, district, is_grave)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (hour, watch_id, district, is_grave) DO UPDATE SET rung = r.rung + excluded.rung
"""
_RUNG = """
SELECT r.hour, r.watch_id, r.district, r.is_grave, r.rung FROM tocsin_alert.rings r
JOIN unnest($1::timestamptz[], $2::text[], $3::text[], $4::bool[]) AS n (hour, watch_id, district, is_grave)
USING (hour, watch_id, district, is_grave)
"""


class PostgresTimingBook:
    """``TimingBook`` over a connection; the driver's errors are turned by whoever opened the transaction."""

    def __init__(self, connection: Any) -> None:  # the driver publishes no types; they stop here
        self._connection = connection

    async def silences(self) -> Sequence[Silence]:
        """Those in force."""
        rows = await self._connection.fetch(
            "SELECT *, areas::text AS drawn FROM tocsin_alert.silences WHERE ended_at IS NULL ORDER BY silence_id"
        )
        return [silence_of(row) for row in rows]

    async def rung(self, keys: Sequence[RingKey]) -> Mapping[RingKey, int]:
        """How often each rang, by all replicas."""
        rows = await self._connection.fetch(_RUNG, *_columns(keys))
        return {RingKey(row["hour"], row["watch_id"], row["district"], row["is_grave"]): row["rung"] for row in rows}

    async def settle(
        self, *, waiting: Sequence[Waiting], forgotten: Sequence[WaitingKey], rings: Sequence[RingKey]
    ) -> None:
        """Take off the lists, put on the lists (what is on one stays in its window), count."""
        if forgotten:
            await self._connection.execute(_FORGET, *(list(column) for column in zip(*forgotten, strict=True)))
        if waiting:
            await self._connection.execute(
                _KEEP,
                [one.endpoint_id for one in waiting],
                [one.incident_id for one in waiting],
                [one.watch_id for one in waiting],
                [one.gathered_by.value for one in waiting],
                [one.silence_id for one in waiting],
                [one.window_start for one in waiting],
                [one.due_at for one in waiting],
                [one.message.value for one in waiting],
                [None if one.relation is None else one.relation.value for one in waiting],
                [one.fetched_at for one in waiting],
            )
        if rings:
            await self._connection.execute(_RING, *_columns(rings))


def silence_of(row: Mapping[str, Any]) -> Silence:
    """A row as a value."""
    return Silence(
        id=row["silence_id"],
        kind=SilenceKind(row["kind"]),
        watch_id=row["watch_id"],
        incident_id=row["incident_id"],
        source=row["source"],
        place=row["place"],
        areas=() if row["drawn"] is None else tuple(_area(one) for one in json.loads(row["drawn"])),
        until=row["until"],
        who=row["who"],
        why=row["why"],
        created_at=row["created_at"],
    )


def waiting_of(row: Mapping[str, Any]) -> Waiting:
    """A row as a value."""
    return Waiting(
        endpoint_id=row["endpoint_id"],
        incident_id=row["incident_id"],
        watch_id=row["watch_id"],
        gathered_by=GatheredBy(row["gathered_by"]),
        window_start=row["window_start"],
        due_at=row["due_at"],
        message=Message(row["message"]),
        relation=None if row["relation"] is None else Relation(row["relation"]),
        silence_id=row["silence_id"],
        fetched_at=row["fetched_at"],
    )


def areas_json(areas: Sequence[Area]) -> str | None:
    """Areas as the table keeps them, None for none."""
    return json.dumps([_drawn(area) for area in areas]) if areas else None


def _drawn(area: Area) -> dict[str, object]:
    if isinstance(area, CodedArea):
        return {"codes": area.codes}
    extent = None
    if area.extent is not None:
        extent = {"covers": sorted(area.extent.covers), "touches": sorted(area.extent.touches)}
    if isinstance(area, Circle):
        return {"circle": [area.lat, area.lon, area.radius_km], "extent": extent}
    return {"ring": area.ring, "holes": area.holes, "extent": extent}


def _area(drawn: Mapping[str, Any]) -> Area:
    if "codes" in drawn:
        return CodedArea(codes=tuple(drawn["codes"]))
    said = drawn.get("extent")
    extent = None if said is None else Extent(covers=frozenset(said["covers"]), touches=frozenset(said["touches"]))
    if "circle" in drawn:
        lat, lon, radius_km = drawn["circle"]
        return Circle(lat=lat, lon=lon, radius_km=radius_km, extent=extent)
    return Polygon(ring=_ring(drawn["ring"]), holes=tuple(_ring(hole) for hole in drawn["holes"]), extent=extent)


def _ring(corners: Sequence[Sequence[float]]) -> tuple[tuple[float, float], ...]:
    return tuple((lon, lat) for lon, lat in corners)


def _columns(keys: Sequence[RingKey]) -> tuple[list[datetime], list[str], list[str], list[bool]]:
    return (
        [key.hour for key in keys],
        [key.watch_id for key in keys],
        [key.district for key in keys],
        [key.is_grave for key in keys],
    )
