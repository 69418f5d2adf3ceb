"""Traces: what one item caused, across services, as OpenTelemetry spans. Optional; without an exporter nothing of it is loaded or paid for.

The context travels in the message header ``traceparent`` (W3C Trace Context) and lies in the ledger with each delivery. Code asks for
spans here and never learns whether anybody looks at them: ``begin`` returns a span that does nothing then. Only ``shared.otel`` imports
the library.

An item's first span is its trace's root, and the trace id is derived from the item event's id (house style, rule 17): a message that
is sent again, after a crash or to a Kafka that lost everything, stays in its trace.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Protocol

from shared.settings import Settings, SettingsError

HEADER = "traceparent"
_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

Headers = Iterable[tuple[str, bytes]]
Attribute = str | int | float | bool | Sequence[str]


class Kind(Enum):
    """A span's part in the conversation, as OpenTelemetry names it."""

    INTERNAL = "INTERNAL"
    CONSUMER = "CONSUMER"
    PRODUCER = "PRODUCER"
    CLIENT = "CLIENT"


class Span(Protocol):
    """One unit of work, from ``begin`` to ``end``."""

    @property
    def traceparent(self) -> bytes | None:
        """The context for what this work causes; that which it came with when nobody traces, None when it came with none."""
        ...

    def note(self, **attributes: Attribute) -> None:
        """Add attributes, as ``item_id=…``."""
        ...

    def end(self, *, error: str | None = None) -> None:
        """The work is done; ``error`` is the reason where it failed."""
        ...


class Tracer(Protocol):
    """Makes spans that somebody looks at."""

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
        """See ``begin``."""
        ...

    def close(self) -> None:
        """Send what is not sent yet, within seconds."""
        ...


class _Unseen:
    """A span that nobody looks at: hands on the context that came."""

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: bytes | None) -> None:
        self.traceparent = traceparent

    def note(self, **attributes: Attribute) -> None:
        """Nothing."""

    def end(self, *, error: str | None = None) -> None:
        """Nothing."""


_NOBODY = _Unseen(None)
_tracer: Tracer | None = None


def configure(service: str, settings: Settings) -> None:
    """Trace from now on if ``TRACE_ENDPOINT`` is set; call once, at the composition root. Raises ``SettingsError`` without the library."""
    if not settings.trace_endpoint:
        return
    try:
        from shared.otel import otlp_tracer  # noqa: PLC0415  # not a dependency: the extra "tracing"
    except ImportError as error:
        raise SettingsError(
            f"TOCSIN_TRACE_ENDPOINT is set, but {error.name} is not installed; install tocsin[tracing] or unset it"
        ) from error
    use(otlp_tracer(service, endpoint=settings.trace_endpoint, share=settings.trace_share))


def use(tracer: Tracer | None) -> None:
    """Trace with this from now on, or not at all: what ``configure`` and tests do."""
    global _tracer  # noqa: PLW0603  # one process has one, like its logger; set at the composition root alone
    _tracer = tracer


def close() -> None:
    """Send what is not sent yet, within seconds; call before the process ends."""
    if _tracer is not None:
        _tracer.close()


def is_on() -> bool:
    """Whether anybody looks at spans: ask before work that only serves them."""
    return _tracer is not None


def begin(
    name: str,
    *,
    kind: Kind = Kind.INTERNAL,
    parent: bytes | None = None,
    seed: str | None = None,
    links: Sequence[bytes] = (),
    seconds_ago: float = 0.0,
    **attributes: Attribute,
) -> Span:
    """Return a span that began ``seconds_ago``, within the one whose context ``parent`` is, else at the root of a trace.

    ``seed`` is what the trace id of a root is derived from; ``links`` are contexts of other traces that this work is about. A context
    that cannot be read counts as none. Attributes are named as log fields are; spans show them below ``tocsin.``.
    """
    if _tracer is None:
        return _NOBODY if parent is None else _Unseen(parent)
    return _tracer.begin(
        name, kind=kind, parent=parent, seed=seed, links=links, seconds_ago=seconds_ago, attributes=attributes
    )


def process(
    topic: str, headers: Headers, *, seconds_ago: float = 0.0, seed: str | None = None, **attributes: Attribute
) -> Span:
    """Return the span of a consumer's work on exactly one message."""
    parent = traceparent_of(headers)
    if _tracer is None:
        return _NOBODY if parent is None else _Unseen(parent)
    return _tracer.begin(
        f"process {topic}",
        kind=Kind.CONSUMER,
        parent=parent,
        seed=seed,
        links=(),
        seconds_ago=seconds_ago,
        attributes=attributes,
    )


def batch(name: str, spans: Iterable[Span], **attributes: Attribute) -> Span:
    """Return the span of work done for several messages at once: it stands in no message's trace and links to them all."""
    if _tracer is None:
        return _NOBODY
    links = [span.traceparent for span in spans if span.traceparent is not None]
    return _tracer.begin(
        name,
        kind=Kind.INTERNAL,
        parent=None,
        seed=None,
        links=links,
        seconds_ago=0.0,
        attributes={**attributes, "messages": len(links)},
    )


def traceparent_of(headers: Headers) -> bytes | None:
    """The context that a message's headers carry, as it stands."""
    for name, value in headers:
        if name == HEADER:
            return value
    return None


def with_traceparent(headers: Headers, traceparent: bytes | None) -> tuple[tuple[str, bytes], ...]:
    """The headers with this context in place of theirs; unchanged when it is None."""
    if traceparent is None:
        return tuple(headers)
    return (*(header for header in headers if header[0] != HEADER), (HEADER, traceparent))


def trace_id(traceparent: bytes | None) -> str | None:
    """The trace's id as logs write it; None for a context that cannot be read."""
    if traceparent is None or _TRACEPARENT.fullmatch(traceparent) is None:
        return None
    return traceparent[3:35].decode("ascii")


def log_fields(traceparent: bytes | None) -> dict[str, str]:
    """``trace_id`` for a log line about work in this context; nothing without one."""
    found = trace_id(traceparent)
    return {} if found is None else {"trace_id": found}


def as_text(traceparent: bytes | None) -> str | None:
    """For a column or an HTTP header; None for a context that cannot be read."""
    if traceparent is None or trace_id(traceparent) is None:
        return None
    return traceparent.decode("ascii")
