"""Incidents in, deliveries written down: one transaction a batch, the offset committed only after it.

A crash between the two makes Kafka deliver the batch again; the ledger then holds those revisions already and nothing new
is written. A change that cannot be read or worked on is dead-lettered, and the batch goes on.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from services.alert.batch_lists import BatchLists
from services.alert.canary import CanaryCatcher, is_canary
from services.alert.compose import Composer
from services.alert.errors import LedgerError
from services.alert.ledger import DeliveryStatus, HeldIncident, NewDelivery, StoredChange
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics, ChangeOutcome
from services.alert.payload import Times
from services.alert.ports import HandOver, Ledger
from services.alert.rings import RingGauge
from services.alert.routing import carried, is_stale
from services.alert.silences import Silence
from services.alert.timing import CATCH_UP_AFTER, Conditions, RingKey, decide
from services.alert.watch import Endpoint
from shared import tracing
from shared.clock import Clock
from shared.codec import DecodeError, Headers, decode
from shared.events.incident import IncidentChange, Status
from shared.kafka.dead_letters import DeadLetterReason, Received, dead_letter
from shared.kafka.publisher import Record
from shared.logging import logger
from shared.topics import INCIDENTS
from shared.tracing import Span

_Made = tuple[StoredChange, tuple[NewDelivery, ...]]
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_NAMED = 50
"""Deliveries that one log line names: a line of a thousand ids would be cut off by many a log store."""
_LEDGER_RETRIES_SECONDS = (0.2, 1.0, 3.0, 10.0, 30.0)


class DeadLetterPublisher(Protocol):
    """Takes dead letters."""

    async def publish(self, records: Sequence[Record]) -> object:
        """Return when all are acknowledged."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    record: Received
    state: IncidentChange
    times: Times
    span: Span


class ChangeHandler:
    """Works on batches of incident changes."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        index: WatchIndex,
        endpoints: Mapping[str, Endpoint],
        composer: Composer,
        canaries: CanaryCatcher,
        dead_letters: DeadLetterPublisher,
        metrics: AlertMetrics,
        clock: Clock,
        hand_over: HandOver,
        catch_up_after: timedelta = CATCH_UP_AFTER,
    ) -> None:
        self._ledger = ledger
        self._index = index
        self._endpoints = endpoints
        self._composer = composer
        self._canaries = canaries
        self._dead_letters = dead_letters
        self._metrics = metrics
        self._clock = clock
        self._hand_over = hand_over
        self._catch_up_after = catch_up_after
        self._gauge = RingGauge()

    async def handle(self, batch: Sequence[Received]) -> None:
        """Return when every effect of the batch is durable; raises ``LedgerError`` or ``PublishError`` when it cannot be made so."""
        self._metrics.changes.received.inc(len(batch))
        with self._metrics.changes.duration.time():
            read = await self._read(batch)
            if read:
                await self._write_traced(read)
        self._metrics.changes.last_success.set_to_current_time()

    async def handle_patiently(self, batch: Sequence[Received]) -> None:
        """``handle``, tried again while the database is away; raises ``LedgerError`` when it stays away."""
        for wait in (*_LEDGER_RETRIES_SECONDS, None):
            try:
                await self.handle(batch)
            except LedgerError as error:
                self._metrics.ledger_errors.inc()
                if wait is None:
                    raise
                logger().warning("ledger.failed", reason=str(error), retry_in_s=wait)
                await asyncio.sleep(wait)
            else:
                return

    async def _read(self, batch: Sequence[Received]) -> list[_Read]:
        read, letters = [], []
        for record in batch:
            try:
                state = usable(decode(IncidentChange, record.value))
            except DecodeError as error:
                letters.append(self._put_aside(record, DeadLetterReason.UNDECODABLE, error))
                continue
            span = tracing.process(INCIDENTS.name, record.headers, item_id=state.item_id, incident_id=state.incident_id)
            times = times_of(record.headers, created=self._clock.now())
            read.append(_Read(record=record, state=state, times=times, span=span))
        if letters:
            await self._dead_letters.publish(letters)
        return read

    async def _write_traced(self, read: Sequence[_Read]) -> None:
        """``_write``, as the spans of the messages and one of the transaction that they share."""
        error: str | None = "the batch was not written"
        shared = tracing.batch("write ledger", (one.span for one in read))
        try:
            await self._write(read)
            error = None
        finally:
            for span in (shared, *(one.span for one in read)):
                span.end(error=error)

    async def _write(self, read: Sequence[_Read]) -> None:
        letters: list[Record] = []
        changes: list[StoredChange] = []
        deliveries: list[NewDelivery] = []
        outcomes: list[ChangeOutcome] = []
        lists = BatchLists()
        taken: frozenset[str] = frozenset()
        async with self._ledger.transaction() as transaction:
            news = [one for one in read if not is_canary(one.state)]
            held = (
                dict(await transaction.held([one for state in news for one in _concerned(state.state)])) if news else {}
            )
            brought: set[str] = set()
            silences = tuple(await transaction.timing.silences()) if news else ()
            for one in read:
                if is_canary(one.state):
                    deliveries += self._catch(one, letters)
                    outcomes.append(ChangeOutcome.CANARY)
                    continue
                known = held[one.state.incident_id]
                if one.state.revision <= known.revision:
                    outcomes.append(ChangeOutcome.REPEATED)
                    continue
                made = self._attempt(one, known, silences, lists)
                if isinstance(made, frozenset):
                    self._gauge.learn(await transaction.timing.rung(sorted(made)))
                    lists.learned |= made
                    made = self._attempt(one, known, silences, lists)
                if isinstance(made, Record):
                    letters.append(made)
                    continue
                assert not isinstance(made, frozenset)
                change, written = made
                held[one.state.incident_id] = HeldIncident(revision=one.state.revision, told=change.told)
                brought |= _carry(one.state, held)
                changes.append(change)
                deliveries += written
                outcomes.append(ChangeOutcome.ROUTED if written else ChangeOutcome.SILENT)
            if letters:
                await self._dead_letters.publish(letters)
            if not lists.are_empty:
                await transaction.timing.settle(waiting=lists.waiting, forgotten=lists.forgotten, rings=lists.rings)
            if changes or deliveries:
                taken = (await transaction.write(changes, deliveries, taking=self._hand_over.wanted(deliveries))).taken
            if brought:  # after the changes, whose own marks may be from before the merge
                await transaction.carry({one: held[one].told for one in brought})
        self._gauge.add(lists.rings)
        if deliveries:
            self._hand_over.hand_over(deliveries, taken)
        self._count(outcomes, deliveries)
        for waiting in lists.waiting:
            self._metrics.kept.labels(waiting.gathered_by.value).inc()

    def _attempt(
        self, one: _Read, known: HeldIncident, silences: tuple[Silence, ...], lists: BatchLists
    ) -> "_Made | Record | frozenset[RingKey]":
        """Decide on one change; returns its dead letter where that fails, and where the ledger must be asked first, for what."""
        try:
            return self._decide(one, known, silences, lists)
        except Exception as error:  # noqa: BLE001  # the boundary of one change: put aside, counted, logged
            return self._put_aside(one.record, DeadLetterReason.PROCESSING_FAILED, error)

    def _decide(
        self, one: _Read, known: HeldIncident, silences: tuple[Silence, ...], lists: BatchLists
    ) -> "_Made | frozenset[RingKey]":
        stale = is_stale(one.state, fetched_at=one.times.fetched, now=one.times.created)
        asked: set[RingKey] = set()

        def rung(key: RingKey) -> int:
            asked.add(key)
            return self._gauge.count(key) + lists.rung(key)

        conditions = Conditions(
            now=one.times.created,
            silences=silences,
            rung=rung,
            fetched_at=one.times.fetched,
            catch_up_after=self._catch_up_after,
        )
        routed = decide(
            one.state, self._index, known.told, endpoints=self._endpoints, conditions=conditions, stale=stale
        )
        if doubtful := frozenset(key for key in asked if self._is_doubtful(key, lists)):
            return doubtful
        addressed = tuple((notice, self._endpoints[notice.endpoint_id]) for notice in routed.notices)
        written = _caused_by(one, self._composer.deliveries(one.state, addressed, one.times))
        lists.take(routed)
        assert one.record.value is not None
        change = StoredChange(
            state=one.state,
            raw=one.record.value,
            told=routed.told,
            occurred_at=one.times.published,
            fetched_at=one.times.fetched,
            linked_at=one.times.linked,
        )
        logger().info(
            "incident.routed" if written else "incident.kept",
            item_id=one.state.item_id,
            incident_id=one.state.incident_id,
            revision=one.state.revision,
            change=one.state.change.value,
            notify=one.state.notify,
            deliveries=len(written),
            delivery_id=[made.delivery_id for made in written[:_MOST_NAMED]],
            waiting=len(routed.waiting),
            stale=stale,
            **tracing.log_fields(one.span.traceparent),
        )
        one.span.note(change=one.state.change.value, revision=one.state.revision, deliveries=len(written))
        return change, written

    def _is_doubtful(self, key: RingKey, lists: BatchLists) -> bool:
        """Whether others' rings may matter, and have not been asked for in this transaction."""
        watch = self._index.watches.get(key.watch_id)
        limit = watch.manners.limit_an_hour if watch is not None else None
        ours = self._gauge.count(key) + lists.rung(key)
        return limit is not None and key not in lists.learned and ours * 4 >= limit

    def _catch(self, one: _Read, letters: list[Record]) -> tuple[NewDelivery, ...]:
        try:
            return _caused_by(one, self._canaries.deliveries(one.state, one.times))
        except Exception as error:  # noqa: BLE001  # as for any change
            letters.append(self._put_aside(one.record, DeadLetterReason.PROCESSING_FAILED, error))
            return ()

    def _put_aside(self, record: Received, reason: DeadLetterReason, error: Exception) -> Record:
        self._metrics.dead_letters.labels(reason.value).inc()
        self._metrics.changes.finished.labels(ChangeOutcome.DEAD_LETTERED.value).inc()
        logger().error(
            "change.dead_lettered",
            reason=reason.value,
            error_type=type(error).__name__,
            error=str(error)[:300],
            partition=record.partition,
            offset=record.offset,
        )
        return dead_letter(record, reason, error)

    def _count(self, outcomes: Sequence[ChangeOutcome], deliveries: Sequence[NewDelivery]) -> None:
        for outcome in outcomes:
            self._metrics.changes.finished.labels(outcome.value).inc()
        for delivery in deliveries:
            if delivery.status is DeliveryStatus.EXPIRED:
                self._metrics.expired.labels(delivery.channel).inc()
            else:
                self._metrics.created.labels(delivery.channel, delivery.message.value).inc()


def _caused_by(one: _Read, deliveries: Sequence[NewDelivery]) -> tuple[NewDelivery, ...]:
    """The deliveries with the item that caused them, and its trace."""
    traceparent = tracing.as_text(one.span.traceparent)
    return tuple(replace(made, item_id=one.state.item_id, traceparent=traceparent) for made in deliveries)


def _carry(state: IncidentChange, held: dict[str, HeldIncident]) -> set[str]:
    """Who was told of an incident that is merged now was told of the one it is part of: in ``held``, for what follows and to be written."""
    into = merged_into(state)
    if into is None:
        return set()
    held[into] = replace(held[into], told=carried(held[state.incident_id].told, held[into].told))
    return {into}


def merged_into(state: IncidentChange) -> str | None:
    """Return the incident that this one is part of from this change on, None where there is none that the ledger could hold."""
    if state.status is not Status.MERGED or state.merged_into in {None, state.incident_id}:
        return None
    return state.merged_into if _ID.fullmatch(state.merged_into or "") else None


def _concerned(state: IncidentChange) -> tuple[str, ...]:
    into = merged_into(state)
    return (state.incident_id,) if into is None else (state.incident_id, into)


def usable(state: IncidentChange) -> IncidentChange:
    """Return the change; raises ``DecodeError`` for one that the ledger could never hold, and that would stop the service for ever."""
    if not _ID.fullmatch(state.incident_id):
        raise DecodeError("incident-change", "incident_id is not made of up to 64 letters, digits, - and _")
    if not 1 <= state.revision < 2**31:
        raise DecodeError("incident-change", f"revision {state.revision} is out of range")
    return state


def times_of(headers: Headers, *, created: datetime) -> Times:
    """Return the times that a record's headers carry; one that cannot be read counts as unknown."""
    said = dict(headers)

    def at(name: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(said[name].decode("ascii"))
        except (KeyError, ValueError):
            return None
        return found if found.tzinfo is not None else None

    return Times(
        published=at("occurred-at"),
        fetched=at("fetched-at"),
        read=at("read-at"),
        linked=at("linked-at"),
        created=created,
    )
