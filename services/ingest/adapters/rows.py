"""Values of ingest as PostgreSQL keeps them: rows in, values out, and parameters for statements that store many at once."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from services.ingest.article import WantedArticle
from services.ingest.feed import Feed, FeedState, Lease, Validators
from services.ingest.outcome import PollOutcome
from services.ingest.versions import Mark
from services.ingest.work import OutboxRow, PollRecord, PushRecord, Settlement
from shared.codec import Headers

Row = Mapping[str, Any]

_MARK = msgspec.msgpack.Decoder(Mark)
_HEADERS = msgspec.msgpack.Decoder(Headers)

STATE_COLUMNS = (
    "slug, etag, last_modified, body_hash, first_fetched_at, last_polled_at, last_success_at, failures, last_error, "
    "average_gap_seconds, newest_item_at, surge_until, document_wait_seconds, skip_hours, skip_days, identity_mode, moved_to, moved_since"
)


def state_of(row: Row) -> FeedState:
    """What is remembered of a feed."""
    return FeedState(
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"], body_hash=row["body_hash"]),
        first_fetched_at=row["first_fetched_at"],
        last_polled_at=row["last_polled_at"],
        last_success_at=row["last_success_at"],
        failures=row["failures"],
        last_error=row["last_error"],
        average_gap_seconds=row["average_gap_seconds"],
        newest_item_at=row["newest_item_at"],
        surge_until=row["surge_until"],
        document_wait_seconds=row["document_wait_seconds"],
        skip_hours=tuple(row["skip_hours"]),
        skip_days=tuple(row["skip_days"]),
        identity_mode=row["identity_mode"],
        moved_to=row["moved_to"],
        moved_since=row["moved_since"],
    )


def lease_of(row: Row, feed: Feed) -> Lease:
    """A feed that was just leased."""
    return Lease(feed=feed, state=state_of(row), until=row["leased_until"])


def mark_of(row: Row) -> Mark:
    """A mark from the table of items."""
    return Mark(
        item_id=row["item_id"],
        version=row["version"],
        content_hash=row["content_hash"],
        title_hash=row["title_hash"],
        published=row["published"],
        published_is_estimated=row["published_is_estimated"],
        backfill=row["backfill"],
        past_hashes=tuple(row["past_hashes"]),
    )


def packed_mark(raw: bytes) -> Mark:
    """A mark from the outbox."""
    return _MARK.decode(raw)


def outbox_row_of(row: Row) -> OutboxRow:
    """A row of the outbox, its bytes as they were stored."""
    return OutboxRow(
        event_id=row["event_id"],
        feed=row["feed"],
        key=row["key"],
        value=row["value"],
        headers=_HEADERS.decode(row["headers"]),
        mark=packed_mark(row["mark"]),
    )


def outbox_arrays(rows: Iterable[OutboxRow]) -> tuple[list[Any], ...]:
    """One array a column: event_id, item_id, feed, key, value, headers, mark."""
    listed = list(rows)
    return (
        [row.event_id for row in listed],
        [row.mark.item_id for row in listed],
        [row.feed for row in listed],
        [row.key for row in listed],
        [row.value for row in listed],
        [msgspec.msgpack.encode(row.headers) for row in listed],
        [msgspec.msgpack.encode(row.mark) for row in listed],
    )


def marks_json(settlements: Iterable[Settlement]) -> str:
    """The marks to store, the latest version of each item: a statement may touch a row once."""
    latest: dict[str, tuple[Mark, str]] = {}
    for settlement in settlements:
        for row in settlement.rows:
            known = latest.get(row.mark.item_id)
            if known is None or known[0].version < row.mark.version:
                latest[row.mark.item_id] = (row.mark, row.feed)
    return as_json([{**msgspec.to_builtins(mark), "feed": feed} for mark, feed in latest.values()])


def validators_json(settlements: Iterable[Settlement]) -> str:
    """The validators to store, the last of each feed."""
    latest = {one.feed: one.validators for one in settlements if one.validators is not None}
    return as_json([{"slug": feed, **msgspec.to_builtins(validators)} for feed, validators in latest.items()])


def articles_json(articles: Iterable[WantedArticle]) -> str:
    """The articles to read, one an item: a statement may touch a row once."""
    latest = {article.item_id: article for article in articles}
    names = ("item_id", "event_id", "feed", "url")
    return as_json([{name: getattr(article, name) for name in names} for article in latest.values()])


def polls_json(records: Iterable[PollRecord]) -> str:
    """Finished polls as the schedule stores them."""
    return as_json([_poll(record) for record in records])


def pushes_json(records: Iterable[PushRecord]) -> str:
    """Read pushes as the schedule stores them; of one feed there is one at a time."""
    return as_json(
        [
            {"slug": record.feed, "heard_at": _time(record.heard_at), "poll_at": _time(record.poll_at)}
            for record in records
        ]
    )


def _poll(record: PollRecord) -> dict[str, Any]:
    state, validators = record.state, record.validators
    failed = record.tells_fault or record.outcome in {PollOutcome.FAILED, PollOutcome.GONE}
    return {
        "slug": record.feed,
        "outcome": record.outcome.value,
        "has_validators": validators is not None,
        "etag": validators.etag if validators else None,
        "last_modified": validators.last_modified if validators else None,
        "body_hash": validators.body_hash if validators else None,
        "first_fetched_at": _time(state.first_fetched_at),
        "last_polled_at": _time(state.last_polled_at),
        "last_success_at": _time(state.last_success_at),
        "failures": state.failures,
        "last_error": state.last_error,
        "last_error_at": _time(record.finished_at) if failed else None,
        "retired_at": _time(record.finished_at) if record.is_retired else None,
        "average_gap_seconds": state.average_gap_seconds,
        "newest_item_at": _time(state.newest_item_at),
        "surge_until": _time(state.surge_until),
        "document_wait_seconds": state.document_wait_seconds,
        "skip_hours": list(state.skip_hours),
        "skip_days": list(state.skip_days),
        "identity_mode": state.identity_mode,
        "moved_to": state.moved_to,
        "moved_since": _time(state.moved_since),
        "next_poll_at": _time(record.next_poll_at),
        "interval_seconds": record.interval_seconds,
        "interval_reason": record.interval_reason,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def as_json(records: list[dict[str, Any]]) -> str:
    """A parameter for ``json_to_recordset``. The database refuses NUL and half characters, which a hostile server's words may hold."""
    text = json.dumps(records)
    if "\\u0000" not in text and "\\ud" not in text:  # nearly always: looked at once, not word by word
        return text
    return json.dumps([{name: _storable(value) for name, value in record.items()} for record in records])


def _storable(value: Any) -> Any:
    return value.replace("\x00", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value
