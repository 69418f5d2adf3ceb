"""What to remember and publish after a poll: the pure part between an answer and the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.ingest import moves, schedule
from services.ingest.article import wanted
from services.ingest.document import Document, Entry
from services.ingest.feed import FeedState, Lease, Push
from services.ingest.identity import IdentityMode
from services.ingest.outcome import Failed, FailureReason, Fetched, Gone, NotModified, PollOutcome
from services.ingest.schedule import NextPoll, PollLimits
from services.ingest.versions import Mark, NewVersion, believable, frozen_time
from services.ingest.work import OutboxRow, PollRecord, PushRecord
from shared import codec

_PACE_ENTRIES = 20
_HURRY = timedelta(seconds=10)
_MOST_LOST = 10_000
"""An estimate beyond this says more about the dates than about the feed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """What a decision needs besides facts: the limits, the time and a random number in [0, 1)."""

    limits: PollLimits
    now: datetime
    jitter: float


def after_not_modified(lease: Lease, answer: NotModified, moment: Moment) -> PollRecord:
    """A 304 touches only the schedule."""
    state = replace(lease.state, failures=0, last_polled_at=moment.now, last_success_at=moment.now)
    lease = replace(lease, state=state)
    return _record(lease, PollOutcome.NOT_MODIFIED, _next_poll(lease, answer.fresh_seconds, moment), moment)


def after_unchanged(lease: Lease, answer: Fetched, moment: Moment) -> PollRecord:
    """A 200 with the bytes of last time: as a 304, but its validators are worth keeping."""
    state = replace(lease.state, failures=0, last_polled_at=moment.now, last_success_at=moment.now)
    lease = replace(
        lease,
        state=moves.seen_redirect(
            lease.feed, state, fetched=fetched_from(lease, moment), moved_to=answer.moved_to, now=moment.now
        ),
    )
    record = _record(lease, PollOutcome.UNCHANGED, _next_poll(lease, answer.fresh_seconds, moment), moment)
    return replace(record, validators=answer.validators)


def after_failure(lease: Lease, answer: Failed, moment: Moment) -> PollRecord:
    """Backs off; nothing else of the feed changes."""
    state = replace(
        moves.seen_failure(
            lease.feed, lease.state, fetched=fetched_from(lease, moment), status=answer.status, now=moment.now
        ),
        failures=lease.state.failures + 1,
        last_polled_at=moment.now,
        last_error=answer.detail,
    )
    upcoming = schedule.after_failure(
        failures=state.failures,
        retry_after_seconds=answer.retry_after_seconds,
        configured_seconds=lease.feed.interval_seconds,
        limits=moment.limits,
        now=moment.now,
        jitter=moment.jitter,
    )
    return _record(replace(lease, state=state), PollOutcome.FAILED, upcoming, moment)


def after_gone(lease: Lease, answer: Gone, moment: Moment) -> PollRecord:
    """Retires the feed, unless a redirect told where it went."""
    failed = Failed(reason=FailureReason.GONE, detail=answer.detail, status=410)
    record = after_failure(lease, failed, moment)
    if lease.state.moved_to is not None:
        return record
    return replace(record, outcome=PollOutcome.GONE, is_retired=True)


def after_document(
    lease: Lease,
    answer: Fetched,
    document: Document,
    versions: Sequence[NewVersion],
    *,
    mode: IdentityMode,
    is_overlapping: bool,
    moment: Moment,
) -> PollRecord:
    """Publish what is new. A document that breaks off counts as a fault and keeps neither validators nor the first poll."""
    before, now = lease.state, moment.now
    times = trusted_times(document.entries, now)
    newest = max((*times, *([before.newest_item_at] if before.newest_item_at else [])), default=None)
    gap = schedule.average_gap_seconds(tuple(sorted(times)[-_PACE_ENTRIES:])) or before.average_gap_seconds
    fresh = [version for version in versions if not version.item.backfill and version.mark.version == 1]
    elapsed = (now - before.last_polled_at).total_seconds() if before.last_polled_at else 0.0
    surges = before.first_fetched_at is not None and (
        not is_overlapping
        or schedule.breaks_news(
            new_items=len(fresh),
            elapsed_seconds=elapsed,
            average_gap_seconds=before.average_gap_seconds,
            limits=moment.limits,
        )
    )
    state = replace(
        moves.seen_redirect(lease.feed, before, fetched=fetched_from(lease, moment), moved_to=answer.moved_to, now=now),
        first_fetched_at=before.first_fetched_at if document.is_cut_off else before.first_fetched_at or now,
        last_polled_at=now,
        last_success_at=before.last_success_at if document.is_cut_off else now,
        failures=before.failures + 1 if document.is_cut_off else 0,
        last_error=document.problem or before.last_error,
        average_gap_seconds=gap,
        newest_item_at=newest,
        surge_until=schedule.surge_until(now) if surges else before.surge_until,
        document_wait_seconds=document.wait_seconds,
        skip_hours=document.skip_hours,
        skip_days=document.skip_days,
        identity_mode=mode.value,
    )
    lease = replace(lease, state=state)
    outcome = PollOutcome.FAILED if document.is_cut_off else PollOutcome.CHANGED
    if outcome is PollOutcome.CHANGED and not versions:
        outcome = PollOutcome.UNCHANGED
    record = _record(lease, outcome, _next_poll(lease, answer.fresh_seconds, moment), moment)
    return replace(
        record,
        rows=tuple(row_of(version, fetched_at=now) for version in versions),
        articles=wanted(lease.feed, versions),
        tells_fault=document.problem is not None,
        validators=None if document.is_cut_off else answer.validators,
        # What breaks off may have named its hub further on.
        hubs=None if document.is_cut_off else tuple(hub for hub in (answer.hub or document.hub,) if hub is not None),
    )


def not_outdated(
    versions: Sequence[NewVersion], marks: Mapping[str, Mark], push: Push, state: FeedState
) -> tuple[NewVersion, ...]:
    """Return the versions that cannot undo a later one: hubs try again, and pushes wait, while the feed goes on.

    News is news however late it comes. An edit of a known item is believed unless the feed was polled after the push came, or the
    item had this text before; then the next poll shows what holds.
    """
    is_polled_since = (
        state.failures == 0 and state.last_polled_at is not None and push.received_at <= state.last_polled_at
    )
    return tuple(
        version
        for version in versions
        if (mark := marks.get(version.mark.item_id)) is None
        or not (is_polled_since or version.mark.content_hash in mark.past_hashes)
    )


def not_reverted(versions: Sequence[NewVersion], marks: Mapping[str, Mark], state: FeedState) -> tuple[NewVersion, ...]:
    """Return the versions of a poll that do not undo what a hub pushed since the last poll: caches show old documents for a while.

    A text that is there at the poll after it, too, is believed.
    """
    heard, polled_at = state.last_success_at, state.last_polled_at
    if heard is None or polled_at is None or heard <= polled_at:
        return tuple(versions)
    return tuple(
        version
        for version in versions
        if (mark := marks.get(version.mark.item_id)) is None or version.mark.content_hash not in mark.past_hashes
    )


def after_push(
    lease: Lease, push: Push, versions: Sequence[NewVersion], now: datetime, *, is_whole: bool
) -> PushRecord:
    """Publish what a hub brought; unless these ``versions`` are the whole of it, the feed is polled at once.

    It may be part of the feed only, so nothing is learnt from it but its items: not even the newest date, by which the next poll
    tells whether the feed rolled over.
    """
    return PushRecord(
        feed=lease.feed.slug,
        push_id=push.push_id,
        rows=tuple(row_of(version, fetched_at=now) for version in versions),
        articles=wanted(lease.feed, versions),
        heard_at=now,
        poll_at=None if is_whole else _soon(lease, now),
        finished_at=now,
    )


def after_useless_push(lease: Lease, push: Push, now: datetime) -> PushRecord:
    """What the hub brought cannot be read: the feed is polled instead, at once, but a hub cannot have it polled without end."""
    return PushRecord(feed=lease.feed.slug, push_id=push.push_id, poll_at=_soon(lease, now), finished_at=now)


def _soon(lease: Lease, now: datetime) -> datetime:
    last = lease.state.last_polled_at
    return now if last is None else max(now, last + _HURRY)


def row_of(version: NewVersion, *, fetched_at: datetime) -> OutboxRow:
    """Return the finished bytes of an item version; from here on they are only copied."""
    item = version.item
    return OutboxRow(
        event_id=item.event_id,
        feed=item.feed,
        key=item.item_id.encode(),
        value=codec.encode(item),
        headers=codec.headers(item, event_id=item.event_id, occurred_at=item.published, fetched_at=fetched_at),
        mark=version.mark,
    )


def trusted_times(entries: Sequence[Entry], now: datetime) -> tuple[datetime, ...]:
    """The publication dates that can be true."""
    frozen = frozen_time(entries)
    found = (believable(entry.published, frozen=frozen, now=now) for entry in entries)
    return tuple(time for time in found if time is not None)


def possibly_lost(state: FeedState, entries: Sequence[Entry], now: datetime) -> int:
    """Estimate how many items came and went between two polls of a feed of which nothing known is left; at least 1.

    The time between the newest item known before and the oldest one listed now, at the feed's pace: the quicker of what was
    known of it and what the document shows, for a feed rolls over when it is in a hurry. Undated items count by their number:
    what should have come since the last poll, less what is listed.
    """
    times = trusted_times(entries, now)
    paces = [gap for gap in (state.average_gap_seconds, schedule.average_gap_seconds(times)) if gap]
    if not paces:
        return 1
    if times and state.newest_item_at is not None:
        count = (min(times) - state.newest_item_at).total_seconds() / min(paces) - 1
    else:
        elapsed = (now - state.last_polled_at).total_seconds() if state.last_polled_at else 0.0
        count = elapsed / min(paces) - len(entries)
    return min(max(round(count), 1), _MOST_LOST)


def fetched_from(lease: Lease, moment: Moment) -> str:
    """The address that this poll fetched."""
    return moves.address(lease.feed, lease.state, moment.now)


def _next_poll(lease: Lease, fresh_seconds: float, moment: Moment) -> NextPoll:
    return schedule.after_success(
        state=lease.state,
        tier=lease.feed.tier,
        configured_seconds=lease.feed.interval_seconds,
        asked_seconds=max(fresh_seconds, lease.state.document_wait_seconds),
        limits=moment.limits,
        now=moment.now,
        jitter=moment.jitter,
    )


def _record(lease: Lease, outcome: PollOutcome, upcoming: NextPoll, moment: Moment) -> PollRecord:
    return PollRecord(
        feed=lease.feed.slug,
        outcome=outcome,
        state=lease.state,
        next_poll_at=upcoming.at,
        interval_seconds=upcoming.interval_seconds,
        interval_reason=upcoming.reason.value,
        finished_at=moment.now,
    )
