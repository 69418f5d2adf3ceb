"""One item through every stage, by the real code around fakes: its spans are one trace, and every log line about it can be found."""

import time
from datetime import timedelta

import msgspec
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import capture_logs

from services.alert.ledger import first_claim
from services.classify import stages
from services.classify import traces as classify_traces
from services.classify.entries import Region
from services.classify.intake import Event
from services.classify.link.settings import LinkSettings
from services.classify.linking import Linker
from services.ingest.traces import traced_visit
from services.ingest.work import Settlement
from shared import tracing
from shared.kafka.dead_letters import Received
from shared.otel import OtelTracer
from shared.topics import ITEMS
from tests.support.ingest_fakes import NOON, fetched, rss
from tests.support.ledger import FakeChannel
from tests.support.reports import report
from tests.unit.alert.test_consumer import Stage
from tests.unit.alert.test_dispatcher import Stage as Sending
from tests.unit.ingest.test_outbox import Press
from tests.unit.ingest.test_visit import Desk


@pytest.fixture
def exporter():
    exporter = InMemorySpanExporter()
    tracing.use(OtelTracer("test", SimpleSpanProcessor(exporter)))
    yield exporter
    tracing.use(None)


class OneReader:
    """Reads every item as the same attack in Diyala."""

    async def read(self, item):
        return msgspec.structs.replace(report(1), item_id=item.item_id, event_id=item.event_id)


async def classified(records, work):
    """What a stage makes of a topic's records, as ``app.py`` puts it together."""
    made = []
    for offset, record in enumerate(records):
        received = Received(topic=record.topic, partition=record.partition or 0, offset=offset, key=record.key, value=record.value, headers=record.headers)  # fmt: skip
        one = Event(message=None, received=received, since=time.monotonic())
        span = classify_traces.begun(one)
        outcome = await work(received, span)
        with classify_traces.kept([span]):
            (onward,) = classify_traces.onward([outcome], [span])
        classify_traces.ended(span, outcome)
        made += onward.records
    return made


async def pass_through():
    """Fetch one item, read it, link it, route it, deliver it; returns the row as published and the delivery as sent."""
    visit = await Desk().visit(fetched(rss({"1": ("Gunmen kill seven in Diyala", NOON - timedelta(minutes=5))})))
    visit = traced_visit(visit, seconds=0.2)
    press = Press()
    press.outbox.offer(Settlement(feed=visit.record.feed, rows=visit.record.rows))
    await press.run_until(1)
    (row,) = press.publisher.sent

    item = Received(topic=ITEMS.name, partition=0, offset=0, key=row.key, value=row.value, headers=row.headers)
    reader = OneReader()
    reports = await classified(
        [item], lambda received, span: classify_traces.read(stages.read(received, reader, lambda: NOON), span)
    )
    linker = Linker(
        stored=lambda *_: None, settings=LinkSettings(), now=lambda: NOON, regions={n: Region.empty() for n in range(6)}
    )

    async def link(received, _span):
        return linker.link([received])[0]

    changes = await classified(reports, link)
    desk = Stage()
    await desk.handler.handle(
        [
            Received(topic=one.topic, partition=0, offset=n, key=one.key, value=one.value, headers=one.headers)
            for n, one in enumerate(changes)
        ]
    )
    (delivery,) = desk.ledger.deliveries.values()
    channel = FakeChannel()
    await Sending([first_claim(delivery)], channel).finish(1)
    (sent,) = channel.sent
    return row, sent


async def test_an_items_spans_are_one_trace_from_its_fetch_to_its_delivery(exporter):
    row, sent = await pass_through()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    parents = {
        "fetch item": None,
        "send tocsin.items.v1": "fetch item",
        "process tocsin.items.v1": "fetch item",
        "read item": "process tocsin.items.v1",
        "process tocsin.reports.v1": "process tocsin.items.v1",
        "process tocsin.incidents.v1": "process tocsin.reports.v1",
        "deliver webhook": "process tocsin.incidents.v1",
    }
    trace = tracing.trace_id(tracing.traceparent_of(row.headers))
    for name, parent in parents.items():
        assert f"{spans[name].context.trace_id:032x}" == trace, name
        found = spans[name].parent
        assert (found and found.span_id) == (spans[parent].context.span_id if parent else None), name
    assert spans["deliver webhook"].attributes["tocsin.delivery_id"] == sent.delivery_id
    assert spans["process tocsin.incidents.v1"].attributes["tocsin.item_id"] == sent.item_id
    assert tracing.trace_id(sent.traceparent.encode()) == trace
    assert set(spans) - set(parents) == {"keep outcomes", "write ledger"}


async def test_what_a_batch_shares_links_to_its_messages_and_stands_in_no_ones_trace(exporter):
    await pass_through()
    spans = {span.name: span for span in exporter.get_finished_spans()}
    shared, message = spans["write ledger"], spans["process tocsin.incidents.v1"]
    assert [link.context.span_id for link in shared.links] == [message.context.span_id]
    assert shared.parent is None
    assert shared.context.trace_id != message.context.trace_id


async def test_the_trace_of_an_item_is_the_same_whoever_begins_it(exporter):
    one, _ = await pass_through()
    again, _ = await pass_through()
    ids = {tracing.trace_id(tracing.traceparent_of(row.headers)) for row in (one, again)}
    assert len(ids) == 1
    assert tracing.traceparent_of(one.headers) != tracing.traceparent_of(again.headers)


async def test_one_search_for_any_id_finds_the_item_on_its_way(exporter):
    with capture_logs() as lines:
        row, sent = await pass_through()
    trace = tracing.trace_id(tracing.traceparent_of(row.headers))

    def events(name, value):
        return {line["event"] for line in lines if value == line.get(name) or value in line.get(name, ())}

    assert events("trace_id", trace) >= {"item.published", "incident.routed", "alert.delivered"}
    assert events("item_id", sent.item_id) >= {"item.published", "incident.routed", "alert.delivered"}
    assert events("incident_id", sent.incident_id) >= {"incident.routed", "alert.delivered"}
    assert events("delivery_id", sent.delivery_id) == {"incident.routed", "alert.delivered"}


async def test_without_a_tracer_nothing_is_added_and_what_others_began_is_handed_on():
    row, sent = await pass_through()
    assert tracing.traceparent_of(row.headers) is None
    assert sent.traceparent is None
    theirs = b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"
    assert tracing.process("x", [("event-id", b"1"), ("traceparent", theirs)]).traceparent == theirs
    assert tracing.begin("x").traceparent is None
