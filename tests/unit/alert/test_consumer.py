"""Changes in, deliveries written down: once, whatever is delivered again, and nothing lost to a bad record."""

import dataclasses
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from services.alert.area import CodedArea
from services.alert.canary import CanaryCatcher
from services.alert.compose import Composer, Sender
from services.alert.consumer import ChangeHandler, times_of
from services.alert.errors import LedgerError
from services.alert.ledger import DeliveryStatus
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics
from services.alert.watch import Language, Watch, WebhookEndpoint
from shared.events.facts import Place, Precision
from shared.events.incident import ChangeKind, IncidentChange, Status
from shared.ids import delivery_id
from tests.support.incidents import KIRKUK_CITY, PUBLISHED, opened, reacted, received, updated
from tests.support.ledger import FakeHandOver, FakePublisher, MemoryLedger, StandingClock
from tests.support.places import FewPlaces
from tests.unit.alert.test_payload import DIYALA

DESK = WebhookEndpoint(id="desk", url="https://desk.example/hook", secrets=("whsec_x",))


class Stage:
    """A handler among fakes."""

    def __init__(self, *, places: FewPlaces | None = None, watch: Watch = DIYALA) -> None:
        self.ledger = MemoryLedger()
        self.publisher = FakePublisher()
        self.registry = CollectorRegistry()
        self.clock = StandingClock()
        self.hand_over = FakeHandOver()
        index = WatchIndex([watch])
        names, sender = places or FewPlaces(), Sender(address="alerts@tocsin.example", name="Tocsin")
        self.handler = ChangeHandler(
            ledger=self.ledger,
            index=index,
            endpoints={"desk": DESK},
            composer=Composer(index=index, names=names, sender=sender),
            canaries=CanaryCatcher(names=names, sender=sender),
            dead_letters=self.publisher,
            metrics=AlertMetrics(self.registry),
            clock=self.clock,
            hand_over=self.hand_over,
        )

    def count(self, name: str, **labels: str) -> float:
        """A metric's value."""
        return self.registry.get_sample_value(name, labels) or 0.0

    @property
    def messages(self) -> list[tuple[int, str]]:
        """Revision and message of each delivery, in the order they were written."""
        return [(one.revision, one.message.value) for one in self.ledger.deliveries.values()]


async def test_one_batch_may_hold_an_alert_its_update_and_its_reaction() -> None:
    stage = Stage()
    first = opened()
    second = updated(first)
    await stage.handler.handle([received(state) for state in (first, second, reacted(second))])
    assert stage.messages == [(1, "alert"), (2, "update")]
    assert [change.state.revision for change in stage.ledger.changes] == [1, 2, 3]
    assert stage.hand_over.calls == 1
    assert stage.hand_over.taken == list(stage.ledger.deliveries)


async def test_who_was_told_of_a_merged_incident_hears_what_becomes_of_the_one_it_is_part_of() -> None:
    stage = Stage()
    first, other = opened(), opened(incident_id="a_other", place=KIRKUK_CITY)
    merged = updated(first, status=Status.MERGED, merged_into="a_other", notify=False, change=ChangeKind.CORROBORATED)
    await stage.handler.handle([received(state) for state in (other, first, merged)])
    assert stage.messages == [(1, "alert"), (2, "merged")]
    false = updated(other, status=Status.RETRACTED, change=ChangeKind.RETRACTED)
    await stage.handler.handle([received(false)])
    assert stage.messages[2:] == [(2, "retraction")]
    await stage.handler.handle([received(merged)])
    assert len(stage.messages) == 3


async def test_a_batch_delivered_again_writes_nothing_new() -> None:
    stage = Stage()
    first = opened()
    batch = [received(first), received(updated(first))]
    await stage.handler.handle(batch)
    before = dict(stage.ledger.deliveries)
    await stage.handler.handle(batch)
    await stage.handler.handle(batch[:1])
    assert stage.ledger.deliveries == before
    assert stage.count("tocsin_alert_changes_out_total", outcome="repeated") == 3


async def test_a_transaction_that_fails_leaves_nothing_and_the_batch_repeated_gives_the_same_ids() -> None:
    stage = Stage()
    stage.ledger.fail_next()
    with pytest.raises(LedgerError):
        await stage.handler.handle([received(opened())])
    assert stage.ledger.deliveries == {}
    assert stage.hand_over.calls == 0  # what is not durable is never sent
    await stage.handler.handle([received(opened())])
    assert list(stage.ledger.deliveries) == [delivery_id("desk", opened().incident_id, 1)]


async def test_a_record_that_cannot_be_read_is_put_aside_with_its_bytes_and_the_others_go_on() -> None:
    stage = Stage()
    bad = dataclasses.replace(received(opened(2), offset=7), value=b"\xff{")
    empty = dataclasses.replace(received(opened(3), offset=8), value=None)
    await stage.handler.handle([bad, empty, received(opened())])
    assert stage.messages == [(1, "alert")]
    assert [letter.value for letter in stage.publisher.sent] == [b"\xff{", None]
    assert dict(stage.publisher.sent[0].headers)["dlq-offset"] == b"7"
    assert stage.count("tocsin_alert_dead_letters_total", reason="undecodable") == 2


class NoSyrianNames(FewPlaces):
    """Breaks on one country: what no test can think of beforehand."""

    def display_name(self, code: str, language: Language) -> str | None:
        """The name, or a fault."""
        if code == "SY":
            raise RuntimeError("no names today")
        return super().display_name(code, language)


async def test_a_change_that_breaks_the_work_on_it_is_put_aside_and_the_others_go_on() -> None:
    stage = Stage(
        places=NoSyrianNames(), watch=dataclasses.replace(DIYALA, areas=(CodedArea(codes=("SY",)), *DIYALA.areas))
    )
    breaks = opened(2, place=Place(name="x", precision=Precision.COUNTRY, country="SY"))
    await stage.handler.handle([received(breaks), received(opened(3))])
    assert [letter.key for letter in stage.publisher.sent] == [breaks.incident_id.encode()]
    assert dict(stage.publisher.sent[0].headers)["dlq-reason"] == b"processing_failed"
    assert stage.messages == [(1, "alert")]


@pytest.mark.parametrize(
    "state", [opened(incident_id="a\x00b"), opened(incident_id=""), opened(revision=0), opened(revision=2**31)]
)
async def test_a_change_that_the_ledger_could_never_hold_is_put_aside(state: IncidentChange) -> None:
    stage = Stage()
    await stage.handler.handle([received(state), received(opened(2))])
    assert len(stage.publisher.sent) == 1
    assert stage.messages == [(1, "alert")]


async def test_news_that_lay_too_long_is_written_down_as_expired() -> None:
    stage = Stage()
    stage.clock.at = PUBLISHED + timedelta(days=5)
    await stage.handler.handle([received(opened(), fetched_at=PUBLISHED + timedelta(minutes=1))])
    (delivery,) = stage.ledger.deliveries.values()
    assert delivery.status is DeliveryStatus.EXPIRED
    assert stage.count("tocsin_alert_deliveries_expired_total", channel="webhook") == 1


async def test_every_change_is_kept_with_its_times() -> None:
    stage = Stage()
    await stage.handler.handle([received(opened(), fetched_at=PUBLISHED + timedelta(minutes=1))])
    (change,) = stage.ledger.changes
    assert change.occurred_at == PUBLISHED
    assert change.fetched_at == PUBLISHED + timedelta(minutes=1)


def test_headers_that_are_no_times_count_as_unknown() -> None:
    headers = (("occurred-at", b"yesterday"), ("fetched-at", b"2026-06-13T20:15:00"), ("linked-at", b"\xff"))
    times = times_of(headers, created=PUBLISHED)
    assert (times.published, times.fetched, times.linked) == (None, None, None)
