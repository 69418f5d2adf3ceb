"""Messages that are about no single incident: signs of life, blindness, digests and summaries (values, pure)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.alert.area import Relation
from services.alert.coverage import Outlook
from services.alert.manners import DEFAULT_ZONE
from services.alert.routing import Message
from services.alert.sight import BlindReason
from shared.events.incident import IncidentChange
from shared.ids import derive


class BulletinKind(StrEnum):
    """What a bulletin is to its receiver."""

    HEARTBEAT = "heartbeat"
    BLIND = "blind"
    RECOVERED = "recovered"
    DIGEST = "digest"
    SUMMARY = "summary"
    CANARY = "canary"
    """Of the reserved watch, to the reserved sink: nobody else ever gets one."""


class GatheredBy(StrEnum):
    """Why incidents come together in one message instead of one by one; the same words stand in the ledger and the metrics."""

    DIGEST = "digest"
    QUIET_HOURS = "quiet_hours"
    FLOOD = "flood"
    CATCH_UP = "catch_up"
    HOLD = "hold"


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchName:
    """A watch as it is named to its receiver."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """An incident in a list: its state, what it would have been told as, and how long it lay in our own hands."""

    state: IncidentChange
    message: Message
    relation: Relation | None
    late_by: timedelta | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulletin:
    """One message to one endpoint on behalf of ``watches``.

    ``since`` and ``until``: the day of a heartbeat, the span of blindness (``until`` None while it lasts), the window of a
    digest. ``incidents`` counts what a heartbeat's day brought. ``omitted`` counts entries there is no room for, ``expired``
    those that were no longer current when their time came.
    """

    kind: BulletinKind
    watches: tuple[WatchName, ...]
    at: datetime
    since: datetime
    until: datetime | None = None
    zone: str = DEFAULT_ZONE
    minimal: bool = False
    outlook: Outlook | None = None
    blind_reason: BlindReason | None = None
    incidents: int = 0
    waiting: int = 0
    gathered_by: GatheredBy | None = None
    entries: tuple[Entry, ...] = ()
    expired: int = 0


def heartbeat_id(watch_id: str, day: date) -> str:
    """Id of a watch's sign of life of one local day."""
    return derive("h", watch_id, day.isoformat())


def digest_id(endpoint_id: str, window_start: datetime, gathered_by: GatheredBy) -> str:
    """Id of what an endpoint is sent together for one window."""
    return derive("d", endpoint_id, gathered_by.value, window_start.isoformat())


def canary_id(endpoint_id: str, slot: datetime) -> str:
    """Id of one slot's test item at one endpoint."""
    return derive("d", endpoint_id, "canary", slot.isoformat())


def bulletin_delivery_id(endpoint_id: str, kind: BulletinKind, subject: str) -> str:
    """Id of a bulletin at one endpoint; ``subject`` says what it is about and never changes."""
    return derive("d", endpoint_id, kind.value, subject)
