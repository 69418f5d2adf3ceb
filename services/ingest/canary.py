"""The canary: a test item of our own in every time slot, so that a chain that carries nothing can be told from a quiet day.

It enters the outbox as any item does, is read, linked and matched as any item is, and alert's reserved watch measures how
long it took. It is marked as a test, belongs to a reserved feed, and never reaches a real watch or a count.

There is one item a UTC day and one version of it a slot: an incident that gathered a new source every few minutes would grow
without end. Everything is derived from the slot, so two replicas make the same bytes and the outbox keeps one of them.
"""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

from services.ingest.polled import row_of
from services.ingest.versions import Mark, NewVersion
from services.ingest.work import OutboxRow
from shared.events.item import Item, ItemChange
from shared.events.source import CANARY_FEED
from shared.ids import item_event_id, item_id

OUTLET = "Tocsin canary"
_BAGHDAD = timezone(timedelta(hours=3))
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def slot_of(now: datetime, every: timedelta) -> datetime:
    """Return the beginning of the slot that ``now`` lies in; slots are counted from midnight UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + every * ((now - midnight) // every)


def canary(slot: datetime, every: timedelta) -> Item:
    """Return the slot's item: an invented attack on a town of Iraq's west, with another toll than in the slot before."""
    midnight = slot_of(slot, timedelta(days=1))
    number = (slot - midnight) // every + 1
    killed = 4 + number % 2
    identity = item_id(CANARY_FEED, f"{midnight:%Y-%m-%d}")
    title = f"TEST, nothing happened: gunmen kill {killed} people in Rutba, western Iraq"
    summary = (
        f"Gunmen attacked a checkpoint in the town of Rutba in Anbar province on {_DAYS[slot.astimezone(_BAGHDAD).weekday()]}, "
        f"killing {killed} people and wounding 2, police said. This is test item {number} of {midnight:%Y-%m-%d}."
    )
    return Item(
        item_id=identity,
        event_id=item_event_id(identity, sha256(f"{title}\0{summary}".encode()).hexdigest()),
        version=number,
        change=ItemChange.NEW if number == 1 else ItemChange.TEXT,
        feed=CANARY_FEED,
        outlet=OUTLET,
        tier=3,
        lang="en",
        country="IQ",
        url="",
        title=title,
        summary=summary,
        published=slot,
        test=True,
    )


def canary_row(slot: datetime, every: timedelta) -> OutboxRow:
    """Return the slot's item as the outbox keeps it."""
    item = canary(slot, every)
    mark = Mark(
        item_id=item.item_id,
        version=item.version,
        content_hash=item.event_id,
        title_hash=item.event_id,
        published=slot,
        published_is_estimated=False,
    )
    return row_of(NewVersion(item=item, mark=mark), fetched_at=slot)
