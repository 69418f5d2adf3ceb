"""The first span of every item: it begins the item's trace, and its context goes into the row that is stored and published."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from services.ingest.visit import Visit
from services.ingest.work import OutboxRow, PollRecord, PushRecord
from shared import tracing
from shared.topics import ITEMS

Record = TypeVar("Record", PollRecord, PushRecord)


def traced(row: OutboxRow, *, seconds_ago: float = 0.0) -> OutboxRow:
    """Return the row with its trace's context in its headers; the same row when nobody traces. Fetching began ``seconds_ago``."""
    if not tracing.is_on():
        return row
    span = tracing.begin(
        "fetch item",
        seed=row.event_id,
        seconds_ago=seconds_ago,
        item_id=row.mark.item_id,
        event_id=row.event_id,
        feed=row.feed,
    )
    span.end()
    return replace(row, headers=tracing.with_traceparent(row.headers, span.traceparent))


def traced_visit(visit: Visit, *, seconds: float) -> Visit:
    """Return the visit with a trace for each item it brought; the same one when nobody traces."""
    return replace(visit, record=traced_record(visit.record, seconds=seconds)) if tracing.is_on() else visit


def traced_record(record: Record, *, seconds: float) -> Record:
    """Return the record with a trace for each of its items; the same one when nobody traces."""
    if not tracing.is_on() or not record.rows:
        return record
    rows = tuple(traced(row, seconds_ago=seconds) for row in record.rows)
    return replace(record, rows=rows)


def published(rows: Sequence[OutboxRow], *, seconds: float) -> None:
    """Note that Kafka acknowledged these rows, which took so long."""
    if not tracing.is_on():
        return
    for row in rows:
        span = tracing.begin(
            f"send {ITEMS.name}",
            kind=tracing.Kind.PRODUCER,
            parent=tracing.traceparent_of(row.headers),
            seconds_ago=seconds,
            item_id=row.mark.item_id,
            event_id=row.event_id,
        )
        span.end()
