"""Trace contexts as bytes, and what happens when the library or the collector is not there."""

import sys
import time

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import tracing
from shared.embedded.ports import free_port
from shared.otel import OtelTracer, otlp_tracer
from shared.settings import Settings, SettingsError

THEIRS = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(autouse=True)
def _nobody():
    yield
    tracing.use(None)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        b"",
        b"nonsense",
        THEIRS.upper(),
        THEIRS.replace(b"00-", b"01-"),
        THEIRS + b"-x",
        b"00-" + b"0" * 32 + THEIRS[35:],
        THEIRS[:36] + b"0" * 16 + b"-01",
        b"\xff" * 55,
    ],
)
def test_a_context_that_cannot_be_read_counts_as_none(broken):
    assert tracing.trace_id(broken) is None
    assert tracing.log_fields(broken) == {}
    assert tracing.as_text(broken) is None
    exporter = InMemorySpanExporter()
    tracing.use(OtelTracer("test", SimpleSpanProcessor(exporter)))
    tracing.begin("x", parent=broken).end()
    assert exporter.get_finished_spans()[0].parent is None


def test_a_context_goes_into_headers_in_place_of_what_was_there():
    headers = (("event-id", b"1"), ("traceparent", b"old"))
    assert tracing.with_traceparent(headers, THEIRS) == (("event-id", b"1"), ("traceparent", THEIRS))
    assert tracing.with_traceparent(headers, None) == headers
    assert tracing.trace_id(THEIRS) == "0af7651916cd43dd8448eb211c80319c"


def test_what_is_not_sampled_at_its_root_is_sampled_nowhere():
    exporter = InMemorySpanExporter()
    tracing.use(OtelTracer("test", SimpleSpanProcessor(exporter), share=0.0))
    root = tracing.begin("root", seed="v_1")
    tracing.process("topic", [("traceparent", root.traceparent)]).end()
    root.end()
    assert root.traceparent.endswith((b"-00", b"-02"))
    assert exporter.get_finished_spans() == ()
    tracing.process("topic", [("traceparent", THEIRS)]).end()
    assert len(exporter.get_finished_spans()) == 1


def test_an_endpoint_without_the_library_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "shared.otel", None)
    settings = Settings.from_environment({"TOCSIN_TRACE_ENDPOINT": "http://127.0.0.1:4318/v1/traces"})
    with pytest.raises(SettingsError, match=r"TOCSIN_TRACE_ENDPOINT is set.*tocsin\[tracing\]"):
        tracing.configure("alert", settings)
    assert not tracing.is_on()


def test_without_an_endpoint_nothing_is_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, "shared.otel", None)
    tracing.configure("alert", Settings())
    tracing.configure(
        "alert", Settings.from_environment({"TOCSIN_TRACE_ENDPOINT": ""})
    )  # as compose passes on what is not set
    assert not tracing.is_on()


def test_an_endpoint_that_is_no_address_is_refused():
    with pytest.raises(SettingsError, match=r"TOCSIN_TRACE_ENDPOINT.*collector:4317"):
        Settings.from_environment({"TOCSIN_TRACE_ENDPOINT": "collector:4317"})


def test_a_collector_that_is_away_holds_up_neither_the_work_nor_the_end():
    tracing.use(otlp_tracer("alert", endpoint=f"http://127.0.0.1:{free_port()}/v1/traces", share=1.0))
    started = time.monotonic()
    for _ in range(5_000):
        tracing.begin("work").end()
    assert time.monotonic() - started < 3
    started = time.monotonic()
    tracing.close()
    assert time.monotonic() - started < 5
