"""What is known of items, read for many polls at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.ingest.adapters import rows as values
from services.ingest.versions import Mark

_SEEN_EVERY = timedelta(days=7)

# Each waiting row is looked up by itself (OFFSET 0 keeps the planner from another idea): there are few, and the outbox is long.
_MARKS = """
    SELECT item_id, version, content_hash, title_hash, published, published_is_estimated, backfill, past_hashes, seen_on,
           NULL::bytea AS mark
    FROM tocsin_ingest.items WHERE item_id = ANY($1)
    UNION ALL
    SELECT asked.item_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, waiting.mark
    FROM unnest($1::text[], $2::text[]) AS asked(item_id, feed) CROSS JOIN LATERAL (
        SELECT o.mark FROM tocsin_ingest.outbox o
        WHERE o.feed = asked.feed AND o.item_id = asked.item_id AND o.acknowledged_at IS NULL OFFSET 0
    ) AS waiting
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedMarks:
    """Items of one feed."""

    item_ids: Sequence[str]
    feed: str


async def read_marks(connection: Any, asked: Sequence[AskedMarks]) -> Sequence[Mapping[str, Mark]]:
    """Return what is known of each question's items, rows of the outbox that wait for Kafka included."""
    found, _ = await _read(connection, asked)
    return found


async def read_and_see(connection: Any, asked: Sequence[AskedMarks], now: datetime) -> Sequence[Mapping[str, Mark]]:
    """As ``read_marks``, and note that the items are still listed, once a week: unused marks are deleted some day."""
    found, seen_on = await _read(connection, asked)
    due = (now - _SEEN_EVERY).date()
    unseen = [item_id for item_id, day in seen_on.items() if day < due]
    if unseen:
        await connection.execute(
            "UPDATE tocsin_ingest.items SET seen_on = $2 WHERE item_id = ANY($1) AND seen_on < $2", unseen, now.date()
        )
    return found


async def _read(
    connection: Any, asked: Sequence[AskedMarks]
) -> tuple[Sequence[Mapping[str, Mark]], Mapping[str, date]]:
    ids = [item_id for one in asked for item_id in one.item_ids]
    feeds = [one.feed for one in asked for _ in one.item_ids]
    rows = await connection.fetch(_MARKS, ids, feeds)
    latest = _latest(rows)
    seen_on = {row["item_id"]: row["seen_on"] for row in rows if row["seen_on"] is not None}
    return [{one: latest[one] for one in question.item_ids if one in latest} for question in asked], seen_on


def _latest(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Mark]:
    found: dict[str, Mark] = {}
    for row in rows:
        mark = values.mark_of(row) if row["mark"] is None else values.packed_mark(row["mark"])
        if mark.item_id not in found or found[mark.item_id].version < mark.version:
            found[mark.item_id] = mark
    return found
