"""The values of the ledger: what is written down for each incident and each delivery."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.alert.bulletin import BulletinKind
from services.alert.care import NoticeKind
from services.alert.delivery import Next, Outcome
from services.alert.routing import Message, Told
from shared.events.incident import IncidentChange


class DeliveryStatus(StrEnum):
    """Where a delivery stands. ``dead`` and ``expired`` ones can be seen and replayed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldIncident:
    """What the ledger knows of an incident: the highest revision it holds and who was told. Revision 0: nothing yet."""

    revision: int
    told: Told


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredChange:
    """One change as it is kept: the bytes as received, and the marks that hold after it."""

    state: IncidentChange
    raw: bytes
    told: Told
    occurred_at: datetime | None
    fetched_at: datetime | None
    linked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDelivery:
    """A delivery at birth, its body frozen. ``status`` is pending, or expired where the news lay too long."""

    delivery_id: str
    endpoint_id: str
    channel: str
    incident_id: str
    revision: int
    message: Message | BulletinKind | NoticeKind
    watch_ids: tuple[str, ...]
    test: bool
    content_type: str
    body: bytes
    status: DeliveryStatus
    occurred_at: datetime | None
    fetched_at: datetime | None
    item_id: str | None = None
    """The item that caused it; None for what several items caused, or none."""
    traceparent: str | None = None
    """The trace of that item; None where nobody traces."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """Deliveries to be leased by this process in the transaction that writes them (record 0006)."""

    delivery_ids: frozenset[str]
    lease: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """How many deliveries were new, and which of them are leased by this process."""

    new: int
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A delivery that this process has leased. ``attempt`` counts the coming attempt, from 1."""

    delivery_id: str
    endpoint_id: str
    channel: str
    incident_id: str
    revision: int
    test: bool
    content_type: str
    body: bytes
    attempt: int
    occurred_at: datetime | None
    fetched_at: datetime | None
    watch_ids: tuple[str, ...] = ()
    item_id: str | None = None
    traceparent: str | None = None


def first_claim(delivery: NewDelivery) -> Claimed:
    """A delivery that was leased as it was written, for its first attempt."""
    return Claimed(
        delivery_id=delivery.delivery_id,
        endpoint_id=delivery.endpoint_id,
        channel=delivery.channel,
        incident_id=delivery.incident_id,
        revision=delivery.revision,
        test=delivery.test,
        content_type=delivery.content_type,
        body=delivery.body,
        attempt=1,
        occurred_at=delivery.occurred_at,
        fetched_at=delivery.fetched_at,
        watch_ids=delivery.watch_ids,
        item_id=delivery.item_id,
        traceparent=delivery.traceparent,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """An attempt that has ended, and what follows from it."""

    claimed: Claimed
    started_at: datetime
    duration: timedelta
    outcome: Outcome
    next_step: Next


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRow:
    """One attempt as it is shown."""

    attempt: int
    started_at: datetime
    duration: timedelta
    outcome: str
    reason: str | None
    http_status: int | None
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRow:
    """One delivery as it is shown."""

    delivery_id: str
    endpoint_id: str
    channel: str
    incident_id: str
    revision: int
    message: str
    watch_ids: tuple[str, ...]
    test: bool
    status: DeliveryStatus
    attempts: int
    reason: str | None
    created_at: datetime
    next_attempt_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryDetail:
    """One delivery with its attempts and the body that is sent."""

    row: DeliveryRow
    attempts: tuple[AttemptRow, ...]
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class EndpointRow:
    """An endpoint that is disabled, and why."""

    endpoint_id: str
    disabled_at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TimedChange:
    """A change with the time of what caused it: a report's publication, a desk's decision."""

    at: datetime | None
    state: IncidentChange
