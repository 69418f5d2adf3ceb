#!/usr/bin/env python3
"""What tracing costs a message: the calls that a stage makes for it, with nobody looking and with spans being made, in one run.

    .venv/bin/python -m bench.traces [--messages 20000]

Processor time, the two ways by turns, the best of five; beside it what the lightest stage's work on a message costs (a change that
no watch wants, through the alert service's handler), without tracing.
"""

import argparse
import asyncio
import time
from collections.abc import Callable

from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from shared import tracing
from shared.otel import OtelTracer
from tests.support.incidents import opened, received
from tests.unit.alert.test_consumer import Stage

_ROUNDS = 5
_THEIRS = (
    ("event-id", b"c_1"),
    ("occurred-at", b"2026-11-23T03:00:00+00:00"),
    ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
)


class _Nowhere(SpanExporter):
    def export(self, spans: object) -> SpanExportResult:
        return SpanExportResult.SUCCESS


def calls(messages: int, headers: tuple[tuple[str, bytes], ...]) -> None:
    """What a stage does for each message beside its work."""
    for number in range(messages):
        span = tracing.process("topic", headers, item_id="i_1")
        tracing.with_traceparent(headers, span.traceparent)
        tracing.log_fields(span.traceparent)
        span.note(outcome="opened", number=number)
        span.end()


def microseconds(work: Callable[[], None], messages: int) -> float:
    """Processor time a message."""
    started = time.process_time()
    work()
    return (time.process_time() - started) / messages * 1e6


def handled(messages: int) -> None:
    """Unwanted changes through the handler."""

    async def run() -> None:
        stage = Stage()
        batch = [received(opened(number)) for number in range(1, 101)]
        for _ in range(messages // 100):
            await stage.handler.handle(batch)

    asyncio.run(run())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=20_000)
    messages = parser.parse_args().messages
    tracer = OtelTracer("bench", BatchSpanProcessor(_Nowhere()))
    best: dict[str, float] = {}
    for _ in range(_ROUNDS):
        for name, used, headers in (
            ("off, no context in the header", None, _THEIRS[:2]),
            ("off, a context handed on", None, _THEIRS),
            ("on", tracer, _THEIRS),
        ):
            tracing.use(used)
            took = microseconds(lambda headers=headers: calls(messages, headers), messages)  # type: ignore[misc]  # mypy infers no default's type
            best[name] = min(best.get(name, took), took)
    tracing.use(None)
    for name, took in best.items():
        print(f"tracing {name:<30} {took:7.2f} us a message")
    print(f"the work itself, at its lightest       {microseconds(lambda: handled(2_000), 2_000):7.2f} us a message")
    tracer.close()


if __name__ == "__main__":
    main()
