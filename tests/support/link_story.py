"""Invented news by a seed, as it lies on the topics of items and reports: all that linking may meet, decisions of the desk among it."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from services.classify.backtest import Backtest
from services.classify.regions import by_region
from shared.codec import encode, headers
from shared.desk.decision import desk_record, desk_report
from shared.events.facts import Casualties, Count, Place, Precision
from shared.events.item import Item, ItemChange
from shared.events.report import AttackFacts, DeskAction, DeskVerb, Kind, Report
from shared.geo.regions import LinkRegion, partition_of, region_of
from shared.kafka.publisher import Record
from shared.topics import ITEMS, REPORTS
from tests.support.reports import EPOCH, item, report, village

TOWNS = ("Khanaqin", "Baqubah", "Muqdadiyah", "Jalawla", "Kirkuk", "Mosul", "Tikrit", "Samarra", "Ramadi", "Fallujah")
KHOST = Place(name="Khost", lat=33.34, lon=69.92, precision=Precision.TOWN, country="AF", admin1="AF-KHO")
MOPTI = Place(name="Mopti", lat=14.49, lon=-4.18, precision=Precision.TOWN, country="ML", admin1="ML-5")

_FIRST_FIELDS = frozenset(
    {"item_id", "event_id", "kind", "feed", "outlet", "url", "title", "published", "region", "parts"}
)
"""What the first schema of a report asked for, and where linking finds it."""
_FIRST_FACTS = frozenset({"event_type", "place", "occurred_on", "casualties", "confidence"})

_REMEMBERED = 1000
"""Reports; beyond, folding what was told would cost as much as the service that is tried."""


class Story:
    """First-hand reports, updates, retractions, reactions, new versions, withdrawals, repeats, rubbish, reports of the first schema,
    impossible ones, and decisions of the desk, some of which move an incident into another link region.

    ``told`` counts the records by what they are. Two stories told to one world must not share numbers (``first``): an item
    has one first version.
    """

    def __init__(self, seed: int, *, first: int = 0) -> None:
        self._chance = random.Random(seed)
        self._first = first
        self._told: list[Report] = []
        self._fold = (
            Backtest()
        )  # roughly what linking makes of it, so that the desk decides about incidents that there are
        self._regions: dict[str, LinkRegion] = {}  # where each incident is linked, corrections counted
        self.items: list[Item] = []
        self.told: Counter[str] = Counter()

    def records(self, count: int) -> Iterator[Record]:
        """Yield the records of ``count`` pieces of news: four of five on the reports topic, the rest as items."""
        for number in range(self._first, self._first + count):
            if number % 5 == 4:
                self.told["item"] += 1
                yield self._item(number)
            else:
                yield from self._report(number)

    def _item(self, number: int) -> Record:
        town, killed = self._chance.choice(TOWNS), self._chance.randrange(1, 9)
        told = item(
            number,
            title=f"Gunmen kill {killed} people near {town}",
            summary=f"Gunmen opened fire on a checkpoint near {town} in Iraq on Saturday, killing {killed} people, police said.",
        )
        self.items.append(told)
        return item_record(told)

    def _report(self, number: int) -> Iterator[Record]:
        kinds = {"repeat": 5, "rubbish": 1, "impossible": 3, "first schema": 3, "desk": 5, "version": 13, "fresh": 70}
        (what,) = self._chance.choices(list(kinds), weights=list(kinds.values()))
        if not self._regions and what in ("repeat", "desk", "version"):
            what = "fresh"
        self.told[what] += 1
        if what == "repeat":
            yield from report_records(self._chance.choice(self._told[-40:]))  # as a republished outbox would
        elif what == "rubbish":
            yield Record(topic=REPORTS.name, key=b"mena", value=b"{rubbish", partition=partition_of("mena"))
        elif what == "desk":
            yield self._decision(number)
        elif what == "impossible":
            yield from report_records(self._impossible(self._fresh(number)))
        elif what == "first schema":
            yield from (in_first_schema(one) for one in report_records(self._fresh(number)))
        else:
            told = self._version(number) if what == "version" else self._fresh(number)
            self._told.append(told)
            if len(self._told) % _REMEMBERED == 0:
                self._fold = Backtest()
            for change in self._fold.take(told):
                if change.place is not None:
                    self._regions.setdefault(change.incident_id, region_of(change.place.country))
            yield from report_records(told)

    def _fresh(self, number: int) -> Report:
        chance = self._chance
        place = village(chance.randrange(60 + number // 3))
        if chance.random() < 0.15:
            place = self._abroad()
        published = EPOCH + timedelta(minutes=number)
        kinds = (Kind.REPORT, Kind.UPDATE, Kind.REACTION, Kind.RETRACTION, Kind.OTHER)
        further = AttackFacts(place=self._abroad(), casualties=self._toll(), confidence=0.8)
        return report(
            number,
            kind=chance.choices(kinds, weights=(70, 14, 6, 4, 6))[0],
            outlet=f"outlet-{chance.randrange(7)}",
            place=place if chance.random() < 0.97 else None,
            published=published,
            occurred_on=published.date() if chance.random() < 0.8 else None,
            casualties=self._toll(),
            backfill=chance.random() < 0.05,
            other_events=(further,) if chance.random() < 0.05 else (),
        )

    def _abroad(self) -> Place:
        chance = self._chance
        front = Place(
            name="Selo", lat=48.0 + chance.randrange(40) / 20, lon=37.0, precision=Precision.EXACT, country="UA"
        )
        return chance.choices((front, KHOST, MOPTI), weights=(8, 1, 1))[0]

    def _toll(self) -> Casualties:
        toll = self._chance.randrange(1, 12)
        return Casualties(killed=Count(best=toll, low=toll, high=toll))

    def _version(self, number: int) -> Report:
        earlier = self._chance.choice(self._told[-60:])
        return msgspec.structs.replace(
            earlier,
            version=earlier.version + 1,
            event_id=f"v{number:05}",
            change=self._chance.choice((ItemChange.TEXT, ItemChange.TITLE, ItemChange.WITHDRAWN)),
            casualties=self._toll(),
        )

    def _impossible(self, sane: Report) -> Report:
        changes: Sequence[dict[str, object]] = (
            {"published": datetime(1970, 1, 1, tzinfo=UTC)},
            {"published": datetime(2099, 1, 1, tzinfo=UTC)},
            {"occurred_on": date(2099, 1, 1)},
            {"occurred_on": date(1970, 1, 1)},
            {"place": msgspec.structs.replace(village(1), lat=48.2, lon=16.4)},
            {"place": msgspec.structs.replace(village(1), lat=-95.0, lon=500.0)},
            {"casualties": Casualties(killed=Count(best=-3, low=-3, high=-3))},
            {"casualties": Casualties(killed=Count(best=10_000, low=10_000, high=10_000))},
            {"casualties": Casualties(wounded=Count(best=5, low=9, high=10**9))},
        )
        return msgspec.structs.replace(sane, **self._chance.choice(changes))

    def _decision(self, number: int) -> Record:
        chance = self._chance
        incidents = list(self._regions)[-60:]
        incident, into = chance.choice(incidents), chance.choice(incidents)
        verb = chance.choices(
            (DeskVerb.CORRECT, DeskVerb.RETRACT, DeskVerb.MERGE, DeskVerb.SPLIT, DeskVerb.HOLD), weights=(6, 1, 2, 1, 2)
        )[0]
        region, facts = self._regions[incident], None
        if verb is DeskVerb.CORRECT:
            place = chance.choice((None, village(number), KHOST, MOPTI))
            facts = AttackFacts(place=place, casualties=self._toll(), confidence=1.0)
            if place is not None:
                self._regions[incident] = region_of(place.country)
        action = DeskAction(
            verb=verb,
            incident_id=incident,
            who="duty editor",
            why=f"decision {number}",
            into_incident_id=into if verb is DeskVerb.MERGE else None,
            item_ids=(chance.choice(self._told[-80:]).item_id,) if verb is DeskVerb.SPLIT else (),
            facts=facts,
            release=verb is DeskVerb.HOLD and chance.random() < 0.5,
        )
        return desk_record(desk_report(action, region, EPOCH + timedelta(minutes=number)))


def item_record(told: Item) -> Record:
    """An item as ingest publishes it."""
    return Record(
        topic=ITEMS.name,
        key=told.item_id.encode(),
        value=encode(told),
        headers=headers(told, event_id=told.event_id, occurred_at=told.published),
    )


def report_records(told: Report) -> list[Record]:
    """A report as reading publishes it, one record a region."""
    return [
        Record(topic=REPORTS.name, key=str(part.region).encode(), value=encode(part), partition=partition_of(str(part.region)))
        for part in by_region(told)
    ]  # fmt: skip


def in_first_schema(record: Record) -> Record:
    """The record of a report as the first schema wrote it: the fields it had, and one that was given up since."""
    assert record.value is not None
    told: dict[str, object] = msgspec.json.decode(record.value)
    kept = {name: value for name, value in told.items() if name in _FIRST_FIELDS | _FIRST_FACTS}
    value = msgspec.json.encode(kept | {"given_up_since": True})
    return Record(topic=record.topic, key=record.key, value=value, partition=record.partition)
