"""OpenTelemetry behind ``shared.tracing``. Only this module imports the library, and it is imported only where traces are wanted."""

import threading
import time
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from hashlib import sha256

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.trace import Span as OtelSpan

from shared.tracing import Attribute, Kind, Span, Tracer, trace_id

_EXPORT_SECONDS = 5
_CLOSE_SECONDS = 3.0
_NANOSECONDS = 1_000_000_000
_seed: ContextVar[str | None] = ContextVar("seed", default=None)


def otlp_tracer(service: str, *, endpoint: str, share: float) -> Tracer:
    """Return a tracer that sends ``share`` of all traces to a collector (OTLP over HTTP), in a thread of its own; what it cannot send is dropped."""
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_SECONDS)
    return OtelTracer(service, BatchSpanProcessor(exporter), share=share)


class OtelTracer:
    """See ``shared.tracing.Tracer``. ``processor`` takes the ended spans."""

    def __init__(self, service: str, processor: SpanProcessor, *, share: float = 1.0) -> None:
        self._provider = TracerProvider(
            sampler=ParentBased(TraceIdRatioBased(share)),
            resource=Resource.create({"service.name": f"tocsin-{service}", "service.namespace": "tocsin"}),
            shutdown_on_exit=False,
            id_generator=_DerivedIds(),
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("tocsin")

    def begin(
        self,
        name: str,
        *,
        kind: Kind,
        parent: bytes | None,
        seed: str | None,
        links: Sequence[bytes],
        seconds_ago: float,
        attributes: Mapping[str, Attribute],
    ) -> Span:
        """See ``shared.tracing.begin``."""
        context = Context()
        if (remote := _context_of(parent)) is not None:
            context = set_span_in_context(NonRecordingSpan(remote), context)
        about = [Link(found) for link in links if (found := _context_of(link)) is not None]
        token = _seed.set(seed)
        try:
            span = self._tracer.start_span(
                name,
                context,
                kind=SpanKind[kind.value],
                links=about,
                start_time=time.time_ns() - int(seconds_ago * _NANOSECONDS),
                attributes={f"tocsin.{key}": value for key, value in attributes.items()},
            )
        finally:
            _seed.reset(token)
        return _Seen(span)

    def close(self) -> None:
        """Send what is not sent yet; a collector that does not answer holds up nobody for longer than seconds."""
        closing = threading.Thread(target=self._provider.shutdown, name="tracing", daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)


class _Seen:
    """See ``shared.tracing.Span``."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: OtelSpan) -> None:
        self._span = span
        at = span.get_span_context()
        self.traceparent: bytes | None = f"00-{at.trace_id:032x}-{at.span_id:016x}-{at.trace_flags:02x}".encode()

    def note(self, **attributes: Attribute) -> None:
        self._span.set_attributes({f"tocsin.{key}": value for key, value in attributes.items()})

    def end(self, *, error: str | None = None) -> None:
        if error is not None:
            self._span.set_status(Status(StatusCode.ERROR, error))
        self._span.end()


class _DerivedIds(RandomIdGenerator):
    """Trace ids from a seed where there is one."""

    def generate_trace_id(self) -> int:
        seed = _seed.get()
        if seed is None:
            return super().generate_trace_id()
        return int.from_bytes(sha256(b"trace\0" + seed.encode()).digest()[:16], "big") or 1


def _context_of(traceparent: bytes | None) -> SpanContext | None:
    if traceparent is None or trace_id(traceparent) is None:
        return None
    _, trace, span, flags = traceparent.split(b"-")
    return SpanContext(
        trace_id=int(trace, 16), span_id=int(span, 16), is_remote=True, trace_flags=TraceFlags(int(flags, 16))
    )
