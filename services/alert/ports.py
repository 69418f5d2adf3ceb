"""What the alert service needs of the outside world."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from services.alert.area import Area, Circle, Polygon
from services.alert.delivery import Outcome
from services.alert.incident_filter import IncidentFilter
from services.alert.ledger import (
    Claimed,
    Finished,
    HeldIncident,
    NewDelivery,
    StoredChange,
    Taking,
    Written,
)
from services.alert.routing import Told
from services.alert.silences import Silence
from services.alert.timing import RingKey, Waiting, WaitingKey
from services.alert.watch import Endpoint
from services.alert.words import PlaceWords
from shared.events.incident import IncidentChange


class TimingBook(Protocol):
    """What people hold back and mute, what waits to be told together, how often what rang. Part of a transaction."""

    async def silences(self) -> Sequence[Silence]:
        """Those in force."""
        ...

    async def rung(self, keys: Sequence[RingKey]) -> Mapping[RingKey, int]:
        """How often each rang, by all replicas; keys that never did are left out."""
        ...

    async def settle(
        self, *, waiting: Sequence[Waiting], forgotten: Sequence[WaitingKey], rings: Sequence[RingKey]
    ) -> None:
        """Take off the lists, put on the lists (what is on one stays in its window), count."""
        ...


class LedgerTransaction(Protocol):
    """One batch of changes, all or nothing. Every method raises ``LedgerError`` when the database does not play."""

    @property
    def timing(self) -> TimingBook:
        """The books of what is told when, in this transaction."""
        ...

    async def held(self, incident_ids: Sequence[str]) -> Mapping[str, HeldIncident]:
        """Lock these incidents until the end and return what is known of each, revision 0 for new ones."""
        ...

    async def carry(self, told: Mapping[str, Told]) -> None:
        """Set who was told of these incidents, by id; they must be held."""
        ...

    async def write(
        self, changes: Sequence[StoredChange], deliveries: Sequence[NewDelivery], *, taking: Taking | None = None
    ) -> Written:
        """Keep the changes and deliveries. A known id is left as it is; of ``taking``, what may be sent at once is leased."""
        ...


class Ledger(Protocol):
    """Where incidents and deliveries are written down."""

    def transaction(self) -> AbstractAsyncContextManager[LedgerTransaction]:
        """Open one; leaving it normally commits."""
        ...


class DeliveryQueue(Protocol):
    """The pending deliveries, seen as a queue that several processes share."""

    async def claim(
        self, *, channel: str, limit: int, slots: int, slots_of: Mapping[str, int], lease: timedelta
    ) -> Sequence[Claimed]:
        """Lease due deliveries of a channel: at most ``limit``, at most ``slots`` of one endpoint (``slots_of`` where it differs), and
        of each endpoint's incident only the oldest revision that is still pending."""
        ...

    async def record(self, finished: Sequence[Finished]) -> None:
        """Write attempts down and give the leases back."""
        ...

    async def give_back(self, claimed: Sequence[Claimed]) -> None:
        """End the leases of what was not attempted."""
        ...

    async def pending(self) -> Mapping[str, int]:
        """How many deliveries wait, by channel."""
        ...


class HandOver(Protocol):
    """Takes deliveries in memory that were just written down, so that they need not be looked for in the table."""

    def wanted(self, deliveries: Sequence[NewDelivery]) -> Taking:
        """Which of these there is room for."""
        ...

    def hand_over(self, deliveries: Sequence[NewDelivery], taken: Collection[str]) -> None:
        """They are durable; those whose ids are in ``taken`` are leased by this process, the others wait in the table."""
        ...


class IncidentShelf(Protocol):
    """Incidents as the page and the API read them."""

    async def incidents(
        self,
        *,
        limit: int,
        before: tuple[datetime, str] | None = None,
        tests: bool = False,
        wanted: IncidentFilter = ...,
    ) -> Sequence[IncidentChange]:
        """The latest state of each wanted, the one with the newest report first; ``before`` is the last one's last_seen and id."""
        ...

    async def history(self, incident_id: str) -> Sequence[IncidentChange]:
        """All changes of one incident in order of revision; empty for an unknown one."""
        ...


class Channel(Protocol):
    """A way to reach an endpoint. Every expected outcome is a value; nothing is retried here."""

    async def send(self, endpoint: Endpoint, delivery: Claimed) -> Outcome:
        """Make one attempt within the channel's own time limit."""
        ...


class PlaceBook(PlaceWords, Protocol):
    """What the gazetteer knows, as far as watches and words need it."""

    def areas_named(self, name: str) -> Mapping[str, tuple[Area, ...]]:
        """What bears a name in any of the languages, by a label that tells namesakes apart; empty if nothing does.
        A named region may consist of several areas."""
        ...

    def suggestions(self, name: str) -> Sequence[str]:
        """Known names like this one, best first."""
        ...

    def is_code(self, code: str) -> bool:
        """Whether a country or division with this code exists."""
        ...

    def with_extent(self, area: Circle | Polygon) -> Circle | Polygon:
        """The area with the divisions that it covers and touches."""
        ...
