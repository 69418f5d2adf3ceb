"""Test items: to the sink, measured, and to nobody and nothing else."""

from datetime import timedelta

import msgspec
from prometheus_client import CollectorRegistry

from services.alert.area import CodedArea
from services.alert.canary import SINK, is_canary
from services.alert.channels.sink import SinkChannel
from services.alert.delivery import Delivered
from services.alert.ledger import first_claim
from services.alert.manners import Manners
from services.alert.metrics import AlertMetrics
from services.alert.source_intake import SourceIntake
from services.alert.watch import Watch
from shared.codec import encode
from shared.events.facts import Place, Precision
from shared.events.incident import IncidentChange, Severity
from shared.events.source import CANARY_FEED, SourceHealth
from shared.kafka.dead_letters import Received
from shared.topics import SOURCES
from tests.support.incidents import opened, received, source, updated
from tests.support.ledger import StandingClock
from tests.support.tower import source as feed
from tests.unit.alert.test_consumer import Stage

RUTBA = Place(
    name="Rutba", lat=33.04, lon=40.29, precision=Precision.TOWN, country="IQ", admin1="IQG01", admin2="IQG01Q04"
)
EVERYTHING = Watch(
    id="world",
    name="World",
    areas=(CodedArea(codes=("IQ",)),),
    endpoints=("desk",),
    receives_tests=True,
    manners=Manners(limit_an_hour=None),
)


def _item(number: int = 1) -> IncidentChange:
    told = source(1, feed=CANARY_FEED, outlet="Tocsin canary", origin=CANARY_FEED)
    return opened(number, test=True, place=RUTBA, sources=(told,), severity=Severity.MODERATE)


async def test_a_test_item_reaches_the_sink_and_nobody_else_not_even_who_asks_for_tests() -> None:
    stage = Stage(watch=EVERYTHING)
    await stage.handler.handle([received(_item())])
    (delivery,) = stage.ledger.deliveries.values()
    assert (delivery.endpoint_id, delivery.channel, delivery.message.value) == (SINK.id, "sink", "canary")
    assert delivery.test
    assert stage.count("tocsin_alert_changes_out_total", outcome="canary") == 1


async def test_a_test_item_is_kept_among_no_incidents() -> None:
    stage = Stage(watch=EVERYTHING)
    await stage.handler.handle([received(_item()), received(opened(2))])
    assert [change.state.incident_id for change in stage.ledger.changes] == [opened(2).incident_id]
    assert list(stage.ledger.incidents) == [opened(2).incident_id]


async def test_each_slot_is_one_delivery_however_often_it_comes() -> None:
    stage = Stage(watch=EVERYTHING)
    first = _item()
    second = updated(first, sources=first.sources, last_seen=first.last_seen + timedelta(minutes=5))
    for _ in range(3):
        await stage.handler.handle([received(first), received(second)])
    assert len(stage.ledger.deliveries) == 2
    revisions = [one.revision for one in stage.ledger.deliveries.values()]
    assert revisions[1] - revisions[0] == 5


def test_a_test_alert_of_a_person_and_a_forged_feed_are_no_canaries() -> None:
    assert not is_canary(opened(test=True))
    assert not is_canary(msgspec.structs.replace(_item(), test=False))


async def test_a_test_item_read_as_another_place_does_not_arrive() -> None:
    stage = Stage(watch=EVERYTHING)
    elsewhere = Place(name="Kirkuk", precision=Precision.GOVERNORATE, country="IQ", admin1="IQG13")
    await stage.handler.handle([received(msgspec.structs.replace(_item(), place=elsewhere))])
    assert stage.ledger.deliveries == {}


async def test_the_sink_measures_how_long_it_was_under_way() -> None:
    stage = Stage(watch=EVERYTHING)
    await stage.handler.handle([received(_item())])
    (delivery,) = stage.ledger.deliveries.values()
    assert delivery.occurred_at is not None
    registry = CollectorRegistry()
    channel = SinkChannel(
        metrics=AlertMetrics(registry), clock=StandingClock(delivery.occurred_at + timedelta(seconds=9))
    )
    assert await channel.send(SINK, first_claim(delivery)) == Delivered()
    assert registry.get_sample_value("tocsin_alert_canary_age_seconds_sum") == 9
    assert registry.get_sample_value("tocsin_alert_canary_last_timestamp_seconds") == delivery.occurred_at.timestamp()


class _Shelf:
    def __init__(self) -> None:
        self.told: list[SourceHealth] = []

    async def tell(self, sources: object) -> None:
        assert isinstance(sources, list)
        self.told += sources


async def test_what_cannot_be_read_of_the_sources_is_counted_and_the_rest_is_kept() -> None:
    shelf, registry = _Shelf(), CollectorRegistry()
    intake = SourceIntake(shelf=shelf, metrics=AlertMetrics(registry))
    values = [encode(feed()), b"{", None, encode(feed("hamrin-voice"))]
    batch = [
        Received(topic=SOURCES.name, partition=0, offset=number, key=b"x", value=value, headers=())
        for number, value in enumerate(values)
    ]
    await intake.handle(batch)
    assert [one.slug for one in shelf.told] == ["sirwan-post", "hamrin-voice"]
    assert registry.get_sample_value("tocsin_alert_sources_unreadable_total") == 2
