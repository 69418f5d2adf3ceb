"""Spans of the two stages: one for each message, whose context its outputs carry on; one for what a batch shares, linked to them all."""

import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from services.classify.intake import Event
from services.classify.stages import Outcome
from shared import tracing
from shared.tracing import Span


def begun(one: Event) -> Span:
    """The span of the work on a record, from when it came into our hands."""
    received = one.received
    if not tracing.is_on():
        return tracing.process(received.topic, received.headers)
    return tracing.process(
        received.topic,
        received.headers,
        seconds_ago=time.monotonic() - one.since,
        partition=received.partition,
        offset=received.offset,
    )


async def read(reading: Awaitable[Outcome], span: Span) -> Outcome:
    """Await the reading of an item, as a span of its own."""
    if not tracing.is_on():
        return await reading
    inner = tracing.begin("read item", parent=span.traceparent)
    try:
        return await reading
    finally:
        inner.end()


def onward(outcomes: Sequence[Outcome], spans: Sequence[Span]) -> Sequence[Outcome]:
    """The outcomes, their records in the context of the span that made them."""
    if not tracing.is_on():
        return outcomes
    return [
        replace(
            outcome,
            records=tuple(
                replace(record, headers=tracing.with_traceparent(record.headers, span.traceparent))
                for record in outcome.records
            ),
        )
        for outcome, span in zip(outcomes, spans, strict=True)
    ]


@contextmanager
def kept(spans: Sequence[Span]) -> Iterator[None]:
    """The span of making a batch durable."""
    span = tracing.batch("keep outcomes", spans)
    try:
        yield
    finally:
        span.end()


def ended(span: Span, outcome: Outcome) -> None:
    """The work is done."""
    if not tracing.is_on():
        return
    said = {
        name: value for name, value in outcome.log.items() if name in ("item_id", "event_id", "incident_id", "kind")
    }
    span.note(outcome=outcome.outcome, **said)  # type: ignore[arg-type]  # texts and lists of texts, as log fields are
    span.end(error=outcome.dead.value if outcome.dead is not None else None)
