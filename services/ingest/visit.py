"""One poll of one feed: fetch, parse, compare, decide. Everything it decides comes from ``polled``, ``versions`` and ``schedule``."""

from collections.abc import Callable
from dataclasses import dataclass

from services.ingest import polled
from services.ingest.document import Document, Unreadable
from services.ingest.feed import Lease
from services.ingest.identity import IdentityMode, chosen_mode
from services.ingest.outcome import Failed, FailureReason, Fetched, Gone, NotModified
from services.ingest.polled import Moment
from services.ingest.ports import Fetcher, Ledger, Parser
from services.ingest.schedule import PollLimits
from services.ingest.versions import NewVersion, candidates, identified, new_versions
from services.ingest.work import PollRecord
from shared.clock import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """What came of a poll: the record to store, and what the log and the metrics say of it."""

    record: PollRecord
    versions: tuple[NewVersion, ...] = ()
    failure: FailureReason | None = None
    detail: str | None = None
    possibly_lost: int = 0
    """An estimate from the feed's pace; see ``polled.possibly_lost``."""
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
    ) -> None:
        self._fetcher = fetcher
        self._parser = parser
        self._ledger = ledger
        self._clock = clock
        self._limits = limits
        self._random = random

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
        mode = chosen_mode(document.entries, IdentityMode(lease.state.identity_mode))
        moment = self._moment()
        marks = await self._ledger.marks(
            candidates(lease.feed, document.entries, mode), feed=lease.feed.slug, now=moment.now
        )
        entries = identified(lease.feed, document.entries, mode, marks)
        versions = new_versions(
            lease.feed,
            entries,
            marks,
            language=document.language,
            is_first_poll=lease.state.first_fetched_at is None,
            now=moment.now,
        )
        # Nothing of the last document is left in a feed that we know: what came and went between is unknown.
        is_overlapping = bool(marks) or not entries or lease.state.newest_item_at is None
        is_lossy = not is_overlapping and mode.value == lease.state.identity_mode
        record = polled.after_document(
            lease, answer, document, versions, mode=mode, is_overlapping=is_overlapping, moment=moment
        )
        return Visit(
            record=record,
            versions=versions,
            failure=FailureReason.CUT_OFF if document.is_cut_off else None,
            detail=document.problem,
            possibly_lost=polled.possibly_lost(lease.state, document.entries, moment.now) if is_lossy else 0,
            entries=len(document.entries),
            body_bytes=len(answer.body),
        )

    def _failed(self, lease: Lease, failed: Failed, *, body_bytes: int = 0) -> Visit:
        record = polled.after_failure(lease, failed, self._moment())
        return Visit(record=record, failure=failed.reason, detail=failed.detail, body_bytes=body_bytes)

    def _moment(self) -> Moment:
        return Moment(limits=self._limits, now=self._clock.now(), jitter=self._random())
