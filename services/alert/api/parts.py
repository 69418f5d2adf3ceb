"""What the routes are made of, in one value: built at the composition root, and by tests from fakes."""

from dataclasses import dataclass, field

from litestar.datastructures import State

from services.alert.api.access import Gate
from services.alert.api.map_cache import PointCache
from services.alert.api.metrics import ApiMetrics
from services.alert.api.ports import (
    Atlas,
    Audit,
    Decisions,
    DeliveryShelf,
    DeskList,
    ExportShelf,
    KeyRing,
    PlaceReader,
    SourceBook,
    SubscriptionStore,
)
from services.alert.cap import CapSender
from services.alert.mail_desk import MailLinkParts
from services.alert.ports import IncidentShelf, PlaceBook
from services.alert.roster import Roster
from shared.clock import Clock


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiParts:
    """The shelves that are read and written, who is let in, what is counted, and the ``channels`` that this server can send by."""

    incidents: IncidentShelf
    deliveries: DeliveryShelf
    subscriptions: SubscriptionStore
    export: ExportShelf
    desk: DeskList
    decisions: Decisions
    place_reader: PlaceReader
    keys: KeyRing
    audit: Audit
    roster: Roster
    places: PlaceBook
    gate: Gate
    metrics: ApiMetrics
    clock: Clock
    max_body_bytes: int = 262_144
    max_entries: int = 1_000
    feed_secret: bytes = field(repr=False)
    cap_sender: CapSender | None = None
    mail: MailLinkParts | None = None
    atlas: Atlas | None = None
    sources: SourceBook | None = None
    point_cache: PointCache = field(default_factory=PointCache)
    channels: frozenset[str] = frozenset({"webhook", "email", "pull"})


def parts_of(state: State) -> ApiParts:
    """Return the application's parts."""
    parts = state.parts
    assert isinstance(parts, ApiParts)
    return parts
