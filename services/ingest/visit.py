"""One poll of one feed: fetch, parse, compare, decide. Everything it decides comes from ``polled``, ``versions`` and ``schedule``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from services.ingest import polled
from services.ingest.article import is_teaser
from services.ingest.document import Document, Entry, Unreadable
from services.ingest.feed import Feed, FeedState, Lease, Push
from services.ingest.identity import IdentityMode, chosen_mode
from services.ingest.outcome import Failed, FailureReason, Fetched, Gone, NotModified
from services.ingest.paging import OlderEntries, OlderPages
from services.ingest.polled import Moment
from services.ingest.ports import Fetcher, Ledger, Parser
from services.ingest.schedule import PollLimits
from services.ingest.versions import (
    WITHDRAWN_HASH,
    Mark,
    NewVersion,
    candidates,
    has_full_text,
    identified,
    last_event_id,
    new_versions,
    tombstoned,
    withdrawal,
)
from services.ingest.work import PollRecord, PushRecord
from shared import codec
from shared.clock import Clock
from shared.events.item import Item


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What came of a poll: the record to store, and what the log and the metrics say of it."""

    record: PollRecord
    versions: tuple[NewVersion, ...] = ()
    failure: FailureReason | None = None
    detail: str | None = None
    possibly_lost: int = 0
    """An estimate from the feed's pace; see ``polled.possibly_lost``."""
    older_pages: int = 0
    """Pages of older entries that were read because the feed had rolled over."""
    asked_wait_seconds: float | None = None
    """What a Retry-After asked for."""
    entries: int = 0
    body_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PushVisit:
    """What came of a push, as ``Visit`` of a poll."""

    record: PushRecord
    versions: tuple[NewVersion, ...] = ()
    failure: FailureReason | None = None
    detail: str | None = None
    entries: int = 0
    body_bytes: int = 0


class Visitor:
    """Polls feeds; holds no state between visits."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        parser: Parser,
        ledger: Ledger,
        clock: Clock,
        limits: PollLimits,
        random: Callable[[], float],
        older_pages: OlderPages | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._ledger = ledger
        self._clock = clock
        self._limits = limits
        self._random = random
        self._older_pages = older_pages

    async def visit(self, lease: Lease) -> Visit:
        """Poll the feed once; raises only for faults of our own (``IngestError``)."""
        url = polled.fetched_from(lease, self._moment())
        answer = await self._fetcher.fetch(url, lease.state.validators)
        match answer:
            case NotModified():
                return Visit(record=polled.after_not_modified(lease, answer, self._moment()))
            case Failed():
                return self._failed(lease, answer)
            case Gone():
                record = polled.after_gone(lease, answer, self._moment())
                return Visit(record=record, failure=FailureReason.GONE, detail=answer.detail)
            case Fetched():
                return await self._fetched(lease, answer)

    async def _fetched(self, lease: Lease, answer: Fetched) -> Visit:
        size = len(answer.body)
        if answer.validators.body_hash == lease.state.validators.body_hash:
            return Visit(record=polled.after_unchanged(lease, answer, self._moment()), body_bytes=size)
        document = await self._parser.parse(
            answer.body, content_type=answer.content_type, url=answer.url, language=lease.feed.language
        )
        if isinstance(document, Unreadable):
            return self._failed(lease, Failed(reason=document.reason, detail=document.detail), body_bytes=size)
        return await self._compared(lease, answer, document)

    async def _compared(self, lease: Lease, answer: Fetched, document: Document) -> Visit:
        feed, state = lease.feed, lease.state
        mode = chosen_mode(document.entries, IdentityMode(state.identity_mode))
        moment = self._moment()
        listed = candidates(feed, document.entries, mode)
        # Only a guid that names one item can be taken back by it.
        buried = tombstoned(feed, document.withdrawn) if mode is IdentityMode.GUID else ()
        marks = await self._ledger.marks((*listed, *buried), feed=feed.slug, now=moment.now)
        # Nothing of the last document is left in a feed that we know: what came and went between is unknown.
        is_overlapping = _overlaps(lease, document.entries, mode, marks)
        is_lossy = not is_overlapping and mode.value == state.identity_mode
        older = OlderEntries()
        if is_lossy and self._older_pages is not None and document.older is not None:
            older = await self._older_pages.read(
                document,
                url=answer.url,
                language=feed.language,
                is_known=lambda page: self._is_known(lease, page, mode),
            )
            missed = tuple(entry for entry in older.entries if _is_later(entry, state))
            document = replace(document, entries=(*document.entries, *missed))
            missing = candidates(feed, missed, mode)
            marks = {**marks, **await self._ledger.marks(missing, feed=feed.slug, now=moment.now)}
        entries = identified(feed, document.entries, mode, marks)
        versions = new_versions(
            feed,
            entries,
            marks,
            language=document.language,
            is_first_poll=state.first_fetched_at is None,
            now=moment.now,
        )
        found = await self._with_withdrawals(feed, versions, entries, marks, buried)
        versions = polled.not_reverted(found, marks, state)
        record = polled.after_document(
            lease, answer, document, versions, mode=mode, is_overlapping=is_overlapping, moment=moment
        )
        if len(versions) < len(found):  # the next poll has to look again
            record = replace(record, validators=None)
        is_lossy = is_lossy and not older.meets_known
        return Visit(
            record=record,
            versions=versions,
            failure=FailureReason.CUT_OFF if document.is_cut_off else None,
            detail=document.problem,
            possibly_lost=polled.possibly_lost(state, document.entries, moment.now) if is_lossy else 0,
            older_pages=older.pages,
            entries=len(document.entries),
            body_bytes=len(answer.body),
        )

    async def receive(self, lease: Lease, push: Push) -> PushVisit:
        """Compare what a hub delivered as if it had been polled: the same ids, versions and bytes.

        It may be part of the feed: it settles neither how items are named nor whether some were lost, and it is no first poll.
        """
        feed, state, size = lease.feed, lease.state, len(push.body)
        if state.first_fetched_at is None or not push.body:
            return PushVisit(record=polled.after_useless_push(lease, push, self._clock.now()), body_bytes=size)
        document = await self._parser.parse(
            push.body,
            content_type=push.content_type,
            url=polled.fetched_from(lease, self._moment()),
            language=feed.language,
        )
        moment = self._moment()
        if isinstance(document, Unreadable):
            record = polled.after_useless_push(lease, push, moment.now)
            return PushVisit(record=record, failure=document.reason, detail=document.detail, body_bytes=size)
        mode = IdentityMode(state.identity_mode)
        listed = candidates(feed, document.entries, mode)
        buried = tombstoned(feed, document.withdrawn) if mode is IdentityMode.GUID else ()
        marks = await self._ledger.marks((*listed, *buried), feed=feed.slug, now=moment.now)
        entries = identified(feed, document.entries, mode, marks)
        found = new_versions(feed, entries, marks, language=document.language, is_first_poll=False, now=moment.now)
        found = await self._with_withdrawals(feed, found, entries, marks, buried)
        versions = polled.not_outdated(found, marks, push, state)
        return PushVisit(
            record=polled.after_push(lease, push, versions, moment.now, is_whole=len(versions) == len(found)),
            versions=versions,
            entries=len(document.entries),
            body_bytes=size,
        )

    async def _with_withdrawals(
        self,
        feed: Feed,
        versions: tuple[NewVersion, ...],
        entries: Mapping[str, Entry],
        marks: Mapping[str, Mark],
        buried: Sequence[str],
    ) -> tuple[NewVersion, ...]:
        """The versions with the text of their pages kept, and those that take back what the document buries."""
        if feed.full_text:
            versions = await self._with_kept_text(versions, marks)
        # An entry that is listed all the same was not taken back, or was put back.
        taken_back = {one: marks[one] for one in buried if one in marks and one not in entries}
        return (*versions, *await self._withdrawals(feed, taken_back))

    async def _is_known(self, lease: Lease, page: Document, mode: IdentityMode) -> bool:
        """Whether a page reaches back to what is known, by its items or by their dates."""
        if any(entry.published is not None and not _is_later(entry, lease.state) for entry in page.entries):
            return True
        found = candidates(lease.feed, page.entries, mode)
        return bool(await self._ledger.marks(found, feed=lease.feed.slug, now=self._clock.now()))

    async def _with_kept_text(
        self, versions: tuple[NewVersion, ...], marks: Mapping[str, Mark]
    ) -> tuple[NewVersion, ...]:
        """Let a changed item keep the text of its page until that is read anew: facts of it must not go and come back."""
        known = {one.mark.item_id: marks[one.mark.item_id] for one in versions if one.mark.item_id in marks}
        events = {found: last_event_id(mark) for found, mark in known.items() if has_full_text(mark)}
        if not events:
            return versions
        values = await self._ledger.last_values(list(events.values()))
        texts = {found: codec.decode(Item, values[event]).content for found, event in events.items() if event in values}
        return tuple(
            replace(one, item=msgspec.structs.replace(one.item, content=texts[one.mark.item_id]))
            if is_teaser(one.item.content) and one.mark.item_id in texts
            else one
            for one in versions
        )

    async def _withdrawals(self, feed: Feed, marks: Mapping[str, Mark]) -> tuple[NewVersion, ...]:
        standing = [mark for mark in marks.values() if mark.content_hash != WITHDRAWN_HASH]
        if not standing:
            return ()
        values = await self._ledger.last_values([last_event_id(mark) for mark in standing])
        return tuple(
            withdrawal(
                feed,
                mark,
                codec.decode(Item, values[event_id]) if (event_id := last_event_id(mark)) in values else None,
            )
            for mark in standing
        )

    def _failed(self, lease: Lease, failed: Failed, *, body_bytes: int = 0) -> Visit:
        record = polled.after_failure(lease, failed, self._moment())
        return Visit(
            record=record,
            failure=failed.reason,
            detail=failed.detail,
            asked_wait_seconds=failed.retry_after_seconds,
            body_bytes=body_bytes,
        )

    def _moment(self) -> Moment:
        return Moment(limits=self._limits, now=self._clock.now(), jitter=self._random())


def _overlaps(lease: Lease, entries: Sequence[Entry], mode: IdentityMode, marks: Mapping[str, Mark]) -> bool:
    """Whether a document reaches back to what the last poll saw: by one of its items, or by an oldest one that a hub has pushed since.

    Any other item that was pushed proves nothing: the hub may have missed those around it.
    """
    newest = lease.state.newest_item_at
    if not entries or newest is None:
        return True
    for entry in entries:
        for one in candidates(lease.feed, (entry,), mode):
            mark = marks.get(one)
            if mark is not None and (mark.published_is_estimated or mark.published <= newest):
                return True
    dated = [(entry.published, entry) for entry in entries if entry.published is not None]
    oldest = min(dated, key=lambda pair: pair[0])[1] if dated else entries[-1]
    return not marks.keys().isdisjoint(candidates(lease.feed, (oldest,), mode))


def _is_later(entry: Entry, state: FeedState) -> bool:
    """Whether an entry of an older page was missed: what is older than the newest item known was there to be seen, or never meant for us."""
    return entry.published is not None and state.newest_item_at is not None and entry.published > state.newest_item_at
