"""Silence that can be trusted: signs of life, blindness told once an episode, the chain proved by test items."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from services.alert.area import Circle, CodedArea
from services.alert.bulletins import BulletinWriter
from services.alert.compose import Sender
from services.alert.coverage import Coverage, countries_of, covers
from services.alert.errors import LedgerError
from services.alert.manners import Manners
from services.alert.matching import WatchIndex
from services.alert.metrics import AlertMetrics
from services.alert.watch import EmailEndpoint, Endpoint, PullEndpoint, Watch, WebhookEndpoint
from services.alert.watchman import Watchman
from tests.support.ledger import FakeHandOver, StandingClock
from tests.support.places import FewPlaces
from tests.support.tower import MORNING, MemoryTower, canary_source, source

DIYALA = Watch(
    id="diyala", name="Diyala", areas=(CodedArea(codes=("IQ", "IQG10")),), endpoints=("desk",),
    manners=Manners(heartbeat_hour=None),
)  # fmt: skip
DESK = WebhookEndpoint(id="desk", url="https://desk.example/hook", secrets=("whsec_x",))


class Stage:
    """A watchman among fakes."""

    def __init__(self, *watches: Watch, endpoints: Sequence[Endpoint] = (DESK,)) -> None:
        self.tower = MemoryTower()
        self.clock = StandingClock(MORNING)
        self.registry = CollectorRegistry()
        self.hand_over = FakeHandOver()
        self.index = WatchIndex(watches or (DIYALA,))
        self._endpoints = {one.id: one for one in endpoints}
        self.watchman = self.replica(self.registry)

    def replica(self, registry: CollectorRegistry | None = None) -> Watchman:
        """A watchman over the same books."""
        return Watchman(
            tower=self.tower,
            index=self.index,
            endpoints=self._endpoints,
            writer=BulletinWriter(names=FewPlaces(), sender=Sender(address="alerts@tocsin.example", name="Tocsin")),
            hand_over=self.hand_over,
            metrics=AlertMetrics(registry or CollectorRegistry()),
            clock=self.clock,
        )

    async def pass_time(self, minutes: float, *, sees: bool = False, watchman: Watchman | None = None) -> None:
        """Let minutes pass with a round in each; ``sees``: the source answers all the while."""
        for _ in range(round(minutes)):
            self.clock.at += timedelta(minutes=1)
            if sees:
                self.tower.tell(source(at=self.clock.at))
            await (watchman or self.watchman).round()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What was told, in order."""
        return [json.loads(one.body) for one in self.tower.deliveries.values()]

    @property
    def types(self) -> list[str]:
        """Its types."""
        return [body["type"] for body in self.bodies]

    @property
    def heartbeats(self) -> list[dict[str, Any]]:
        """The signs of life; tests of them let the clock jump, which is told too."""
        return [body["data"] for body in self.bodies if body["type"] == "watch.heartbeat"]

    def gauge(self, name: str, **labels: str) -> float | None:
        """A metric's value."""
        return self.registry.get_sample_value(name, labels)


async def test_a_watch_whose_sources_fall_silent_is_told_once_and_once_when_it_sees_again() -> None:
    stage = Stage()
    await stage.pass_time(10, sees=True)
    fell_silent = stage.clock.at
    await stage.pass_time(31)
    assert stage.types == []
    await stage.pass_time(60)
    assert stage.types == ["watch.blind"]
    told = stage.bodies[0]["data"]
    assert datetime.fromisoformat(told["since"]) == fell_silent
    assert told["blind_reason"] == "sources"
    assert "Silence now does not mean that nothing happens" in told["told"]["text"]
    assert stage.gauge("tocsin_alert_watch_blind", reason="sources") == 1
    await stage.pass_time(4, sees=True)
    assert stage.types == ["watch.blind"]
    await stage.pass_time(60, sees=True)
    assert stage.types == ["watch.blind", "watch.recovered"]
    assert stage.gauge("tocsin_alert_watch_blind", reason="sources") == 0


async def test_a_source_that_comes_and_goes_is_one_episode() -> None:
    stage = Stage()
    await stage.pass_time(5, sees=True)
    await stage.pass_time(40)
    for _ in range(4):
        stage.tower.tell(source(at=stage.clock.at - timedelta(minutes=26), next_poll_at=None))
        await stage.pass_time(12)
    assert stage.types == ["watch.blind"]


async def test_a_notice_is_written_once_by_however_many_replicas_and_restarts() -> None:
    stage = Stage()
    await stage.pass_time(5, sees=True)
    for _ in range(50):
        stage.clock.at += timedelta(minutes=1)
        for replica in (stage.replica(), stage.replica()):
            await replica.round()
    assert stage.types == ["watch.blind"]


async def test_a_round_that_fails_is_made_again_with_the_same_outcome() -> None:
    stage = Stage()
    await stage.pass_time(5, sees=True)
    await stage.pass_time(32)
    stage.tower.fail_next(3)
    for _ in range(3):
        with pytest.raises(LedgerError):
            await stage.watchman.round()
    await stage.pass_time(1)
    assert stage.types == ["watch.blind"]


async def test_while_another_replica_has_the_office_nothing_is_done() -> None:
    stage = Stage()
    stage.tower.is_taken = True
    await stage.pass_time(60)
    assert stage.types == []


async def test_a_start_of_the_whole_system_does_not_ring_but_says_afterwards_what_was_not_seen() -> None:
    stage = Stage()
    await stage.pass_time(10, sees=True)
    down_at = stage.clock.at
    stage.clock.at += timedelta(hours=8)
    await stage.pass_time(2)
    assert stage.types == []
    await stage.pass_time(5, sees=True)
    assert stage.types == ["watch.recovered"]
    told = stage.bodies[0]["data"]
    assert down_at - timedelta(minutes=5) <= datetime.fromisoformat(told["since"]) <= down_at


async def test_a_wire_service_covers_every_watch_and_a_foreign_paper_none() -> None:
    stage = Stage()
    for _ in range(50):
        stage.clock.at += timedelta(minutes=1)
        stage.tower.tell(source("tigris-wire", at=stage.clock.at, country=None))
        await stage.watchman.round()
    assert stage.types == []
    other = Stage()
    for _ in range(50):
        other.clock.at += timedelta(minutes=1)
        other.tower.tell(source("sham-post", at=other.clock.at, country="SY"))
        await other.watchman.round()
    assert other.types == ["watch.blind"]


async def test_a_quiet_feed_that_is_looked_at_every_two_hours_is_not_blind() -> None:
    stage = Stage()
    stage.tower.tell(source(at=MORNING, next_poll_at=MORNING + timedelta(hours=2)))
    await stage.pass_time(125)
    assert stage.types == []


async def test_a_chain_that_carries_nothing_makes_every_watch_blind() -> None:
    stage = Stage()
    stage.tower.tell(canary_source(MORNING))
    stage.tower.delivered_canary = MORNING
    for _ in range(36):
        stage.clock.at += timedelta(minutes=1)
        stage.tower.tell(source(at=stage.clock.at))
        if stage.clock.at.minute % 5 == 0:
            stage.tower.tell(canary_source(stage.clock.at))
        await stage.watchman.round()
    assert stage.types == ["watch.blind"]
    assert stage.bodies[0]["data"]["blind_reason"] == "pipeline"
    assert stage.gauge("tocsin_alert_watch_blind", reason="pipeline") == 1
    stage.tower.delivered_canary = stage.clock.at
    await stage.pass_time(7, sees=True)
    assert stage.types == ["watch.blind", "watch.recovered"]


async def test_a_chain_that_never_carried_anything_is_noticed_too() -> None:
    stage = Stage()
    for _ in range(40):
        stage.clock.at += timedelta(minutes=1)
        stage.tower.tell(source(at=stage.clock.at), canary_source(stage.clock.at))
        await stage.watchman.round()
    assert stage.types == ["watch.blind"]


async def test_a_watch_no_source_covers_is_blind_after_half_an_hour() -> None:
    stage = Stage()
    await stage.pass_time(29)
    assert stage.types == []
    await stage.pass_time(10)
    assert stage.types == ["watch.blind"]


async def test_an_endpoint_of_several_watches_gets_one_notice_that_names_them() -> None:
    stage = Stage(DIYALA, replace(DIYALA, id="kirkuk", name="Kirkuk"))
    await stage.pass_time(5, sees=True)
    await stage.pass_time(40)
    assert stage.types == ["watch.blind"]
    assert [one["id"] for one in stage.bodies[0]["data"]["watches"]] == ["diyala", "kirkuk"]


async def test_the_sign_of_life_comes_once_a_day_at_the_watchs_hour_with_sources_and_incidents() -> None:
    stage = Stage(replace(DIYALA, manners=Manners(heartbeat_hour=8)))
    stage.tower.tell(*(source(f"paper-{number}", next_poll_at=MORNING + timedelta(days=3)) for number in range(14)))
    stage.tower.tell(source("hamrin-voice", failures=3, last_success_at=MORNING - timedelta(hours=9)))
    await stage.watchman.round()
    stage.clock.at = MORNING.replace(hour=4, minute=59)
    await stage.watchman.round()
    assert stage.heartbeats == []
    for minute in (0, 1, 30):
        stage.clock.at = MORNING.replace(hour=5, minute=minute)
        await stage.watchman.round()
    (told,) = stage.heartbeats
    assert told["told"]["headline"] == "Diyala: 14 of 15 sources healthy, 0 incidents in 24 hours"
    assert told["told"]["short"] == "Diyala: 14 of 15 sources healthy, 0 incidents in 24 h"
    assert "Not answering: Hamrin Voice" in told["told"]["text"]
    stage.clock.at += timedelta(days=1)
    stage.tower.incidents["diyala"] = 3
    await stage.watchman.round()
    assert len(stage.heartbeats) == 2
    assert "3 incidents in 24 hours" in stage.heartbeats[-1]["told"]["headline"]


async def test_a_sign_of_life_that_was_missed_comes_late_but_not_half_a_day_late() -> None:
    stage = Stage(replace(DIYALA, manners=Manners(heartbeat_hour=8)))
    stage.tower.tell(source(next_poll_at=MORNING + timedelta(days=3)))
    await stage.watchman.round()
    stage.clock.at = MORNING + timedelta(hours=4)
    await stage.watchman.round()
    assert len(stage.heartbeats) == 1
    stage.clock.at = MORNING + timedelta(days=1, hours=9)
    await stage.watchman.round()
    assert len(stage.heartbeats) == 1


async def test_the_hour_is_the_watchs_own() -> None:
    stage = Stage(replace(DIYALA, manners=Manners(zone="Europe/Berlin", heartbeat_hour=8)))
    stage.tower.tell(source(next_poll_at=MORNING + timedelta(days=3)))
    await stage.watchman.round()
    stage.clock.at = MORNING.replace(hour=5, minute=59)
    await stage.watchman.round()
    assert stage.heartbeats == []
    stage.clock.at = MORNING.replace(hour=6)
    await stage.watchman.round()
    assert len(stage.heartbeats) == 1


async def test_a_new_watch_has_its_first_sign_of_life_the_next_time() -> None:
    stage = Stage(replace(DIYALA, manners=Manners(heartbeat_hour=5)))
    stage.tower.tell(source(next_poll_at=MORNING + timedelta(days=3)))
    await stage.pass_time(5)
    assert stage.heartbeats == []


async def test_a_watch_that_is_given_up_or_over_is_forgotten() -> None:
    stage = Stage()
    await stage.pass_time(5, sees=True)
    assert "diyala" in stage.tower.known_sights
    stage.index.become(WatchIndex([replace(DIYALA, manners=Manners(ends_at=MORNING))]))
    await stage.pass_time(60)
    assert stage.tower.known_sights.keys() <= {"tocsin-canary"}
    assert stage.types == []


async def test_mails_and_feeds_get_the_same_notice() -> None:
    endpoints = (EmailEndpoint(id="mail", to="desk@example.org", language="ckb"), PullEndpoint(id="feed"))
    stage = Stage(replace(DIYALA, endpoints=("mail", "feed", "not-enabled")), endpoints=endpoints)
    await stage.pass_time(40)
    mail, feed = stage.tower.deliveries.values()
    assert (mail.content_type, mail.channel, mail.status.value) == ("message/rfc822", "email", "pending")
    assert (feed.status.value, json.loads(feed.body)["type"]) == ("delivered", "watch.blind")


@pytest.mark.parametrize(
    ("areas", "countries"),
    [
        ((CodedArea(codes=("IQ", "IQG10")), CodedArea(codes=("SY",))), {"IQ", "SY"}),
        ((Circle(lat=34.0, lon=45.0, radius_km=5.0),), None),
    ],
)
def test_a_watchs_countries_are_those_of_its_areas_where_they_are_known(areas: Any, countries: Any) -> None:
    assert countries_of(areas) == countries


@pytest.mark.parametrize(
    ("country", "topic", "covered"),
    [
        ("IQ", "news", {"IQ", "both", "unknown"}),
        ("CO", "news", {"CO", "both", "unknown"}),
        (None, "world", {"IQ", "CO", "both", "unknown"}),
        (None, "Middle East", {"IQ", "both", "unknown"}),
    ],
)
def test_a_source_covers_its_country_a_regional_desk_its_region_and_a_wire_the_world(
    country: str | None, topic: str, covered: set[str]
) -> None:
    reaches = {"IQ": frozenset({"IQ"}), "CO": frozenset({"CO"}), "both": frozenset({"CO", "IQ"}), "unknown": None}
    one = source(country=country, topic=topic)
    assert {name for name, countries in reaches.items() if covers(one, countries)} == covered


def test_paused_feeds_count_for_nothing() -> None:
    coverage = Coverage([source(), source("resting", is_active=False)], canary_at=None, now=MORNING)
    outlook = coverage.outlook(DIYALA)
    assert (outlook.healthy, outlook.total) == (1, 1)
