"""Items and reports for tests, with sensible defaults."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.events.facts import GROUP_OF, Casualties, Count, EventType, Place, Precision
from shared.events.item import Item
from shared.events.report import Kind, Report

EPOCH = datetime(2026, 3, 7, 18, 0, tzinfo=UTC)


def village(number: int) -> Place:
    """An invented village of Khanaqin district, some kilometres from those of other numbers."""
    return Place(
        name=f"Village {number}",
        lat=34.0 + (number % 30) * 0.07,
        lon=45.0 + (number // 30 % 20) * 0.07,
        precision=Precision.EXACT,
        country="IQ",
        admin1="IQG10",
        admin2="IQG10Q05",
    )


def item(number: int, **changes: Any) -> Item:
    """Item ``number`` of the outlet "wire", published a minute after the one before."""
    fields: dict[str, Any] = {
        "item_id": f"i{number:05}",
        "event_id": f"v{number:05}",
        "feed": "wire-en",
        "outlet": "wire",
        "url": f"https://wire.example/{number}",
        "title": f"Gunmen attack village {number}",
        "published": EPOCH + timedelta(minutes=number),
    }
    return Item(**(fields | changes))


def report(number: int, **changes: Any) -> Report:
    """A first-hand report of an attack on village ``number`` that killed two."""
    told = item(number)
    fields: dict[str, Any] = {
        "item_id": told.item_id,
        "event_id": told.event_id,
        "kind": Kind.REPORT,
        "feed": told.feed,
        "outlet": told.outlet,
        "url": told.url,
        "title": told.title,
        "published": told.published,
        "lang": "en",
        "confidence": 0.9,
        "event_type": EventType.ATTACK,
        "event_group": GROUP_OF[EventType.ATTACK],
        "place": village(number),
        "occurred_on": date(2026, 3, 7),
        "casualties": Casualties(killed=Count(best=2, low=2, high=2)),
    }
    return Report(**(fields | changes))
